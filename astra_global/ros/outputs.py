"""Everything that ``astra_global`` publishes, the action's answers excepted."""

from __future__ import annotations

import threading

import numpy as np
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import OccupancyGrid, Path
from numpy.typing import NDArray
from rclpy.node import Node
from visualization_msgs.msg import MarkerArray

from astra_core.records import LocalizationStatus, SubGoal
from astra_core.ros.poses import planar_transform
from astra_core.ros.qos import event, latched, scored
from astra_core.ros.records import sub_goal_to_msg
from astra_core.ros.tf import TransformBroadcaster
from astra_core.time import from_seconds
from astra_global.pipeline import AstraGlobal
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.conversions import (
    global_pose_to_msg,
    landmarks_to_msg,
    occupancy_to_msg,
    path_to_msg,
    pose_twin,
)
from astra_global.ros.markers import map_markers, status_markers
from astra_global.types import AstraMap
from astra_msgs.msg import GlobalPose as GlobalPoseMsg
from astra_msgs.msg import LandmarkArray
from astra_msgs.msg import SubGoal as SubGoalMsg

__all__ = ["GlobalOutputs"]


class GlobalOutputs:
    """The publishers of the node; they live as long as it does, whatever its lifecycle state.

    Attributes:
        config: Frames and periods; replaced when the node is configured anew.
    """

    def __init__(self, node: Node, config: GlobalNodeConfig) -> None:
        """Create them."""
        self.config = config
        self._lock = threading.Lock()
        self._last_route: object = None
        self._was_known: bool | None = None
        self._tf = TransformBroadcaster(node)
        self._pose = node.create_publisher(GlobalPoseMsg, "global/pose", scored())
        self._twin = node.create_publisher(
            PoseWithCovarianceStamped, "global/pose_with_covariance", event()
        )
        self._path = node.create_publisher(Path, "global/path", latched())
        self._sub_goal = node.create_publisher(SubGoalMsg, "global/sub_goal", event())
        self._landmarks = node.create_publisher(LandmarkArray, "global/landmarks", latched())
        self._markers = node.create_publisher(MarkerArray, "global/markers", latched())
        self._status = node.create_publisher(MarkerArray, "global/status_markers", latched())
        self._map = node.create_publisher(OccupancyGrid, "map", latched())

    def send_map(self, map_: AstraMap, stamp_ns: int) -> None:
        """Publish what a map consists of, for late joiners too."""
        frame = self.config.map_frame
        self._landmarks.publish(landmarks_to_msg(map_, stamp_ns, frame))
        self._markers.publish(map_markers(map_, stamp_ns, frame))
        self._was_known = False
        self.send_status(map_, False, stamp_ns)
        if map_.occupancy is not None:
            self._map.publish(occupancy_to_msg(map_.occupancy, stamp_ns, frame))

    def send_transform(self, t_map_odom: NDArray[np.float64] | None, now_ns: int) -> None:
        """Publish ``map -> odom`` if it is known and wanted."""
        c = self.config
        if t_map_odom is None or not c.publish_tf:
            return
        stamp_ns = now_ns + from_seconds(c.tf_tolerance_s)
        self._tf.send([planar_transform(t_map_odom, stamp_ns, c.map_frame, c.odom_frame)])

    def send_pose(self, pipeline: AstraGlobal, now_ns: int) -> PoseWithCovarianceStamped | None:
        """Publish the pose on the map and, when there is one, its twin for rviz2, and return it."""
        pose = pipeline.global_pose(now_ns)
        known = pose.status != LocalizationStatus.NOT_LOCALIZED
        message = global_pose_to_msg(
            pose,
            self.config.map_frame,
            last_fix_ns=pipeline.last_fix_ns,
            accepted=pipeline.accepted_fixes,
            rejected=pipeline.rejected_fixes,
            reason=pipeline.doubt if known else pipeline.last_failure or "not localized yet",
        )
        self._pose.publish(message)
        twin = pose_twin(message) if known else None
        if twin is not None:
            self._twin.publish(twin)
        # Before a map was sent there is no view to write on.
        if self._was_known not in (None, known):
            self._was_known = known
            self.send_status(pipeline.map, known, now_ns)
        return twin

    def send_status(self, map_: AstraMap, is_localized: bool, stamp_ns: int) -> None:
        """Write on the map view whether the robot knows where it is."""
        self._status.publish(status_markers(map_, is_localized, stamp_ns, self.config.map_frame))

    def send_sub_goal(self, sub_goal: SubGoal) -> None:
        """Publish what Astra-Local shall do."""
        self._sub_goal.publish(sub_goal_to_msg(sub_goal, self.config.odom_frame))

    def send_route(self, pipeline: AstraGlobal, now_ns: int) -> None:
        """Publish the route when it has changed."""
        route = pipeline.route
        with self._lock:
            if route is self._last_route:
                return
            self._last_route = route
        points = np.zeros((0, 2)) if route is None else route.points_m
        self._path.publish(path_to_msg(points, now_ns, self.config.map_frame))
