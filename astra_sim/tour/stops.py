"""Where a tour must pass: close to every landmark, and through every patch of floor.

Greedy set cover: a stop is the free cell that serves the most targets not yet served, the one with
more room around it where several serve as many.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from astra_sim.scenes.types import Room, Scene, SceneLandmark
from astra_sim.tour.config import TourConfig
from astra_sim.tour.grid_graph import GridGraph

__all__ = ["choose_stops", "landmark_distance_m", "room_index"]

_GROWTH = 1.25
_MAX_GROWTH = 4


def room_index(rooms: tuple[Room, ...], points: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return which room each point ``(N, 2)`` lies in, or is nearest to, ``(N,)``."""
    nearest = np.full(len(points), np.inf)
    index = np.zeros(len(points), dtype=np.intp)
    for number, room in enumerate(rooms):
        x0, y0, x1, y1 = room.bounds_m
        outside = np.maximum(np.maximum((x0, y0) - points, points - (x1, y1)), 0.0)
        distance = np.hypot(outside[:, 0], outside[:, 1])
        closer = distance < nearest
        nearest[closer], index[closer] = distance[closer], number
    return index


def landmark_distance_m(
    landmark: SceneLandmark, points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distance of points ``(N, 2)`` to the footprint of a landmark, ``(N,)``."""
    half = 0.5 * np.asarray(landmark.size_m[:2])
    outside = np.maximum(np.abs(points - np.asarray(landmark.position_m[:2])) - half, 0.0)
    distance: NDArray[np.float64] = np.hypot(outside[:, 0], outside[:, 1])
    return distance


def choose_stops(scene: Scene, graph: GridGraph, config: TourConfig) -> NDArray[np.intp]:
    """Choose the nodes a tour must pass.

    Args:
        scene: The building.
        graph: Its free floor.
        config: How close to come to landmarks and floor patches.

    Returns:
        Node numbers ``(K,)``, at least one.
    """
    # One cell of four will do as a stop.
    cells = _roomiest(graph, 2.0 * graph.resolution_m)
    points = graph.points[cells]
    rooms, tree = room_index(scene.rooms, points), cKDTree(points)
    targets = []
    for mark in scene.landmarks:
        # Rooms are convex, so a view from the same room is not blocked by a wall.
        room = room_index(scene.rooms, np.array([mark.position_m[:2]]))[0]
        targets.append(_near_landmark(mark, points, np.flatnonzero(rooms == room), config.near_m))
    patches = _roomiest(graph, config.patch_m)
    patch_rooms = room_index(scene.rooms, graph.points[patches])
    reach_m = _cover_m(scene, config)[patch_rooms]
    for room, near in zip(
        patch_rooms, tree.query_ball_point(graph.points[patches], reach_m), strict=True
    ):
        near = np.array(near, dtype=np.intp)
        targets.append(near[rooms[near] == room])
    # A cell with more room wins among equals; what counts is capped at one metre.
    roominess = np.minimum(graph.clearance_m[cells], 1.0) * 0.5
    return cells[_greedy_cover(targets, roominess)]


def _greedy_cover(
    targets: list[NDArray[np.intp]], preference: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Choose places until every target is served that can be.

    Args:
        targets: For each target the places that serve it.
        preference: ``(N,)`` of the places, below 1: decides among equals.

    Returns:
        Places ``(K,)`` in the order of choice.
    """
    serving = np.concatenate(targets)
    target = np.repeat(np.arange(len(targets)), [len(places) for places in targets])
    order = np.argsort(serving, kind="stable")
    served = target[order]
    starts = np.searchsorted(serving[order], np.arange(len(preference) + 1))
    gain = np.bincount(serving, minlength=len(preference)) + preference
    is_open = np.ones(len(targets), dtype=bool)
    stops: list[int] = []
    while gain.max() >= 1.0:
        best = int(np.argmax(gain))
        stops.append(best)
        for number in served[starts[best] : starts[best + 1]]:
            if is_open[number]:
                is_open[number] = False
                gain[targets[number]] -= 1.0
    return np.array(stops, dtype=np.intp)


def _near_landmark(
    landmark: SceneLandmark,
    points: NDArray[np.float64],
    allowed: NDArray[np.intp],
    near_m: float,
) -> NDArray[np.intp]:
    """Return which of the allowed points are near enough to a landmark."""
    distance_m = landmark_distance_m(landmark, points[allowed])
    # What stands behind furniture cannot be reached as closely: widen in steps.
    for exponent in range(_MAX_GROWTH + 1):
        near = allowed[distance_m <= near_m * _GROWTH**exponent]
        if len(near):
            break
    return near


def _cover_m(scene: Scene, config: TourConfig) -> NDArray[np.float64]:
    """Return for each room how close to come to its floor: a hall is seen from farther away."""
    bounds = np.array([room.bounds_m for room in scene.rooms])
    sides = bounds[:, 2:] - bounds[:, :2]
    grown = config.cover_share * np.sqrt(sides.prod(axis=1))
    most = max(config.cover_m, config.most_cover_m)
    cover: NDArray[np.float64] = np.clip(grown, config.cover_m, most)
    return cover


def _roomiest(graph: GridGraph, spacing_m: float) -> NDArray[np.intp]:
    """Return of every square of floor the cell with the most room around it."""
    squares = np.floor(graph.points / spacing_m).astype(int)
    squares -= squares.min(axis=0)
    group = squares[:, 0] * (squares[:, 1].max() + 1) + squares[:, 1]
    order = np.argsort(-graph.clearance_m, kind="stable")
    _, first = np.unique(group[order], return_index=True)
    return order[first]
