"""What rooms of an office have in common: taste, rows of pieces, workplaces, seats."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from astra_sim.scenes.furniture import office_desks as desks
from astra_sim.scenes.furniture import office_entrance as entrance
from astra_sim.scenes.furniture import office_meeting as meeting
from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.placing import RoomPlacer, Spot

__all__ = [
    "Maker",
    "OfficeTaste",
    "add_some",
    "add_workplace",
    "in_row",
    "office_taste",
    "place_all",
    "seat",
]

#: Makes a piece of furniture.
Maker = Callable[[Kit], Piece]


@dataclass(frozen=True)
class OfficeTaste:
    """What the whole office has in common.

    Attributes:
        make: Its desks.
        chair_model: Number of the chairs' model in meeting rooms.
        chair_color: Their colour word.
        counter: Colour word of the kitchen.
        stalls: Colour word of the partitions in the toilets.
        firm: Name of the firm.
        corners: Room name to the things that are there once in the building, or a few times.
    """

    make: desks.DeskMake
    chair_model: int
    chair_color: str
    counter: str
    stalls: str
    firm: str
    corners: dict[str, tuple[Maker, ...]]


def office_taste(kit: Kit, corners: dict[str, tuple[Maker, ...]]) -> OfficeTaste:
    """Choose what the office has in common."""
    colors = ["white", "beige", "light blue", "green", "grey", "turquoise", "orange"]
    return OfficeTaste(
        desks.desk_make(kit),
        int(kit.rng.integers(0, 3)),
        kit.accent(),
        str(kit.rng.choice(colors)),
        str(kit.rng.choice(["grey", "blue", "green", "beige", "white"])),
        str(kit.rng.choice(entrance.FIRMS)),
        corners,
    )


def add_some(placer: RoomPlacer, kit: Kit, makers: list[Maker], most: int, corner: float) -> None:
    """Add things that a room can do without, in random order."""
    for index in kit.rng.permutation(len(makers))[: max(0, most)]:
        placer.at_wall([Spot(makers[index](kit))], corner=corner)


def place_all(placer: RoomPlacer, pieces: list[Piece], corner: float = 0.5) -> bool:
    """Place pieces at the walls one by one; return whether all of them found a place."""
    return all(placer.at_wall([Spot(piece)], corner=corner) is not None for piece in pieces)


def in_row(pieces: list[Piece]) -> list[Spot]:
    """Pieces side by side with their backs in one line."""
    spots, y = [], 0.0
    for index, piece in enumerate(pieces):
        y += piece.size_m[1] / 2.0 if index else 0.0
        spots.append(Spot(piece, (piece.size_m[0] - pieces[0].size_m[0]) / 2.0, y))
        y += piece.size_m[1] / 2.0 + 0.005
    return spots


def add_workplace(placer: RoomPlacer, kit: Kit, taste: OfficeTaste) -> bool:
    """Place a desk with its chair at a wall; return whether there was room."""
    work, chair = desks.desk(kit, taste.make), desks.task_chair(kit, taste.make.chair)
    seat = Spot(chair, 0.66, -0.05, math.pi + kit.uniform(-0.4, 0.4))
    return placer.at_wall([Spot(work), seat], corner=0.4) is not None


def seat(kit: Kit, taste: OfficeTaste, x: float, y: float, behind: bool) -> Spot:
    """Return a chair at a table, roughly facing it; ``behind`` means on the side of -x."""
    chair = meeting.meeting_chair(kit, taste.chair_color, taste.chair_model)
    askew = kit.uniform(-0.2, 0.2)
    return Spot(chair, x, y, askew if behind else math.pi + askew)
