"""What stands in which kind of room of an office."""

from __future__ import annotations

import math

from astra_sim.scenes import furnish_office_service as rooms
from astra_sim.scenes.desk_islands import WAY_M, place_islands, roomy
from astra_sim.scenes.furniture import kitchen, living, study
from astra_sim.scenes.furniture import office_desks as desks
from astra_sim.scenes.furniture import office_entrance as entrance
from astra_sim.scenes.furniture import office_meeting as meeting
from astra_sim.scenes.furniture import office_service as service
from astra_sim.scenes.furniture.piece import Kit
from astra_sim.scenes.office_groups import (
    Maker,
    OfficeTaste,
    add_some,
    add_workplace,
    place_all,
    seat,
)
from astra_sim.scenes.placing import RoomPlacer, Spot

__all__ = ["furnish_office"]

#: What must stay free of a corridor beside a thing at its wall.
_CORRIDOR_M = 1.12
_SHALLOW_M = 0.22
#: A reception larger than this has a lounge in its middle.
_LOUNGE_M2 = 48.0


def furnish_office(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """Furnish one room.

    Args:
        placer: The empty room.
        kit: Makes the furniture.
        thrift: 0 furnishes fully; higher numbers leave out more of what a room can do without.
        taste: What the office has in common.

    Returns:
        Whether all that such a room needs has found a place.
    """
    return {
        "reception": _reception,
        "corridor": _corridor,
        "open office": _open_office,
        "office": _office,
        "meeting room": _meeting_room,
        "kitchen": rooms.furnish_kitchen,
        "toilets": rooms.furnish_toilets,
        "print room": rooms.furnish_print_room,
        "server room": rooms.furnish_server_room,
        "storage": rooms.furnish_storage,
        "mail room": rooms.furnish_mail_room,
    }[placer.room.kind](placer, kit, thrift, taste)


def _reception(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    if not place_all(placer, [entrance.staircase(kit), entrance.lift(kit)], corner=0.6):
        return False
    counter = Spot(entrance.reception_desk(kit, taste.firm), 1.5 if thrift < 3 else 1.38)
    chair = Spot(desks.task_chair(kit, taste.make.chair), 0.62, 0.1, kit.uniform(-0.5, 0.5))
    if (
        placer.at_wall([Spot(entrance.firm_wall(kit, taste.firm)), counter, chair], corner=0.1)
        is None
    ):
        return False
    sofa, table = living.sofa(kit), living.coffee_table(kit)
    out = sofa.size_m[0] / 2.0 + 0.36 + table.size_m[0] / 2.0
    options = [[Spot(sofa), Spot(table, out)], [Spot(sofa)], [Spot(living.armchair(kit))]]
    if not any(placer.at_wall(group, corner=0.5) for group in options[: 2 + (thrift > 3)]):
        return False
    for maker in taste.corners.get(placer.room.name, ()):
        placer.at_wall([roomy(Spot(maker(kit)))], corner=0.6)
    wanted: list[Maker] = [study.plant, study.plant, living.armchair, living.armchair]
    wanted += [study.coat_rack, living.sofa]
    if placer.room.area_m2 > _LOUNGE_M2 and thrift < 4:
        _lounge(placer, kit)
    more = int(placer.room.area_m2 / 25.0)
    wanted += [living.sofa, living.bookshelf, study.plant, study.plant]
    add_some(placer, kit, wanted, 4 + more - thrift, 0.8)
    return True


def _lounge(placer: RoomPlacer, kit: Kit) -> None:
    """Armchairs around a low table, in the middle of a large hall."""
    table = living.coffee_table(kit)
    out = table.size_m[0] / 2.0 + 0.36 + 0.40
    group = [Spot(table)]
    for y in (-0.45, 0.45):
        group += [
            Spot(living.armchair(kit), -out, y),
            Spot(living.armchair(kit), out, y, math.pi),
        ]
    placer.in_middle(group, WAY_M + 0.1)


def _corridor(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    x0, y0, x1, y1 = placer.room.bounds_m
    wide = min(x1 - x0, y1 - y0)
    sides = ("south", "north") if x1 - x0 > y1 - y0 else ("west", "east")
    # What is deep stands on one side, so that nobody has to wind through.
    deep = (sides[int(kit.rng.integers(0, 2))],)
    makers = list(taste.corners.get(placer.room.name, ()))
    for maker in makers[: max(0, len(makers) - thrift)]:
        piece = maker(kit)
        if wide - piece.size_m[0] >= _CORRIDOR_M:
            where = deep if piece.size_m[0] > _SHALLOW_M else sides
            placer.at_wall([Spot(piece)], sides=where, corner=0.1)
    return True


def _open_office(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    if place_islands(placer, kit, taste.make, thrift) < 2:
        return False
    for maker in taste.corners.get(placer.room.name, ()):
        placed = placer.at_wall([roomy(Spot(maker(kit)))], corner=0.7)
        if placed is None and maker is service.printer and thrift < 5:
            return False
    wanted: list[Maker] = [desks.shelf, desks.shelf, desks.filing_cabinet, study.plant]
    wanted += [study.plant, study.coat_rack, meeting.whiteboard, service.recycling_bin]
    wanted += [kitchen.kitchen_bin, entrance.lockers, desks.carton, living.sofa]
    most = 4 + round(placer.room.area_m2 / 18.0) - thrift
    for index in kit.rng.permutation(len(wanted))[: max(0, most)]:
        placer.at_wall([roomy(Spot(wanted[index](kit)))], corner=0.5)
    return True


def _office(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    if not add_workplace(placer, kit, taste):
        return False
    if placer.room.area_m2 > 12.0 and kit.rng.random() < 0.6:
        add_workplace(placer, kit, taste)
    wanted: list[Maker] = [desks.shelf, desks.filing_cabinet, study.coat_rack, study.plant]
    wanted += [kitchen.kitchen_bin, meeting.whiteboard, living.armchair, desks.shelf]
    wanted += [living.sideboard, desks.carton]
    add_some(placer, kit, wanted, 4 - thrift, 0.7)
    return True


def _meeting_room(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    boards: list[Maker] = [meeting.whiteboard, meeting.wall_tv, meeting.projector_screen]
    first = int(kit.rng.integers(0, 3))
    if placer.at_wall([Spot(boards[first](kit))], corner=0.0) is None:
        return False
    if not _conference(placer, kit, thrift, taste):
        return False
    others = [board for index, board in enumerate(boards) if index != first]
    add_some(placer, kit, others, 1 if kit.rng.random() < 0.7 else 0, 0.0)
    wanted: list[Maker] = [study.plant, study.coat_rack, kitchen.kitchen_bin, living.sideboard]
    add_some(placer, kit, wanted, 3 - thrift, 0.9)
    return True


def _conference(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """A table in the middle, along the room, with chairs all around."""
    x0, y0, x1, y1 = placer.room.bounds_m
    turned = x1 - x0 > y1 - y0
    long, wide = max(x1 - x0, y1 - y0), min(x1 - x0, y1 - y0)
    rounded = kit.rng.random() < 0.4
    for trial in range(14):
        length = round(max(1.3, min(3.8, long - 2.2 - 0.12 * trial - 0.1 * thrift)), 2)
        depth = round(max(0.8, min(1.3, wide - 2.5 - 0.05 * trial)), 2)
        table = meeting.meeting_table(kit, max(length, depth + 0.3), depth, rounded)
        group = [Spot(table)]
        seats = max(1, int((length - 0.1) / 0.68))
        for index in range(seats):
            y = (index - (seats - 1) / 2.0) * 0.68
            for side in (-1, 1):
                group.append(seat(kit, taste, side * (depth / 2.0 + 0.17), y, side < 0))
        shift_u, shift_v = placer.rng.uniform(-0.3, 0.3), placer.rng.uniform(-0.25, 0.25)
        x, y = (x0 + x1) / 2.0, (y0 + y1) / 2.0
        theta = math.pi / 2.0 if turned else 0.0
        pose = (x + (shift_u if turned else shift_v), y + (shift_v if turned else shift_u), theta)
        if placer.put(group, pose):
            return True
    return False
