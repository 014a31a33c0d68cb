"""The map for the eye: graph and landmarks as rviz2 markers."""

from __future__ import annotations

import numpy as np
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from astra_core.ros.poses import header
from astra_global.types import AstraMap

__all__ = ["map_markers", "status_markers"]

_NODE_COLOR = ColorRGBA(r=0.2, g=0.5, b=0.9, a=0.8)
_EDGE_COLOR = ColorRGBA(r=0.5, g=0.6, b=0.7, a=0.5)
_LANDMARK_COLOR = ColorRGBA(r=0.95, g=0.55, b=0.1, a=0.6)
_TEXT_COLOR = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)
_WARNING_COLOR = ColorRGBA(r=1.0, g=0.25, b=0.2, a=1.0)
_TEXT_HEIGHT_M = 0.18
_WARNING_HEIGHT_M = 0.8


def map_markers(map_: AstraMap, stamp_ns: int, map_frame: str) -> MarkerArray:
    """Return nodes, edges and landmarks, after a marker that deletes those of an older map."""
    head = header(stamp_ns, map_frame)
    identity = Pose(orientation=Quaternion(w=1.0))
    clear = Marker(header=head, action=Marker.DELETEALL, pose=identity)
    nodes = Marker(
        header=head,
        ns="nodes",
        type=Marker.SPHERE_LIST,
        pose=identity,
        scale=Vector3(x=0.08, y=0.08, z=0.08),
        color=_NODE_COLOR,
        points=[_point(node.pose[0], node.pose[1], 0.05) for node in map_.nodes],
    )
    ends = []
    for edge in map_.edges:
        for name in (edge.a, edge.b):
            pose = map_.node_by_id[name].pose
            ends.append(_point(pose[0], pose[1], 0.03))
    edges = Marker(
        header=head,
        ns="edges",
        type=Marker.LINE_LIST,
        pose=identity,
        scale=Vector3(x=0.02),
        color=_EDGE_COLOR,
        points=ends,
    )
    markers = [clear, nodes, edges]
    for number, landmark in enumerate(map_.landmarks):
        x, y, z = landmark.position_m
        dx, dy, dz = (max(float(extent), 0.05) for extent in landmark.size_m)
        box = Pose(position=_point(x, y, z), orientation=Quaternion(w=1.0))
        label = Pose(position=_point(x, y, z + dz / 2.0 + 0.15), orientation=Quaternion(w=1.0))
        words = f"{landmark.category} ({landmark.text})" if landmark.text else landmark.category
        markers += [
            Marker(
                header=head,
                ns="landmarks",
                id=number,
                type=Marker.CUBE,
                pose=box,
                scale=Vector3(x=dx, y=dy, z=dz),
                color=_LANDMARK_COLOR,
            ),
            Marker(
                header=head,
                ns="labels",
                id=number,
                type=Marker.TEXT_VIEW_FACING,
                pose=label,
                scale=Vector3(z=_TEXT_HEIGHT_M),
                color=_TEXT_COLOR,
                text=words,
            ),
        ]
    return MarkerArray(markers=markers)


def status_markers(
    map_: AstraMap, is_localized: bool, stamp_ns: int, map_frame: str
) -> MarkerArray:
    """Return "not localized" over the middle of the map, or what takes it away.

    Until the first fix nothing joins ``map`` and the robot: a map view without a robot would
    look like a broken one.
    """
    marker = Marker(header=header(stamp_ns, map_frame), ns="status")
    marker.pose.orientation.w = 1.0
    if is_localized:
        marker.action = Marker.DELETE
        return MarkerArray(markers=[marker])
    middle = np.mean([node.pose[:2] for node in map_.nodes], axis=0)
    marker.type = Marker.TEXT_VIEW_FACING
    marker.pose.position = _point(middle[0], middle[1], 2.0)
    marker.scale.z = _WARNING_HEIGHT_M
    marker.color = _WARNING_COLOR
    marker.text = "NOT LOCALIZED"
    return MarkerArray(markers=[marker])


def _point(x: float, y: float, z: float) -> Point:
    return Point(x=float(x), y=float(y), z=float(z))
