"""Desks of an open office: islands of two facing rows with ways between them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from astra_sim.scenes.furniture.office_desks import DeskMake, desk, desk_screen, task_chair
from astra_sim.scenes.furniture.piece import Kit
from astra_sim.scenes.layout.types import Rect
from astra_sim.scenes.placing import RoomPlacer, Spot

__all__ = ["WAY_M", "place_islands", "roomy"]

#: Least width of a way between furniture.
WAY_M = 0.9
#: Ways are planned a little wider, as chairs stand askew.
_GAP_M = 1.12
_HALF_M = 0.405
_CHAIR_M = 0.66
#: From the middle of an island to the backs of its chairs.
_REACH_M = _HALF_M + _CHAIR_M + 0.32
_LONGEST = 4
_WALL_DESKS = 6
_AREA_PER_DESK_M2 = 8.0
#: Depth of the strip for cupboards and machines.
_STRIP_M = 0.55


@dataclass(frozen=True)
class _Raster:
    """A grid of islands in a part of a room.

    Attributes:
        area_m: The part: what is left when the wall with the doors keeps room for cupboards.
        per_row: Desks in each of the two rows of an island.
        along: Islands one behind the other.
        across: Islands side by side.
        turned: Whether the rows of desks lie along x of the map.
        flush: -1 or 1 where islands stand with one end at the lower or upper wall, else 0.
    """

    area_m: Rect
    per_row: int
    along: int
    across: int
    turned: bool
    flush: int = 0

    @property
    def desks(self) -> int:
        return 2 * self.per_row * self.along * self.across

    @property
    def sides_m(self) -> tuple[float, float]:
        x0, y0, x1, y1 = self.area_m
        return (x1 - x0, y1 - y0) if self.turned else (y1 - y0, x1 - x0)


def place_islands(placer: RoomPlacer, kit: Kit, make: DeskMake, thrift: int) -> int:
    """Fill a room with islands of desks.

    Args:
        placer: The room, still empty.
        kit: Makes the furniture.
        make: What the desks look like.
        thrift: Higher numbers leave out more islands.

    Returns:
        Number of desks placed.
    """
    area, far = _without_strip(placer)
    options = []
    for turned in (False, True):
        long, wide = _Raster(area, 1, 1, 1, turned).sides_m
        across = int((wide - _GAP_M) / (2.0 * _REACH_M + _GAP_M))
        for per_row in range(1, _LONGEST + 1):
            size = per_row * make.width_m
            along = int((long - _GAP_M) / (size + _GAP_M))
            if along > 0 and across > 0:
                options.append(_Raster(area, per_row, along, across, turned))
            # With one end at the windows, as far from the doors as can be.
            if turned == (far in (0, 2)) and across > 0 and size + _GAP_M <= long:
                options.append(_Raster(area, per_row, 1, across, turned, -1 if far < 2 else 1))
    if not options:
        return _along_walls(placer, kit, make, _WALL_DESKS)
    most = max(option.desks for option in options)
    good = [option for option in options if option.desks >= 0.6 * most]
    raster = good[int(kit.rng.integers(0, len(good)))]
    skipped = min(0.5, (0.05 if raster.along * raster.across > 2 else 0.0) + 0.06 * thrift)
    count = 0
    for i in range(raster.along):
        for j in range(raster.across):
            if kit.rng.random() >= skipped:
                group = _island(kit, make, raster.per_row)
                pose = _island_pose(raster, make, i, j)
                count += 2 * raster.per_row if placer.put(group, pose) else 0
    # Where doors or a narrow room left few islands, the walls take some more.
    missing = int(placer.room.area_m2 / _AREA_PER_DESK_M2) - thrift - count
    return count + _along_walls(placer, kit, make, min(missing, _WALL_DESKS))


def _without_strip(placer: RoomPlacer) -> tuple[Rect, int]:
    """Return the room without a strip along the wall with most doors, and the wall opposite.

    Walls count from 0: west, south, east, north.
    """
    x0, y0, x1, y1 = placer.room.bounds_m
    gaps = [0.0, 0.0, 0.0, 0.0]
    for door in placer.doors:
        (x, y), edges = door.center_m, (x0, y0, x1, y1)
        side = int(np.argmin([abs((y if k % 2 else x) - edges[k]) for k in range(4)]))
        gaps[side] += 1.0
    side = int(np.argmax(gaps))
    strip = [_STRIP_M if k == side else 0.0 for k in range(4)]
    return (x0 + strip[0], y0 + strip[1], x1 - strip[2], y1 - strip[3]), (side + 2) % 4


def _island_pose(raster: _Raster, make: DeskMake, i: int, j: int) -> tuple[float, float, float]:
    """Return the middle of an island; what is left of the room widens all ways alike."""
    x0, y0, _, _ = raster.area_m
    long, wide = raster.sides_m
    size = raster.per_row * make.width_m
    gap = (long - raster.along * size) / (raster.along + 1)
    u = gap + i * (size + gap) + size / 2.0
    if raster.flush:
        u = size / 2.0 + 0.02 if raster.flush < 0 else long - size / 2.0 - 0.02
    gap = (wide - raster.across * 2.0 * _REACH_M) / (raster.across + 1)
    v = gap + j * (2.0 * _REACH_M + gap) + _REACH_M
    return (x0 + u, y0 + v, math.pi / 2.0) if raster.turned else (x0 + v, y0 + u, 0.0)


def _island(kit: Kit, make: DeskMake, per_row: int) -> list[Spot]:
    width = make.width_m
    drawers = kit.rng.random() < 0.7
    group = [Spot(desk_screen(make, per_row * width - 0.06), 0.0, 0.0)]
    for index in range(per_row):
        y = (index - (per_row - 1) / 2.0) * width
        for side in (-1, 1):
            yaw = 0.0 if side > 0 else math.pi
            group.append(Spot(desk(kit, make, drawers), side * _HALF_M, y, yaw))
            if kit.rng.random() < 0.95:
                askew = kit.uniform(-0.25, 0.25)
                x, aside = side * (_HALF_M + _CHAIR_M), kit.uniform(-0.08, 0.05)
                chair = task_chair(kit, make.chair)
                group.append(Spot(chair, x, y - side * aside, yaw + math.pi + askew))
    return group


def _along_walls(placer: RoomPlacer, kit: Kit, make: DeskMake, most: int) -> int:
    """Place desks at the walls; return how many found room."""
    count = 0
    for _ in range(most):
        seat = Spot(task_chair(kit, make.chair), _CHAIR_M, 0.0, math.pi + kit.uniform(-0.3, 0.3))
        work = replace(desk(kit, make), access_m=0.6 + WAY_M)
        if placer.at_wall([Spot(work), seat], corner=0.5) is not None:
            count += 1
    return count


def roomy(spot: Spot) -> Spot:
    """Return a spot whose piece keeps a whole way free in front of it."""
    return replace(spot, piece=replace(spot.piece, access_m=max(WAY_M, spot.piece.access_m)))
