"""What stands in which kind of room."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from astra_sim.scenes.furniture import bathroom, bedroom, kitchen, living, study
from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.placing import RoomPlacer, Spot

__all__ = ["furnish"]

#: Builds one piece of furniture.
_Maker = Callable[[Kit], Piece]

_OPPOSITE = {"west": "east", "east": "west", "south": "north", "north": "south"}


def furnish(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    """Furnish one room.

    Args:
        placer: The empty room.
        kit: Makes the furniture.
        thrift: 0 furnishes fully; higher numbers leave out more of what a room can do without.
        dine_here: Whether the dining table belongs into this room.

    Returns:
        Whether all that such a room needs has found a place.
    """
    return {
        "living room": _living_room,
        "kitchen": _kitchen,
        "bedroom": _bedroom,
        "guest room": _guest_room,
        "study": _study,
        "bathroom": _bathroom,
        "laundry": _laundry,
        "hall": _hall,
    }[placer.room.kind](placer, kit, thrift, dine_here)


def _extras(placer: RoomPlacer, kit: Kit, thrift: int, makers: Sequence[_Maker], most: int) -> None:
    """Add things that a room can do without, in random order, fewer the more thrift."""
    for index in kit.rng.permutation(len(makers))[: max(0, most - thrift)]:
        placer.at_wall([Spot(makers[index](kit))], corner=0.8)


def _dining(placer: RoomPlacer, kit: Kit) -> bool:
    cushion = kit.accent()
    for width in (1.6, 1.2):
        table = kitchen.dining_table(kit, width)
        seats = 2 if width > 1.3 else 1
        middle, wall = [Spot(table)], [Spot(table)]
        for index in range(seats):
            y = (index - (seats - 1) / 2.0) * 0.7
            for side in (-1, 1):
                yaw = math.pi if side > 0 else 0.0
                chair = kitchen.dining_chair(kit, cushion)
                middle.append(Spot(chair, side * 0.62, y, yaw))
                if side > 0:
                    wall.append(Spot(chair, 0.62, y, yaw))
        for side in (-1, 1):
            chair = kitchen.dining_chair(kit, cushion)
            wall.append(Spot(chair, 0.0, side * (width / 2.0 + 0.2), -side * math.pi / 2.0))
        if placer.in_middle(middle, 0.72) or placer.at_wall(wall, corner=0.2):
            return True
    return False


def _living_room(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    screen = living.tv(kit)
    side = placer.at_wall([Spot(screen)], corner=0.0)
    if side is None or not _sofa_facing(placer, kit, side):
        return False
    if dine_here and not _dining(placer, kit):
        return False
    if placer.at_wall([Spot(living.bookshelf(kit))], corner=0.4) is None:
        return False
    wanted = [living.armchair, study.plant, study.floor_lamp, living.sideboard, living.bookshelf]
    if kit.rng.random() < 0.45:
        wanted.append(living.piano)
    _extras(placer, kit, thrift, wanted, 5)
    return True


def _sofa_facing(placer: RoomPlacer, kit: Kit, tv_side: str) -> bool:
    couch, table = living.sofa(kit), living.coffee_table(kit)
    color = kit.accent()
    table_x = couch.size_m[0] / 2.0 + 0.36 + table.size_m[0] / 2.0
    carpet = Spot(living.rug(kit, 1.7, 2.3, color), table_x, 0.0)
    group = [Spot(couch), Spot(table, table_x, 0.0), carpet]
    screen = placer.placed[-1]
    x, y, theta = screen.pose
    for _ in range(40):
        away, aside = placer.rng.uniform(2.3, 3.4), placer.rng.uniform(-0.4, 0.4)
        cos, sin = math.cos(theta), math.sin(theta)
        pose = (x + cos * away - sin * aside, y + sin * away + cos * aside, theta + math.pi)
        before = len(placer.placed)
        if placer.put(group, pose):
            behind = _gap_behind(placer, placer.placed[before].bounds(), pose[2])
            if behind < 0.03 or behind > 0.8:
                return True
            del placer.placed[before:]
    sides = (
        _OPPOSITE[tv_side],
        *(name for name in _OPPOSITE if name not in (tv_side, _OPPOSITE[tv_side])),
    )
    for name in sides:
        if placer.at_wall(group, sides=(name,), corner=0.0) or placer.at_wall(
            group[:1], sides=(name,), corner=0.0
        ):
            return True
    return False


def _gap_behind(placer: RoomPlacer, rect: tuple[float, ...], theta: float) -> float:
    x0, y0, x1, y1 = placer.room.bounds_m
    cos, sin = round(math.cos(theta)), round(math.sin(theta))
    if cos:
        return rect[0] - x0 if cos > 0 else x1 - rect[2]
    return rect[1] - y0 if sin > 0 else y1 - rect[3]


def _kitchen(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    color = str(kit.rng.choice(["white", "beige", "light blue", "green", "grey", "turquoise"]))
    cold, wash, cook = kitchen.fridge(kit), kitchen.sink(kit, color), kitchen.stove(kit)
    board = [kitchen.counter(kit, color) for _ in range(3)]
    lines = [
        [cold, board[0], wash, board[1], cook, board[2]],
        [cold, board[0], wash, board[1], cook],
        [cold, wash, board[0], cook],
        [cold, wash, cook],
    ]
    flip = kit.rng.random() < 0.5
    for line in lines[int(kit.rng.integers(0, 2)) :]:
        if placer.at_wall(_row(line[::-1] if flip else line), corner=0.7) is not None:
            break
    else:
        # Too short for one line: the fridge stands on its own.
        if placer.at_wall(_row([wash, board[0], cook]), corner=0.7) is None and (
            placer.at_wall(_row([wash, cook]), corner=0.7) is None
        ):
            return False
        if placer.at_wall(_row([cold])) is None:
            return False
    if dine_here and not _dining(placer, kit):
        return False
    if placer.at_wall([Spot(kitchen.kitchen_bin(kit))], corner=0.8) is None and thrift < 3:
        return False
    _extras(placer, kit, thrift, [study.plant, bathroom.laundry_shelf, living.sideboard], 2)
    return True


def _row(pieces: list[Piece]) -> list[Spot]:
    """Put pieces side by side with their backs in one line; the origin is the first one's."""
    spots, y = [], 0.0
    for index, piece in enumerate(pieces):
        y += piece.size_m[1] / 2.0 if index else 0.0
        spots.append(Spot(piece, (piece.size_m[0] - pieces[0].size_m[0]) / 2.0, y))
        y += piece.size_m[1] / 2.0 + 0.005
    return spots


