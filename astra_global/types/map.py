"""The map G = (V, E, L) of the paper (section 1.3): nodes, edges and landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import CameraRig
from astra_global.types.occupancy import OccupancyMap

__all__ = ["AstraMap", "Landmark", "MapEdge", "MapNode"]


@dataclass(frozen=True)
class Landmark:
    """A thing worth naming; all attributes are text, as in the paper.

    Attributes:
        id: Unique in the map.
        category: fridge, sofa, door, sign, ...
        color: Colour word.
        material: Material word, or the background of a sign.
        text: What is written on it; empty if nothing.
        function: What it is good for, free text.
        position_m: Centre (x, y, z) in ``map``.
        size_m: Axis-aligned extents in ``map``; zeros where unknown.
        node_ids: Nodes that see it, best view first.
    """

    id: str
    category: str
    color: str
    material: str
    text: str
    function: str
    position_m: tuple[float, float, float]
    size_m: tuple[float, float, float]
    node_ids: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class MapNode:
    """A key frame of the tour.

    Attributes:
        id: Unique in the map.
        t_map_base: ``(4, 4)`` pose of ``base_link`` in ``map``.
        landmark_ids: Landmarks seen from here.
        covariance: ``(3, 3)`` of [x, y, theta] in ``map``, m^2, m rad, rad^2. Zeros mean that the
            pose is taken as exact: an oracle's, or that of a map that knew no covariance.
    """

    id: str
    t_map_base: NDArray[np.float64]
    landmark_ids: tuple[str, ...] = ()
    covariance: NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, 3)))

    @cached_property
    def pose(self) -> NDArray[np.float64]:
        """Return the planar pose ``(3,)`` [x, y, theta] in ``map``."""
        return se3.to_se2(self.t_map_base)


@dataclass(frozen=True)
class MapEdge:
    """An undirected way between two nodes that the robot can drive in a straight line."""

    a: str
    b: str
    length_m: float


@dataclass(frozen=True, eq=False)
class AstraMap:
    """A whole map.

    Attributes:
        nodes: Key frames in tour order.
        edges: Drivable connections.
        landmarks: The central register of landmarks.
        rig: The cameras that took the pictures.
        provenance: Where poses, landmarks and depth came from, what is missing for want of them,
            counts; plain data.
        folder: Where it was loaded from, for pictures and the localization index; ``None`` for a
            map that was made in memory.
        occupancy: Static free space; ``None`` where no depth was fused. Ways are then those that
            the tour drove.
    """

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...]
    landmarks: tuple[Landmark, ...]
    rig: CameraRig
    provenance: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None
    occupancy: OccupancyMap | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what the builder had to leave out and what follows from it, a sentence each."""
        stated = self.provenance.get("missing", ())
        return tuple(map(str, stated)) if isinstance(stated, list | tuple) else ()

    @cached_property
    def node_by_id(self) -> dict[str, MapNode]:
        """Return the nodes by their id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def landmark_by_id(self) -> dict[str, Landmark]:
        """Return the landmarks by their id."""
        return {landmark.id: landmark for landmark in self.landmarks}

    @cached_property
    def node_poses(self) -> NDArray[np.float64]:
        """Return the planar node poses ``(N, 3)`` in ``map``, in the order of ``nodes``."""
        return np.array([node.pose for node in self.nodes]).reshape(-1, 3)

    def nearest_node(self, xy_m: NDArray[np.float64]) -> MapNode:
        """Return the node closest to a position ``(2,)`` in ``map``."""
        distance = np.linalg.norm(self.node_poses[:, :2] - np.asarray(xy_m)[:2], axis=1)
        return self.nodes[int(np.argmin(distance))]

    def image_path(self, node_id: str, camera: str) -> Path:
        """Return where the picture of a node lies (the map must have a folder)."""
        if self.folder is None:
            raise ValueError("this map was made in memory and has no pictures")
        return self.folder / "nodes" / f"{node_id}_{camera}.jpg"
