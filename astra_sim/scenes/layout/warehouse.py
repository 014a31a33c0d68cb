"""The plan of a warehouse: docks in the south, racks in parallel aisles, side rooms in a corner.

Everything is laid out with the aisles along y; the whole building is turned when it is done.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from astra_sim.scenes.layout.types import WALL_M, Doorway, Rect, RoomPlan

__all__ = ["AREA_RANGE_M2", "AISLE_LETTERS", "RackSpec", "WarehouseLayout", "make_warehouse_layout"]

#: Floor area inside the outer walls; with them it is at most 2,000 square metres.
AREA_RANGE_M2 = (300.0, 1960.0)
#: Letters that cannot be taken for digits.
AISLE_LETTERS = "ABCDEFGHJKLMN"
_USUAL_AREA_M2 = 720.0
_FLUE_M = 0.16
#: Zones between docks and racks with their shares of the width.
_WORK_ZONES = {"packing area": 2.0, "returns": 1.0, "charging area": 1.15}
#: A rack block longer than this gets a cross aisle in its middle.
_LONG_M = 21.0


@dataclass(frozen=True)
class RackSpec:
    """What all racks of one warehouse have in common.

    Attributes:
        depth_m: From front to back.
        bay_m: From upright to upright.
        slots: Pallets side by side in a bay.
        levels: Levels of pallets, the one on the floor included.
        level_m: From one level to the next.
        bays: Bays of one rack, in each of its blocks.
        cross_m: Width of the cross aisle between two blocks.
    """

    depth_m: float
    bay_m: float
    slots: int
    levels: int
    level_m: float
    bays: tuple[int, ...]
    cross_m: float

    @property
    def height_m(self) -> float:
        """Height of the uprights."""
        return (self.levels - 1) * self.level_m + 1.15

    @property
    def length_m(self) -> float:
        """Length of a rack with all its blocks."""
        return sum(self.bays) * self.bay_m + (len(self.bays) - 1) * self.cross_m


@dataclass(frozen=True)
class WarehouseLayout:
    """Where everything is before anything stands in it, metres, aisles along y, docks at y = 0.

    Attributes:
        width_m: Inside the outer walls, along x.
        depth_m: Inside the outer walls, along y.
        height_m: Of the hall.
        aisle_m: Clear width of an aisle.
        rack: The racks.
        letters: Letter of every aisle from west to east.
        aisles: Floor of every aisle from west to east, half of the racks on either side included.
        zones: Open parts of the hall that are no aisles; they border on each other.
        rooms: Walled rooms in a corner of the hall.
        doors: Their doors; ``rooms`` of a door counts from the zones: the hall side is -1.
        corner_west: Whether the rooms are in the western corner.
    """

    width_m: float
    depth_m: float
    height_m: float
    aisle_m: float
    rack: RackSpec
    letters: str
    aisles: tuple[RoomPlan, ...]
    zones: tuple[RoomPlan, ...]
    rooms: tuple[RoomPlan, ...]
    doors: tuple[Doorway, ...]
    corner_west: bool

    @property
    def pitch_m(self) -> float:
        """Distance from one aisle to the next."""
        return self.width_m / len(self.aisles)

    def zone(self, name: str) -> RoomPlan:
        """Return an open zone by name."""
        return next(zone for zone in self.zones if zone.name == name)


def make_warehouse_layout(rng: np.random.Generator) -> WarehouseLayout:
    """Draw a plan.

    Args:
        rng: Random stream.
    """
    area = float(np.clip(_USUAL_AREA_M2 * math.exp(rng.normal(0.0, 0.5)), 310.0, 1950.0))
    aisle_m = round(float(rng.uniform(2.4, 3.2)), 2)
    depth_m = round(float(rng.uniform(0.9, 1.05)), 2)
    slots = int(rng.choice([2, 3]))
    bay_m = round(slots * float(rng.uniform(0.88, 0.94)) + 0.12, 2)
    pitch_m = aisle_m + 2.0 * depth_m + _FLUE_M
    aspect = float(rng.uniform(0.75, 1.25))
    count = int(np.clip(round(math.sqrt(area * aspect) / pitch_m), 3, 9))
    width_m = count * pitch_m
    docks_m, work_m = round(float(rng.uniform(5.0, 6.5)), 1), round(float(rng.uniform(4.4, 5.8)), 1)
    front_m, back_m = (round(float(value), 1) for value in rng.uniform(2.5, 3.3, 2))
    left = area / width_m - docks_m - work_m - front_m - back_m
    most = AREA_RANGE_M2[1] / width_m - docks_m - work_m - front_m - back_m
    bays, cross_m = _bays(left, most, bay_m, round(float(rng.uniform(2.4, 3.0)), 1))
    levels = int(rng.integers(2, 5))
    rack = RackSpec(
        depth_m, bay_m, slots, levels, round(float(rng.uniform(1.25, 1.55)), 2), bays, cross_m
    )
    racks_from = docks_m + work_m + front_m
    depth = racks_from + rack.length_m + back_m
    letters = AISLE_LETTERS[:count]
    if rng.random() < 0.5:
        letters = letters[::-1]
    corner_west = bool(rng.random() < 0.5)
    room_m = round(float(rng.uniform(3.4, 4.4)), 1)
    hall = (room_m, width_m) if corner_west else (0.0, width_m - room_m)
    zones = _zones(rng, hall, (docks_m, work_m, front_m), width_m, racks_from, depth, rack.length_m)
    rooms, doors = _corner(rng, hall, docks_m + work_m, width_m, corner_west)
    aisles = [
        _open(
            f"AISLE {letter}",
            "aisle",
            (k * pitch_m, racks_from, (k + 1) * pitch_m, racks_from + rack.length_m),
        )
        for k, letter in enumerate(letters)
    ]
    height = round(max(4.6, rack.height_m + float(rng.uniform(0.7, 1.2))), 1)
    return WarehouseLayout(
        width_m,
        depth,
        height,
        aisle_m,
        rack,
        letters,
        tuple(aisles),
        tuple(zones),
        rooms,
        doors,
        corner_west,
    )


def _bays(
    wanted_m: float, most_m: float, bay_m: float, cross_m: float
) -> tuple[tuple[int, ...], float]:
    """Return bays of every block and the width of the cross aisle between two blocks."""
    count = max(3, min(round(wanted_m / bay_m), int(most_m / bay_m)))
    if count * bay_m < _LONG_M:
        return (count,), 0.0
    # Two equal blocks: the cross aisle runs straight through all racks.
    half = min(round((wanted_m - cross_m) / bay_m / 2.0), int((most_m - cross_m) / bay_m / 2.0))
    return (half, half), cross_m


def _open(name: str, kind: str, bounds: Rect) -> RoomPlan:
    """Return a part of the hall with given ``bounds_m``: it has no walls to lie inside of."""
    half = WALL_M / 2.0
    x0, y0, x1, y1 = bounds
    return RoomPlan(name, kind, (x0 - half, y0 - half, x1 + half, y1 + half))


def _zones(
    rng: np.random.Generator,
    hall: tuple[float, float],
    strips: tuple[float, float, float],
    width_m: float,
    racks_from: float,
    depth: float,
    length_m: float,
) -> list[RoomPlan]:
    docks_m, work_m, _ = strips
    half = WALL_M / 2.0
    # The wall of the corner rooms stands on their side.
    x0 = hall[0] + (half if hall[0] > 0.0 else 0.0)
    x1 = hall[1] - (half if hall[1] < width_m else 0.0)
    first = ("receiving", "shipping") if rng.random() < 0.5 else ("shipping", "receiving")
    cut = round(x0 + (x1 - x0) * float(rng.uniform(0.42, 0.58)), 2)
    zones = [
        _open(first[0], first[0], (x0, 0.0, cut, docks_m)),
        _open(first[1], first[1], (cut, 0.0, x1, docks_m)),
    ]
    low, high = docks_m, docks_m + work_m
    wide = x1 - x0
    names = list(_WORK_ZONES) if wide > 13.0 else ["packing area", "charging area"]
    order = [names[int(k)] for k in rng.permutation(len(names))]
    weights = np.asarray([_WORK_ZONES[name] for name in order]) * rng.uniform(0.9, 1.1, len(order))
    edges = x0 + wide * np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    edges = np.round(edges, 2)
    edges[0], edges[-1] = x0, x1
    for name, a, b in zip(order, edges[:-1], edges[1:], strict=True):
        zones.append(_open(name, name, (float(a), low, float(b), high)))
    # North of the corner rooms the cross aisle begins at their wall.
    zones.append(_open("front cross aisle", "cross aisle", (0.0, high, width_m, racks_from)))
    ends = racks_from + length_m
    zones.append(_open("back cross aisle", "cross aisle", (0.0, ends, width_m, depth)))
    return zones


def _corner(
    rng: np.random.Generator,
    hall: tuple[float, float],
    depth_m: float,
    width_m: float,
    corner_west: bool,
) -> tuple[tuple[RoomPlan, ...], tuple[Doorway, ...]]:
    """Stack the office, the toilet and the break room in the corner beside the docks."""
    x0, x1 = (0.0, hall[0]) if corner_west else (hall[1], width_m)
    # Their north wall stands on the cross aisle's border.
    north = depth_m - WALL_M / 2.0
    names = ["office", "toilet", "break room"]
    order = [names[int(k)] for k in rng.permutation(3)]
    toilet_m = float(rng.uniform(2.0, 2.3))
    rest = north - toilet_m
    office_m = rest * float(rng.uniform(0.46, 0.54))
    sides = {"toilet": toilet_m, "office": office_m, "break room": rest - office_m}
    rooms, doors, y = [], [], 0.0
    wall_x = x1 if corner_west else x0
    for index, name in enumerate(order):
        top = north if index == 2 else round(y + sides[name], 2)
        rooms.append(RoomPlan(name, name, (x0, y, x1, top)))
        width = float(rng.choice([0.95, 1.0, 1.05]))
        margin = width / 2.0 + 0.3
        place = float(rng.uniform(y + margin, top - margin))
        doors.append(Doorway((index, -1), (wall_x, place), False, width))
        y = top
    return tuple(rooms), tuple(doors)
