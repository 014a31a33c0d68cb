"""A map of a building without a tour: its landmarks, and standpoints that see them.

For what needs no pictures. The landmarks carry the same attributes that the oracle source of the
map builder reads from a tour's annotations.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_global.types import AstraMap, Landmark, MapNode

if TYPE_CHECKING:
    from astra_sim.scenes.floor_plan import FloorPlan
    from astra_sim.scenes.types import Scene

__all__ = ["map_from_scene"]

_SPACING_M = 1.5
_CLEARANCE_M = 0.32
_SEEN_FROM_M = 5.0


def map_from_scene(scene: Scene, plan: FloorPlan) -> AstraMap:
    """Return a map with a node on every patch of free floor.

    A node sees the landmarks of its room within 5 m: rooms are convex.

    Args:
        scene: The building.
        plan: Its floor plan.
    """
    from astra_sim.rig import default_rig
    from astra_sim.tour.stops import landmark_distance_m, room_index

    points = _standpoints(plan)
    rooms = room_index(scene.rooms, points)
    ids = [f"n{number:04d}" for number in range(len(points))]
    seen_by: list[list[str]] = [[] for _ in points]
    landmarks = []
    for mark in scene.landmarks:
        distance_m = landmark_distance_m(mark, points)
        (own_room,) = room_index(scene.rooms, np.array([mark.position_m[:2]]))
        seeing = np.flatnonzero((rooms == own_room) & (distance_m <= _SEEN_FROM_M))
        seeing = seeing[np.argsort(distance_m[seeing], kind="stable")]
        fields = asdict(mark)
        del fields["object_id"]
        landmarks.append(Landmark(**fields, node_ids=tuple(ids[node] for node in seeing)))
        for node in seeing:
            seen_by[node].append(mark.id)
    nodes = [
        MapNode(name, se3.from_se2(np.array([*point, 0.0])), tuple(seen))
        for name, point, seen in zip(ids, points, seen_by, strict=True)
    ]
    provenance = {"map": "oracle", "poses": "oracle", "landmarks": "oracle"}
    return AstraMap(tuple(nodes), (), tuple(landmarks), default_rig(), provenance)


def _standpoints(plan: FloorPlan) -> NDArray[np.float64]:
    """Return the roomiest free point ``(N, 2)`` of every square patch of floor."""
    rows, columns = np.nonzero(plan.reachable(_CLEARANCE_M))
    points: NDArray[np.float64] = (
        np.asarray(plan.origin_m) + (np.c_[columns, rows] + 0.5) * plan.resolution_m
    )
    order = np.argsort(-plan.free_distance_m[rows, columns], kind="stable")
    patches = np.floor(points[order] / _SPACING_M).astype(int)
    _, first = np.unique(patches, axis=0, return_index=True)
    roomiest: NDArray[np.float64] = points[order[first]]
    return roomiest
