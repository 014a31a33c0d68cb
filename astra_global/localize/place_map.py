"""The localization index with the poses of its pictures: what is where, and what looks that way.

Letters: ``I`` pictures, ``M`` nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig
from astra_core.errors import ConfigError, MapFormatError
from astra_global.localize.index import INDEX_FILE, LocalizationIndex, load_index
from astra_global.types import AstraMap, MapNode

__all__ = ["MIN_DEPTH_M", "PlaceMap"]

#: Nothing nearer to a camera is looked for.
MIN_DEPTH_M = 0.2


class PlaceMap:
    """A map, its index, and where every picture was taken.

    Attributes:
        map: The map.
        index: Features of its pictures.
        nodes: Nodes in the order of the index.
        node_poses: ``(M, 3)`` planar poses.
        t_map_optical: ``(I, 4, 4)`` pose of the camera of every picture.
        pictures_of: The pictures ``(n,)`` of every node.
    """

    def __init__(self, astra_map: AstraMap, index: LocalizationIndex | None = None) -> None:
        """Load the index of the map unless it is given.

        Raises:
            ConfigError: A map made in memory has no folder to load from.
            MapFormatError: The index is missing, damaged or of another map.
        """
        if index is None:
            if astra_map.folder is None:
                raise ConfigError("a map made in memory needs its localization index passed")
            index = load_index(astra_map.folder / INDEX_FILE)
        unknown = sorted(set(index.node_ids) - astra_map.node_by_id.keys())
        if unknown:
            raise MapFormatError(f"the localization index has nodes the map lacks: {unknown[0]}")
        self.map = astra_map
        self.index = index
        self.nodes: tuple[MapNode, ...] = tuple(
            astra_map.node_by_id[name] for name in index.node_ids
        )
        self.node_poses = np.array([node.pose for node in self.nodes]).reshape(-1, 3)
        mounts = [self.rig[name].t_base_optical for name in index.cameras]
        self.t_map_optical = np.array(
            [
                self.nodes[node].t_map_base @ mounts[camera]
                for node, camera in zip(index.picture_node, index.picture_camera, strict=True)
            ]
        ).reshape(-1, 4, 4)
        self.pictures_of = [
            np.flatnonzero(index.picture_node == node) for node in range(len(self.nodes))
        ]

    @property
    def rig(self) -> CameraRig:
        """Return the cameras that took the pictures of the map; the robot may have others."""
        return self.map.rig

    @property
    def focal_px(self) -> float:
        """Return the usual focal length of the pictures."""
        return float(np.median([camera.intrinsics.fx_px for camera in self.rig.cameras]))

    def camera_of(self, picture: int) -> Camera:
        """Return the camera that took a picture."""
        return self.rig[self.index.cameras[int(self.index.picture_camera[picture])]]

    def features(self, picture: int) -> slice:
        """Return where the features of a picture lie in the arrays of the index."""
        offsets = self.index.offsets
        return slice(int(offsets[picture]), int(offsets[picture + 1]))

    def nearest_nodes(
        self, xy_m: NDArray[np.float64], count: int, radius_m: float
    ) -> NDArray[np.intp]:
        """Return up to ``count`` nodes within a radius of a position ``(2,)``, nearest first."""
        distance = np.linalg.norm(self.node_poses[:, :2] - xy_m[:2], axis=1)
        order = np.argsort(distance, kind="stable")[:count]
        return np.asarray(order[distance[order] <= radius_m])

    def pictures_along(
        self, nodes: NDArray[np.intp], axis: NDArray[np.float64], max_angle_rad: float
    ) -> NDArray[np.intp]:
        """Return the pictures of some nodes that look along a direction ``(3,)`` in ``map``."""
        if not len(nodes):
            return np.zeros(0, dtype=np.intp)
        pictures = np.concatenate([self.pictures_of[int(node)] for node in nodes])
        cosine = self.t_map_optical[pictures, :3, 2] @ axis
        return np.asarray(pictures[cosine >= np.cos(max_angle_rad)])
