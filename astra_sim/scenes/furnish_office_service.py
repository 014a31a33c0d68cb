"""Rooms of an office where nobody has a desk: kitchen, toilets, printers, servers, stores, mail."""

from __future__ import annotations

from astra_sim.scenes.furniture import bathroom, kitchen, study
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
    in_row,
    place_all,
    seat,
)
from astra_sim.scenes.placing import RoomPlacer, Spot

__all__ = [
    "furnish_kitchen",
    "furnish_mail_room",
    "furnish_print_room",
    "furnish_server_room",
    "furnish_storage",
    "furnish_toilets",
]


def furnish_kitchen(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """Counter with all machines, tables for lunch, bins."""
    color = taste.counter
    cold, wash = kitchen.fridge(kit), kitchen.sink(kit, color)
    warm, brew = service.counter_microwave(kit, color), service.counter_coffee(kit, color)
    order = [cold, wash, warm, brew] if kit.rng.random() < 0.5 else [warm, wash, brew, cold]
    if placer.at_wall(in_row(order), corner=0.7) is None:
        half = [in_row(order[:2]), in_row(order[2:])]
        if any(placer.at_wall(part, corner=0.8) is None for part in half):
            return False
    tables = 1 + int(placer.room.area_m2 > 18.0) + int(placer.room.area_m2 > 26.0)
    placed = [_break_table(placer, kit, taste) for _ in range(tables)]
    if not any(placed):
        return False
    for maker in taste.corners.get(placer.room.name, ()):
        placer.at_wall([Spot(maker(kit))], corner=0.6)
    wanted: list[Maker] = [kitchen.kitchen_bin, service.recycling_bin, study.plant]
    wanted += [meeting.wall_tv, meeting.notice_board]
    add_some(placer, kit, wanted, 4 - thrift, 0.7)
    return True


def _break_table(placer: RoomPlacer, kit: Kit, taste: OfficeTaste) -> bool:
    for width in (1.6, 1.2, 0.8):
        table = kitchen.dining_table(kit, width)
        seats = 2 if width > 1.3 else 1
        middle, wall = [Spot(table)], [Spot(table)]
        for index in range(seats):
            y = (index - (seats - 1) / 2.0) * 0.72
            for side in (-1, 1):
                place = seat(kit, taste, side * 0.62, y, side < 0)
                middle.append(place)
                if side > 0:
                    wall.append(place)
        if placer.in_middle(middle, 0.72) or placer.at_wall(wall, corner=0.2) is not None:
            return True
    return False


def furnish_toilets(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """Bowls between partitions, washbasins, a hand dryer."""
    pitch = 1.02
    for count in (3, 2) if thrift < 3 else (2, 1):
        bowl = bathroom.toilet(kit)
        group = [Spot(bowl, 0.0, index * pitch) for index in range(count)]
        screen = service.toilet_screen(kit, taste.stalls)
        back = (screen.size_m[0] - bowl.size_m[0]) / 2.0
        group += [Spot(screen, back, (index - 0.5) * pitch) for index in range(count + 1)]
        if placer.at_wall(group, corner=0.9) is not None:
            break
    else:
        return False
    if placer.at_wall([Spot(bathroom.washbasin(kit))], corner=0.3) is None:
        return False
    if placer.room.area_m2 > 11.0:
        placer.at_wall([Spot(bathroom.washbasin(kit))], corner=0.3)
    if placer.at_wall([Spot(service.hand_dryer(kit))], corner=0.3) is None:
        return False
    add_some(placer, kit, [kitchen.kitchen_bin, study.plant], 2 - thrift, 0.8)
    return True


def furnish_print_room(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """Copiers, paper, what becomes of it."""
    if not place_all(placer, [service.printer(kit), service.paper_shelf(kit)]):
        return False
    wanted: list[Maker] = [service.shredder, service.recycling_bin]
    add_some(placer, kit, wanted, 2, 0.7)
    more: list[Maker] = [service.printer, meeting.notice_board, desks.carton, kitchen.kitchen_bin]
    add_some(placer, kit, more, 3 - thrift, 0.6)
    return True


def furnish_server_room(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """A row of racks, sometimes a desk for whoever looks after them."""
    for count in (4, 3, 2):
        racks = in_row([service.server_rack(kit) for _ in range(count)])
        if placer.at_wall(racks, corner=0.6) is not None:
            break
    else:
        return False
    wanted: list[Maker] = [entrance.fire_extinguisher, desks.carton, service.storage_shelf]
    add_some(placer, kit, wanted, 3 - thrift, 0.6)
    if kit.rng.random() < 0.5:
        add_workplace(placer, kit, taste)
    return True


def furnish_storage(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """Shelves, cartons, cabinets."""
    if not place_all(placer, [service.storage_shelf(kit), service.storage_shelf(kit)], 0.7):
        return False
    wanted: list[Maker] = [service.storage_shelf, service.storage_shelf, desks.carton]
    wanted += [desks.carton, desks.filing_cabinet, desks.filing_cabinet, desks.shelf]
    add_some(placer, kit, wanted, 6 - thrift, 0.7)
    return True


def furnish_mail_room(placer: RoomPlacer, kit: Kit, thrift: int, taste: OfficeTaste) -> bool:
    """Pigeonholes, a desk, parcels."""
    if placer.at_wall([Spot(service.mail_shelf(kit))], corner=0.5) is None:
        return False
    add_workplace(placer, kit, taste)
    wanted: list[Maker] = [desks.carton, desks.carton, service.storage_shelf, service.paper_shelf]
    wanted += [service.recycling_bin]
    add_some(placer, kit, wanted, 5 - thrift, 0.7)
    return True
