"""Where a tour must pass: close to every landmark, and through every patch of floor.

Greedy set cover: a stop is the free cell that serves the most targets not yet served, the one with
more room around it where several serve as many.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.types import Room, Scene, SceneLandmark
from astra_sim.tour.grid_graph import GridGraph

__all__ = ["choose_stops", "landmark_distance_m", "room_index"]

_GROWTH = 1.25
_MAX_GROWTH = 4


def room_index(rooms: tuple[Room, ...], points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which room each point ``(N, 2)`` lies in, or is nearest to, ``(N,)``."""
    bounds = np.array([room.bounds_m for room in rooms])
    below = bounds[None, :, :2] - points[:, None, :]
    above = points[:, None, :] - bounds[None, :, 2:]
    outside = np.maximum(np.maximum(below, above), 0.0)
    return np.argmin(np.hypot(outside[..., 0], outside[..., 1]), axis=1)


def landmark_distance_m(
    landmark: SceneLandmark, points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance of points ``(N, 2)`` to the footprint of a landmark, ``(N,)``."""
    half = 0.5 * np.asarray(landmark.size_m[:2])
    outside = np.maximum(np.abs(points - np.asarray(landmark.position_m[:2])) - half, 0.0)
    return np.hypot(outside[:, 0], outside[:, 1])


def choose_stops(
    scene: Scene, graph: GridGraph, near_m: float, patch_m: float, cover_m: float
) -> NDArray[np.intp]:
    """Choose the nodes a tour must pass.

    Args:
        scene: The building.
        graph: Its free floor.
        near_m: How close to come to a landmark.
        patch_m: Spacing of the floor patches.
        cover_m: How close to come to each patch.

    Returns:
        Node numbers ``(K,)``, at least one.
    """
    points = graph.points
    rooms = room_index(scene.rooms, points)
    served = [
        _serving(landmark_distance_m(mark, points), _same_room(scene, mark, rooms), near_m)
        for mark in scene.landmarks
    ]
    for patch in _patches(graph, patch_m):
        distance = np.hypot(*(points - points[patch]).T)
        served.append(_serving(distance, rooms == rooms[patch], cover_m))
    # A cell with more room wins among equals; what counts is capped at one metre.
    roominess = np.minimum(graph.clearance_m, 1.0) * 0.5
    table = np.array(served)
    open_targets = np.ones(len(table), dtype=bool)
    stops: list[int] = []
    while open_targets.any():
        gain = table[open_targets].sum(axis=0)
        if gain.max() == 0:
            break  # what is left cannot be served from anywhere
        best = int(np.argmax(gain + roominess))
        stops.append(best)
        open_targets &= ~table[:, best]
    return np.array(stops, dtype=np.intp)


def _same_room(scene: Scene, landmark: SceneLandmark, rooms: NDArray[np.intp]) -> NDArray[np.bool_]:
    centre = np.array([landmark.position_m[:2]])
    # Rooms are convex, so a view from the same room is not blocked by a wall.
    return rooms == room_index(scene.rooms, centre)[0]


def _serving(
    distance_m: NDArray[np.float64], allowed: NDArray[np.bool_], near_m: float
) -> NDArray[np.bool_]:
    # What stands behind furniture cannot be reached as closely: widen in steps.
    for exponent in range(_MAX_GROWTH + 1):
        serving = allowed & (distance_m <= near_m * _GROWTH**exponent)
        if serving.any():
            break
    return serving


def _patches(graph: GridGraph, spacing_m: float) -> list[int]:
    cells = np.floor(graph.points / spacing_m).astype(int)
    _, group = np.unique(cells, axis=0, return_inverse=True)
    group = group.reshape(-1)
    order = np.argsort(-graph.clearance_m, kind="stable")
    _, first = np.unique(group[order], return_index=True)
    # The roomiest cell stands for its patch.
    return [int(order[rank]) for rank in first]
