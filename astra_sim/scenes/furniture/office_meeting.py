"""Meeting rooms: tables, chairs, boards and screens on the wall; telephone booths."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts, office_boards, office_fronts

__all__ = [
    "meeting_chair",
    "meeting_table",
    "notice_board",
    "phone_booth",
    "projector_screen",
    "wall_tv",
    "whiteboard",
]


def meeting_table(kit: Kit, length: float, depth: float, round_ends: bool) -> Piece:
    """A long table with a cable box, a telephone, bottles and glasses."""
    top, color = kit.timber()
    material = "wood"
    if kit.rng.random() < 0.35:
        top, color, material = kit.surface("lacquer", "white"), "white", "laminate"
    steel, black = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    p = PartList()
    if round_ends:
        p.box((depth, length - depth, 0.04), 0.0, 0.0, 0.70, top)
        for side in (-1, 1):
            p.cylinder(depth, 0.038, 0.0, side * (length - depth) / 2.0, 0.701, top)
            foot = side * (length - depth) / 2.0
            p.cylinder(0.5, 0.03, 0.0, foot, 0.0, steel)
            p.cylinder(0.12, 0.67, 0.0, foot, 0.03, steel)
    else:
        p.box((depth, length, 0.04), 0.0, 0.0, 0.70, top)
        for side in (-1, 1):
            p.box((0.6 * depth, 0.07, 0.70), 0.0, side * (length / 2.0 - 0.3), 0.0, steel)
            p.box((0.8 * depth, 0.09, 0.03), 0.0, side * (length / 2.0 - 0.3), 0.0, steel)
    p.box((0.12, 0.4, 0.015), 0.0, 0.0, 0.74, black)
    p.box((0.2, 0.18, 0.05), 0.0, 0.4, 0.74, black, yaw_rad=0.4)
    for index in range(3):
        bottle = kit.surface("lacquer", str(kit.rng.choice(["green", "light blue", "blue"])))
        p.cylinder(0.07, 0.22, 0.1 - 0.1 * index, -0.38, 0.74, bottle)
        p.cylinder(0.06, 0.1, 0.1 - 0.1 * index, -0.5, 0.74, kit.surface("ceramic", "light blue"))
    for side in (-1, 1):
        paper = kit.surface("ceramic", "white")
        x, y = side * (depth / 2.0 - 0.2), kit.uniform(-length / 3.0, length / 3.0)
        p.box((0.2, 0.28, 0.012), x, y, 0.74, paper, yaw_rad=kit.uniform(-0.4, 0.4))
    size = (depth, length, 0.96)
    return Piece("meeting table", tuple(p.parts), size, color, material, 0.0)


def meeting_chair(kit: Kit, color: str, model: int) -> Piece:
    """A chair for visitors: on four legs, on a sled, or a shell on a post."""
    cloth, steel = kit.surface("fabric", color), kit.surface("metal", "silver")
    p = PartList()
    if model == 0:
        p.legs(0.44, 0.46, 0.43, 0.03, steel)
    elif model == 1:
        for side in (-1, 1):
            p.box((0.46, 0.03, 0.03), 0.0, side * 0.22, 0.0, steel)
            p.box((0.03, 0.03, 0.45), 0.21, side * 0.22, 0.0, steel)
            p.box((0.42, 0.03, 0.03), 0.0, side * 0.22, 0.42, steel)
    else:
        p.box((0.46, 0.06, 0.03), 0.0, 0.0, 0.0, steel)
        p.box((0.06, 0.46, 0.03), 0.0, 0.0, 0.0, steel)
        p.box((0.06, 0.06, 0.42), 0.0, 0.0, 0.0, steel)
    p.box((0.44, 0.46, 0.07), 0.01, 0.0, 0.43, cloth)
    for side in (-1, 1):
        p.box((0.03, 0.03, 0.46), -0.21, side * 0.2, 0.44, steel)
    p.box((0.05, 0.44, 0.36), -0.21, 0.0, 0.56, cloth, pitch_rad=-0.08)
    return Piece("chair", tuple(p.parts), (0.50, 0.50, 0.95), color, "fabric", 0.0, True, False)


def whiteboard(kit: Kit) -> Piece:
    """A board on the wall with a tray of pens, scribbled all over."""
    width, height = kit.uniform(1.3, 2.2), kit.uniform(0.95, 1.2)
    draw = partial(office_boards.whiteboard, width_m=width, height_m=height)
    face, steel = kit.textures.add("whiteboard", draw), kit.surface("metal", "silver")
    p = PartList()
    p.box((0.025, width, height), -0.02, 0.0, 0.9, face, fit=True)
    p.box((0.07, width * 0.6, 0.02), 0.0, 0.0, 0.89, steel)
    for index, color in enumerate(("blue", "red", "green")):
        p.box((0.02, 0.12, 0.02), 0.01, -0.2 + 0.16 * index, 0.91, kit.surface("lacquer", color))
    size = (0.08, width + 0.02, 2.1)
    return Piece("whiteboard", tuple(p.parts), size, "white", "metal", 0.6)


def projector_screen(kit: Kit) -> Piece:
    """A pulled-down screen with its case; the slide of the last talk is on it."""
    width = kit.uniform(1.7, 2.3)
    height = 0.58 * width
    shown = kit.textures.add("slide", office_boards.slide)
    p = PartList()
    black = kit.surface("lacquer", "black")
    p.box((0.10, width + 0.16, 0.11), -0.005, 0.0, 2.32, kit.surface("lacquer", "white"))
    p.box((0.012, width + 0.06, height + 0.06), 0.01, 0.0, 2.32 - height - 0.04, black)
    p.box((0.016, width, height), 0.012, 0.0, 2.32 - height - 0.01, shown, fit=True)
    size = (0.12, width + 0.18, 2.43)
    return Piece("projector screen", tuple(p.parts), size, "white", "fabric", 0.7)


def wall_tv(kit: Kit) -> Piece:
    """A large flat screen on the wall with a camera bar below."""
    width = kit.uniform(1.1, 1.5)
    height = 0.58 * width
    draw = office_boards.slide if kit.rng.random() < 0.6 else fronts.tv_screen
    shown, black = kit.textures.add("screen", draw), kit.surface("lacquer", "black")
    p = PartList()
    p.box((0.05, width, height), -0.01, 0.0, 1.12, black)
    p.box((0.006, width - 0.05, height - 0.05), 0.018, 0.0, 1.145, shown, fit=True)
    p.box((0.07, 0.6, 0.07), 0.0, 0.0, 1.02, black)
    p.cylinder(0.04, 0.03, 0.02, 0.0, 1.09, kit.surface("metal", "silver"))
    return Piece("tv", tuple(p.parts), (0.08, width, 2.0), "black", "glass", 0.7)


def notice_board(kit: Kit) -> Piece:
    """A cork board full of sheets, cards and photographs."""
    width, height = kit.uniform(0.9, 1.5), kit.uniform(0.7, 1.0)
    draw = partial(office_boards.notice_board, width_m=width, height_m=height)
    face = kit.textures.add("notices", draw)
    p = PartList()
    p.box((0.03, width, height), 0.0, 0.0, 1.05, face, fit=True)
    return Piece("notice board", tuple(p.parts), (0.04, width, 2.05), "brown", "cork", 0.5)


def phone_booth(kit: Kit) -> Piece:
    """A cabin for one with a glass door, dark felt walls and a lamp line on top."""
    color = str(kit.rng.choice(["black", "white", "grey", "blue", "green", "orange", "red"]))
    body, steel = kit.surface("lacquer", color), kit.surface("metal", "silver")
    door = kit.textures.add("booth", office_fronts.booth_door)
    p = PartList()
    p.box((0.96, 1.0, 2.16), -0.01, 0.0, 0.04, body)
    p.box((0.90, 0.94, 0.04), 0.0, 0.0, 0.0, steel)
    p.box((0.03, 0.84, 1.96), 0.475, 0.0, 0.1, door, fit=True)
    p.box((0.05, 0.03, 0.5), 0.5, -0.34, 0.9, steel)
    p.box((0.98, 1.02, 0.05), 0.0, 0.0, 2.2, kit.surface("ceramic", "white"))
    return Piece("phone booth", tuple(p.parts), (1.05, 1.04, 2.25), color, "glass", 0.7)
