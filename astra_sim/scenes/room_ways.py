"""Whether a robot gets through a furnished room: from door to door, and near what is in it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from astra_sim.scenes.layout.types import Doorway, Rect, RoomPlan
from astra_sim.scenes.parts import solid_footprints
from astra_sim.scenes.raster import draw_footprint, draw_rectangle, free_distance
from astra_sim.scenes.types import SceneObject

__all__ = ["ways_are_open"]

#: What counts as reachable: a disc of this radius gets within this distance (metres).
_RADIUS_M = 0.345
_REACH_M = 0.75
_RESOLUTION_M = 0.05
_PAD_M = 0.4


def ways_are_open(
    room: RoomPlan,
    doors: list[Doorway],
    solid: list[SceneObject],
    goals: list[Rect],
    way_m: float,
) -> bool:
    """Check a room by itself.

    Args:
        room: The room.
        doors: Its doors.
        solid: What the robot can touch in it.
        goals: Rectangles that it must get near to.
        way_m: Least width of the ways inside the room from door to door; 0 asks only that the
            robot gets through.
    """
    occupied, origin, gates = _grid(room, doors, solid)
    distance = free_distance(occupied, _RESOLUTION_M)
    labels, _ = ndimage.label(distance >= _RADIUS_M)
    if not _joined(labels, gates):
        return False
    if way_m > 0.0:
        # Doors may be narrower: the ways begin in front of them.
        fronts = [_in_front(room, door, way_m / 2.0 + 0.1, origin) for door in doors]
        wide, _ = ndimage.label(distance >= way_m / 2.0)
        if not _joined(wide, fronts):
            return False
    inside = np.zeros_like(occupied)
    draw_rectangle(inside, origin, _RESOLUTION_M, room.bounds_m, True)
    rows, cols = np.nonzero((labels == labels[gates[0]]) & inside)
    xs, ys = origin[0] + (cols + 0.5) * _RESOLUTION_M, origin[1] + (rows + 0.5) * _RESOLUTION_M
    for a, b, c, d in goals:
        gap = np.hypot(
            np.maximum(np.maximum(a - xs, xs - c), 0.0),
            np.maximum(np.maximum(b - ys, ys - d), 0.0),
        )
        if gap.size == 0 or gap.min() > _REACH_M:
            return False
    return True


def _grid(
    room: RoomPlan, doors: list[Doorway], solid: list[SceneObject]
) -> tuple[NDArray[np.bool_], tuple[float, float], list[tuple[int, int]]]:
    """Return what is occupied, the grid's origin, and the cells of the doors' middles."""
    x0, y0, x1, y1 = room.bounds_m
    origin = (x0 - _PAD_M, y0 - _PAD_M)
    shape = tuple(math.ceil((b - a + 2 * _PAD_M) / _RESOLUTION_M) for a, b in ((y0, y1), (x0, x1)))
    occupied = np.ones(shape, dtype=bool)
    draw_rectangle(occupied, origin, _RESOLUTION_M, (x0, y0, x1, y1), False)
    gates = []
    for door in doors:
        (dx, dy), half = door.center_m, door.width_m / 2.0 - _RESOLUTION_M / 2.0
        if door.along_x:
            gap = (dx - half, dy - 1, dx + half, dy + 1)
        else:
            gap = (dx - 1, dy - half, dx + 1, dy + half)
        draw_rectangle(occupied, origin, _RESOLUTION_M, gap, False)
        gates.append((_cell(dy, origin[1]), _cell(dx, origin[0])))
    for obj in solid:
        for foot in solid_footprints(obj):
            if foot.bottom_m < 1.2 and foot.top_m > 0.02:
                draw_footprint(occupied, origin, _RESOLUTION_M, foot)
    return occupied, origin, gates


def _in_front(
    room: RoomPlan, door: Doorway, away_m: float, origin: tuple[float, float]
) -> tuple[int, int]:
    """Return the cell so far from the middle of a door into the room."""
    x0, y0, x1, y1 = room.bounds_m
    x = float(np.clip(door.center_m[0], x0 + away_m, x1 - away_m))
    y = float(np.clip(door.center_m[1], y0 + away_m, y1 - away_m))
    return _cell(y, origin[1]), _cell(x, origin[0])


def _cell(value_m: float, origin_m: float) -> int:
    return int((value_m - origin_m) / _RESOLUTION_M)


def _joined(labels: NDArray[np.int32], cells: list[tuple[int, int]]) -> bool:
    """Whether there are cells and all lie in one region."""
    found = {int(labels[cell]) for cell in cells}
    return len(found) == 1 and 0 not in found