def _bedroom(
    placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool, width: float = 1.6
) -> bool:
    sleep = bedroom.bed(kit, width if thrift < 4 else min(width, 1.4))
    table = bedroom.nightstand(kit)
    carpet = living.rug(kit, 1.0, width + 1.0, kit.accent())
    back = (table.size_m[0] - sleep.size_m[0]) / 2.0
    aside = (sleep.size_m[1] + table.size_m[1]) / 2.0 + 0.04
    right, left = Spot(table, back, -aside), Spot(bedroom.nightstand(kit), back, aside)
    foot = Spot(carpet, 0.6, 0.0)
    options = [[Spot(sleep), right, left, foot], [Spot(sleep), right], [Spot(sleep), left]]
    if thrift > 2:
        options.append([Spot(sleep)])
    if not any(placer.at_wall(group, corner=0.2) for group in options):
        return False
    widest = 3 if kit.rng.random() < 0.5 and thrift < 3 else 2
    if not any(
        placer.at_wall([Spot(bedroom.wardrobe(kit, doors))], corner=0.6)
        for doors in range(widest, 0, -1)
    ):
        return False
    wanted = [
        bedroom.dresser,
        study.plant,
        living.armchair,
        study.floor_lamp,
        bathroom.laundry_basket,
    ]
    _extras(placer, kit, thrift, wanted, 3)
    return True


def _guest_room(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    if not _bedroom(placer, kit, thrift + 2, dine_here, float(kit.rng.choice([1.0, 1.4]))):
        return False
    if kit.rng.random() < 0.5:
        _desk(placer, kit)
    _extras(
        placer, kit, thrift, [living.bookshelf, living.armchair, study.plant, bedroom.dresser], 2
    )
    return True


def _desk(placer: RoomPlacer, kit: Kit) -> bool:
    work, chair = study.desk(kit), study.office_chair(kit)
    for out in (0.62, 0.5):
        seat = Spot(chair, out, -0.1, math.pi + kit.uniform(-0.4, 0.4))
        if placer.at_wall([Spot(work), seat], corner=0.4) is not None:
            return True
    return False


def _study(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    if not _desk(placer, kit) or placer.at_wall([Spot(living.bookshelf(kit))]) is None:
        return False
    wanted = [
        study.filing_cabinet,
        living.bookshelf,
        living.armchair,
        study.plant,
        study.floor_lamp,
        living.sideboard,
    ]
    _extras(placer, kit, thrift, wanted, 4)
    return True


def _bathroom(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    bath = [bathroom.bathtub(kit)] if kit.rng.random() < 0.75 and thrift < 4 else []
    done = bool(bath) and placer.at_wall([Spot(bath[0])], corner=1.0) is not None
    if not done and placer.at_wall([Spot(bathroom.shower(kit))], corner=1.0) is None:
        return False
    for maker in (bathroom.washbasin, bathroom.toilet):
        if placer.at_wall([Spot(maker(kit))], corner=0.3) is None:
            return False
    if kit.rng.random() < 0.7:
        placer.at_wall([Spot(bathroom.washing_machine(kit))], corner=0.8)
    wanted = [bathroom.laundry_basket, bathroom.laundry_shelf, study.plant]
    if done:
        wanted.append(bathroom.shower)
    _extras(placer, kit, thrift, wanted, 2)
    return True


def _laundry(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    machines = _row([bathroom.washing_machine(kit), bathroom.dryer(kit)])
    if placer.at_wall(machines, corner=0.7) is None and (
        placer.at_wall(machines[:1], corner=0.7) is None
    ):
        return False
    wanted = [bathroom.laundry_shelf, bathroom.laundry_basket, bathroom.ironing_board]
    _extras(placer, kit, thrift, wanted, 3)
    return True


def _hall(placer: RoomPlacer, kit: Kit, thrift: int, dine_here: bool) -> bool:
    for maker in (study.shoe_cabinet, study.coat_rack):
        if placer.at_wall([Spot(maker(kit))], corner=0.8) is None and thrift < 5:
            return False
    _extras(placer, kit, thrift, [study.hall_mirror, study.plant, study.bench, living.sideboard], 3)
    return True
