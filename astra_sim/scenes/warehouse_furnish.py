"""What stands in the zones and rooms of a warehouse besides the racks."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from astra_sim.profile import SignProfile
from astra_sim.scenes.furniture import bathroom, study
from astra_sim.scenes.furniture import warehouse_break as breaks
from astra_sim.scenes.furniture import warehouse_house as house
from astra_sim.scenes.furniture import warehouse_stations as stations
from astra_sim.scenes.furniture import warehouse_trucks as trucks
from astra_sim.scenes.furniture import warehouse_walls as fixtures
from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.layout.types import RoomPlan
from astra_sim.scenes.layout.warehouse import WarehouseLayout
from astra_sim.scenes.placing import Placed, RoomPlacer, Spot
from astra_sim.scenes.warehouse_signs import dock_door, zone_sign

__all__ = ["furnish_room", "furnish_zone"]

_DOCK_PITCH_M = 4.1
#: Free floor around what stands alone, and its share at the border of a zone.
_WAY_M = 0.78
_EDGE_M = 0.4
#: Goods on the floor: picture, colour word, material word.
_LOADS = (
    ("carton-1", "brown", "cardboard"),
    ("carton-4", "brown", "cardboard"),
    ("white-0", "white", "cardboard"),
    ("film-0", "white", "plastic film"),
    ("film-1", "white", "plastic film"),
    ("crate-0", "blue", "plastic"),
    ("sacks", "beige", "paper"),
    ("drums", "blue", "plastic"),
)
#: Zone to the words of its sign.
_ZONE_TEXTS = {
    "receiving": "RECEIVING",
    "shipping": "SHIPPING",
    "packing area": "PACKING",
    "returns": "RETURNS",
    "charging area": "CHARGING",
}


class ZonePlacer(RoomPlacer):
    """Places things in an open part of the hall."""

    def island(self, group: list[Spot], tries: int = 240) -> bool:
        """Place a group away from everything, one of four headings.

        Args:
            group: The pieces; the origin is the middle of the first one.
            tries: How many places to try.

        Returns:
            Whether there was a place.
        """
        x0, y0, x1, y1 = self.room.bounds_m
        for _ in range(tries):
            pose = (
                round(float(self.rng.uniform(x0 + 0.5, x1 - 0.5)), 2),
                round(float(self.rng.uniform(y0 + 0.5, y1 - 0.5)), 2),
                int(self.rng.integers(0, 4)) * math.pi / 2.0,
            )
            before = len(self.placed)
            if not self.put(group, pose):
                continue
            rects = np.asarray([item.bounds() for item in self.placed[before:]])
            low, high = rects[:, :2].min(axis=0), rects[:, 2:].max(axis=0)
            # Half of the way around it belongs to the neighbouring zone.
            inside = (low > (x0 + _EDGE_M, y0 + _EDGE_M)).all()
            inside &= (high < (x1 - _EDGE_M, y1 - _EDGE_M)).all()
            if inside and not self._crowded(low - _WAY_M, high + _WAY_M, before):
                return True
            del self.placed[before:]
        return False

    def _crowded(self, low: NDArray[np.float64], high: NDArray[np.float64], count: int) -> bool:
        """Whether one of the first pieces stands in a rectangle; signs hang above it."""
        others = [item.bounds() for item in self.placed[:count] if item.piece.kind != "sign"]
        return any(
            low[0] < b[2] and b[0] < high[0] and low[1] < b[3] and b[1] < high[1] for b in others
        )


def furnish_zone(
    layout: WarehouseLayout,
    zone: RoomPlan,
    kit: Kit,
    signs: SignProfile,
    plate: str,
    first_dock: int,
    dock: tuple[str, str],
) -> list[Placed]:
    """Furnish an open zone.

    Args:
        layout: The plan.
        zone: One of its zones.
        kit: Random stream and textures.
        signs: Sizes of signs.
        plate: Colour word of the plates.
        first_dock: Number of its first dock door.
        dock: Texture and colour word of the dock doors.

    Returns:
        What stands there.
    """
    x0, y0, x1, y1 = zone.bounds_m
    sides = []
    if x0 < 1e-6:
        sides.append("west")
    if x1 > layout.width_m - 1e-6:
        sides.append("east")
    if y0 < 1e-6:
        sides.append("south")
    if y1 > layout.depth_m - 1e-6:
        sides.append("north")
    near = [door for door in layout.doors if y0 - 0.7 < door.center_m[1] < y1 + 0.7]
    near = [d for d in near if min(abs(d.center_m[0] - x0), abs(d.center_m[0] - x1)) < 0.1]
    placer = ZonePlacer(zone, near, [], kit.rng)
    if zone.kind in ("receiving", "shipping"):
        _docks(placer, kit, first_dock, dock, signs.dock_letter_m)
    if zone.name in _ZONE_TEXTS:
        text = _ZONE_TEXTS[zone.name]
        sign = zone_sign(kit, text, plate, layout.height_m, signs.overhead_letter_m)
        middle = ((x0 + x1) / 2.0, (y0 + y1) / 2.0 + 0.2, -math.pi / 2.0)
        placer.put([Spot(sign)], middle)
    _PROGRAMS[zone.kind if zone.kind in _PROGRAMS else zone.name](placer, kit, tuple(sides), signs)
    return placer.placed


def _docks(
    placer: ZonePlacer, kit: Kit, first: int, dock: tuple[str, str], letter_m: float
) -> None:
    x0, y0, x1, _ = placer.room.bounds_m
    count = max(1, int((x1 - x0) / _DOCK_PITCH_M))
    pitch = (x1 - x0) / count
    for k in range(count):
        piece = dock_door(kit, first + k, dock[1], letter_m, dock[0])
        pose = (x0 + (k + 0.5) * pitch, y0 + piece.size_m[0] / 2.0, math.pi / 2.0)
        placer.put([Spot(piece)], pose)


def _wall_things(placer: ZonePlacer, sides: tuple[str, ...], pieces: list[Piece]) -> None:
    for piece in pieces:
        if sides:
            placer.at_wall([Spot(piece)], sides=sides, corner=0.0)


def _islands(placer: ZonePlacer, pieces: list[Piece]) -> None:
    for piece in pieces:
        placer.island([Spot(piece)])


def _pallets(placer: ZonePlacer, kit: Kit, count: int, film: bool) -> None:
    """Loaded pallets in short rows."""
    for _ in range(count):
        load = _LOADS[int(kit.rng.integers(3, 5) if film else kit.rng.integers(0, len(_LOADS)))]
        row = [
            Spot(trucks.loaded_pallet(kit, *load), 0.0, 1.0 * k)
            for k in range(int(kit.rng.integers(1, 4)))
        ]
        placer.island(row)


def _area(placer: ZonePlacer) -> float:
    x0, y0, x1, y1 = placer.room.bounds_m
    return (x1 - x0) * (y1 - y0)


def _receiving(placer: ZonePlacer, kit: Kit, sides: tuple[str, ...], signs: SignProfile) -> None:
    _wall_things(placer, sides, [fixtures.first_aid_kit(kit), fixtures.notice_board(kit)])
    area = _area(placer)
    _islands(placer, [stations.scale(kit)])
    _islands(placer, [trucks.forklift(kit)] if area > 40.0 else [])
    _islands(placer, [trucks.pallet_jack(kit), trucks.pallet_stack(kit)])
    _pallets(placer, kit, max(1, round(area / 20.0)), film=False)
    _islands(placer, [stations.computer_terminal(kit)])
    if area > 70.0:
        _islands(placer, [trucks.pallet_jack(kit), stations.label_printer(kit)])


def _shipping(placer: ZonePlacer, kit: Kit, sides: tuple[str, ...], signs: SignProfile) -> None:
    exit_door = fixtures.exit_door(kit, signs.overhead_letter_m)
    _wall_things(placer, sides, [exit_door, fixtures.defibrillator(kit)])
    area = _area(placer)
    _islands(placer, [trucks.stretch_wrapper(kit)])
    _pallets(placer, kit, max(1, round(area / 20.0)), film=True)
    _islands(placer, [trucks.pallet_jack(kit), house.waste_container(kit)])
    if area > 50.0:
        _islands(placer, [stations.computer_terminal(kit), trucks.pallet_stack(kit)])


def _packing(placer: ZonePlacer, kit: Kit, sides: tuple[str, ...], signs: SignProfile) -> None:
    _wall_things(placer, sides, [house.cardboard_baler(kit), fixtures.notice_board(kit)])
    x0, _, x1, _ = placer.room.bounds_m
    for length in (0.45 * (x1 - x0), 2.6, 2.2):
        track = trucks.conveyor(kit, round(float(np.clip(length, 2.2, 6.0)), 1))
        if placer.island([Spot(track)]):
            break
    _islands(placer, [stations.packing_table(kit)])
    if not any(item.piece.kind == "cardboard baler" for item in placer.placed):
        _islands(placer, [house.cardboard_baler(kit)])
    for _ in range(int(np.clip(_area(placer) / 14.0, 2, 7)) - 1):
        _islands(placer, [stations.packing_table(kit)])
    _islands(placer, [stations.label_printer(kit), house.waste_container(kit)])
    if _area(placer) > 50.0:
        _islands(placer, [house.cleaning_cart(kit), stations.computer_terminal(kit)])


def _returns(placer: ZonePlacer, kit: Kit, sides: tuple[str, ...], signs: SignProfile) -> None:
    bench, tools = stations.workbench(kit), stations.tool_cabinet(kit)
    if sides:
        _wall_things(placer, sides, [bench, tools])
    else:
        _islands(placer, [bench, tools])
    _pallets(placer, kit, 1, film=False)
    _islands(placer, [house.ladder(kit), stations.computer_terminal(kit)])


def _charging(placer: ZonePlacer, kit: Kit, sides: tuple[str, ...], signs: SignProfile) -> None:
    _islands(placer, [trucks.forklift(kit)])
    station = trucks.charging_station(kit)
    if sides:
        _wall_things(placer, sides, [station, fixtures.eye_wash_station(kit)])
    else:
        _islands(placer, [station])
    if _area(placer) > 30.0:
        _islands(placer, [trucks.charging_station(kit), trucks.pallet_jack(kit)])
    _islands(placer, [house.cleaning_cart(kit)])


def _cross(placer: ZonePlacer, kit: Kit, sides: tuple[str, ...], signs: SignProfile) -> None:
    """Only along the short walls: trucks turn here, and behind all aisles it looks alike."""
    ends = tuple(side for side in sides if side in ("west", "east"))
    if "north" in sides:
        exit_door = fixtures.exit_door(kit, signs.overhead_letter_m)
        _wall_things(placer, ends[:1], [exit_door, fixtures.fire_extinguisher(kit)])
        # In a corner, so that what hangs beside it can be reached.
        placer.at_wall([Spot(house.waste_container(kit))], sides=ends[1:], corner=1.0)
        _wall_things(placer, ends[1:], [fixtures.eye_wash_station(kit)])
    else:
        _wall_things(placer, ends, [fixtures.fire_extinguisher(kit), fixtures.time_clock(kit)])


_PROGRAMS: dict[str, Callable[[ZonePlacer, Kit, tuple[str, ...], SignProfile], None]] = {
    "receiving": _receiving,
    "shipping": _shipping,
    "packing area": _packing,
    "returns": _returns,
    "charging area": _charging,
    "cross aisle": _cross,
}


def furnish_room(placer: RoomPlacer, kit: Kit, thrift: int) -> bool:
    """Furnish a corner room.

    Args:
        placer: The empty room.
        kit: Random stream and textures.
        thrift: How much to leave out, 0 to 5.

    Returns:
        Whether everything it needs found a place.
    """
    kind = placer.room.kind
    if kind == "toilet":
        needed = [bathroom.toilet(kit), bathroom.washbasin(kit)]
        wanted: list[Piece] = []
    elif kind == "office":
        needed = []
        desk = [Spot(study.desk(kit)), Spot(study.office_chair(kit), 0.62, -0.1, math.pi)]
        if placer.at_wall(desk, corner=0.6) is None:
            return False
        wanted = [study.filing_cabinet(kit), fixtures.notice_board(kit), study.plant(kit)]
    else:
        needed = [breaks.vending_machine(kit), breaks.coffee_machine(kit)]
        wanted = [breaks.water_dispenser(kit), breaks.lockers(kit), study.bench(kit)]
    for piece in needed:
        if placer.at_wall([Spot(piece)], corner=0.6) is None:
            return False
    for piece in wanted[: max(1, len(wanted) - thrift // 2)]:
        placer.at_wall([Spot(piece)], corner=0.5)
    return True
