"""Places to work: desks of one make per office, chairs, cabinets, shelves with binders."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts, office_fronts

__all__ = [
    "DeskMake",
    "carton",
    "desk",
    "desk_make",
    "desk_screen",
    "filing_cabinet",
    "shelf",
    "task_chair",
]

_DEPTH = 0.76


@dataclass(frozen=True)
class DeskMake:
    """What all desks of an office have in common.

    Attributes:
        width_m: Width of the top.
        top: Texture of the top.
        color: Colour word of the top.
        material: Material word of the top.
        frame: Texture of the legs.
        chair: Colour word of the chairs.
        divider: Texture of the screens between desks.
        displays: Textures of what the monitors show.
        keys: Texture of a keyboard.
    """

    width_m: float
    top: str
    color: str
    material: str
    frame: str
    chair: str
    divider: str
    displays: tuple[str, ...]
    keys: str


def desk_make(kit: Kit) -> DeskMake:
    """Choose the make of an office's desks."""
    color, material = str(kit.rng.choice(["white", "grey"])), "laminate"
    top = kit.surface("lacquer", color)
    if kit.rng.random() < 0.55:
        (top, color), material = kit.timber(), "wood"
    frame = kit.surface("metal", str(kit.rng.choice(["silver", "black", "white", "grey"])))
    displays = tuple(kit.textures.add("display", fronts.desktop_screen) for _ in range(5))
    return DeskMake(
        float(kit.rng.choice([1.4, 1.5, 1.6])),
        top,
        color,
        material,
        frame,
        kit.accent() if kit.rng.random() < 0.7 else "black",
        kit.surface("fabric", kit.accent(), 2),
        displays,
        kit.textures.add("keyboard", fronts.keyboard),
    )


def desk(kit: Kit, make: DeskMake, drawers: bool = True) -> Piece:
    """Top on two frames, one or two monitors, keyboard, and what its owner left there."""
    black, white = kit.surface("lacquer", "black"), kit.surface("ceramic", "white")
    width = make.width_m
    p = PartList()
    p.box((_DEPTH, width, 0.03), 0.0, 0.0, 0.715, make.top)
    for end in (-1, 1):
        y = end * (width / 2.0 - 0.06)
        p.box((0.06, 0.06, 0.715), 0.0, y, 0.0, make.frame)
        p.box((_DEPTH - 0.06, 0.06, 0.04), 0.0, y, 0.0, make.frame)
        p.box((_DEPTH - 0.1, 0.05, 0.04), 0.0, y, 0.675, make.frame)
    if drawers:
        y = width / 2.0 - 0.32
        p.box((0.54, 0.40, 0.56), 0.02, y, 0.06, make.frame)
        for row in range(3):
            p.box((0.015, 0.36, 0.16), 0.295, y, 0.08 + 0.18 * row, make.top)
    screens = 2 if kit.rng.random() < 0.4 else 1
    for index in range(screens):
        y = (index - (screens - 1) / 2.0) * 0.58 - 0.05
        turn = 0.0 if screens == 1 else (0.12 if index else -0.12)
        shown = make.displays[int(kit.rng.integers(0, len(make.displays)))]
        p.box((0.18, 0.24, 0.015), -0.2, y, 0.745, black)
        p.box((0.04, 0.05, 0.16), -0.22, y, 0.75, black)
        p.box((0.035, 0.55, 0.33), -0.19, y, 0.87, black, yaw_rad=-turn)
        p.box((0.006, 0.54, 0.32), -0.168, y, 0.875, shown, fit=True, yaw_rad=-turn)
    p.box((0.14, 0.42, 0.02), 0.14, -0.05, 0.745, make.keys, fit=True)
    p.box((0.10, 0.06, 0.03), 0.14, -0.34, 0.745, black)
    side = 0.5 * width - 0.22
    for index in range(int(kit.rng.integers(0, 4))):
        sheet = white if kit.rng.random() < 0.6 else kit.surface("lacquer", kit.accent())
        z = 0.745 + 0.014 * index
        p.box((0.28, 0.2, 0.014), 0.05, side, z, sheet, yaw_rad=kit.uniform(-0.3, 0.3))
    if kit.rng.random() < 0.7:
        mug = kit.surface("ceramic", kit.accent())
        p.cylinder(0.08, 0.1, kit.uniform(-0.05, 0.2), -side, 0.745, mug)
    extra = int(kit.rng.integers(0, 4))
    if extra == 0:
        p.cylinder(0.13, 0.12, -0.24, -side, 0.745, kit.surface("ceramic", kit.accent()))
        p.ball((0.24, 0.24, 0.24), -0.24, -side, 0.84, kit.surface("leaves", "green", 3))
    elif extra == 1:
        for index in range(4):
            folder = kit.surface("lacquer", kit.accent())
            p.box((0.26, 0.07, 0.31), -0.2, side - 0.08 * index, 0.745, folder)
    elif extra == 2:
        p.cylinder(0.14, 0.02, -0.26, side, 0.745, black)
        p.cylinder(0.025, 0.36, -0.26, side, 0.765, black)
        p.box((0.3, 0.09, 0.05), -0.15, side, 1.1, kit.surface("lacquer", kit.accent()))
    size = (_DEPTH, width, 1.2)
    return Piece("desk", tuple(p.parts), size, make.color, make.material, 0.6)


def desk_screen(make: DeskMake, width_m: float) -> Piece:
    """A screen of cloth that stands on the edge between two rows of desks."""
    p = PartList()
    p.box((0.04, width_m, 0.38), 0.0, 0.0, 0.75, make.divider)
    size = (0.04, width_m, 1.13)
    return Piece("divider", tuple(p.parts), size, "grey", "fabric", 0.0, landmark=False)


def task_chair(kit: Kit, color: str) -> Piece:
    """Star foot, gas spring, seat, curved back, arms."""
    cloth, black = kit.surface("fabric", color, 2), kit.surface("lacquer", "black")
    p = PartList()
    for index in range(5):
        angle = index * 2.0 * math.pi / 5.0
        x, y = math.cos(angle), math.sin(angle)
        p.box((0.27, 0.05, 0.04), 0.15 * x, 0.15 * y, 0.06, black, yaw_rad=angle)
        p.box((0.05, 0.05, 0.06), 0.26 * x, 0.26 * y, 0.0, black, yaw_rad=angle)
    p.box((0.06, 0.06, 0.34), 0.0, 0.0, 0.08, black)
    p.box((0.46, 0.48, 0.09), 0.02, 0.0, 0.42, cloth)
    p.box((0.05, 0.08, 0.3), -0.23, 0.0, 0.42, black)
    if kit.rng.random() < 0.5:
        p.box((0.07, 0.44, 0.52), -0.23, 0.0, 0.58, cloth, pitch_rad=-0.1)
    else:
        p.box((0.06, 0.42, 0.34), -0.22, 0.0, 0.56, cloth, pitch_rad=-0.1)
        p.box((0.06, 0.30, 0.16), -0.26, 0.0, 0.96, cloth, pitch_rad=-0.2)
    for side in (-1, 1):
        p.box((0.04, 0.04, 0.2), 0.0, side * 0.26, 0.46, black)
        p.box((0.26, 0.06, 0.03), 0.0, side * 0.26, 0.66, black)
    size = (0.60, 0.60, 1.12)
    return Piece("office chair", tuple(p.parts), size, color, "fabric", 0.0, True)


def filing_cabinet(kit: Kit) -> Piece:
    """Steel cabinet of four drawers with handles and labels, a plant or a box on top."""
    color = str(kit.rng.choice(["grey", "white", "blue", "green", "beige", "red"]))
    body, steel = kit.surface("lacquer", color), kit.surface("metal", "silver")
    white = kit.surface("ceramic", "white")
    p = PartList()
    p.box((0.48, 0.46, 1.30), -0.01, 0.0, 0.0, body)
    for row in range(4):
        z = 0.05 + 0.31 * row
        p.box((0.025, 0.43, 0.29), 0.235, 0.0, z, body)
        p.box((0.03, 0.16, 0.025), 0.26, 0.0, z + 0.14, steel)
        p.box((0.008, 0.13, 0.05), 0.25, 0.0, z + 0.2, white)
    if kit.rng.random() < 0.5:
        p.cylinder(0.17, 0.14, 0.0, 0.0, 1.30, kit.surface("ceramic", kit.accent()))
        p.ball((0.3, 0.3, 0.3), 0.0, 0.0, 1.40, kit.surface("leaves", "green", 3))
    else:
        p.box((0.3, 0.34, 0.2), -0.03, 0.0, 1.30, kit.surface("lacquer", kit.accent()))
    return Piece("filing cabinet", tuple(p.parts), (0.54, 0.48, 1.7), color, "metal", 0.55)


def shelf(kit: Kit) -> Piece:
    """Open shelf with rows of binders and some of books; no two are alike."""
    timber, color = kit.timber()
    width, height, depth = kit.uniform(0.8, 1.25), kit.uniform(1.75, 2.05), 0.36
    rows = 5
    p = PartList()
    p.box((0.02, width, height), -depth / 2.0 + 0.01, 0.0, 0.0, timber)
    for side in (-1, 1):
        p.box((depth, 0.03, height), 0.0, side * (width / 2.0 - 0.015), 0.0, timber)
    pitch = (height - 0.08) / rows
    for row in range(rows + 1):
        z = 0.05 + row * pitch if row < rows else height - 0.03
        p.box((depth, width, 0.03), 0.0, 0.0, z, timber)
    inner = width - 0.06
    for row in range(rows):
        draw = fronts.books if kit.rng.random() < 0.3 else office_fronts.binders
        picture = partial(draw, width_m=inner, height_m=pitch - 0.04)
        backs = kit.textures.add("binders", picture)
        p.box((0.26, inner, pitch - 0.05), -0.03, 0.0, 0.08 + row * pitch, backs, fit=True)
    return Piece("bookshelf", tuple(p.parts), (depth, width, height), color, "wood", 0.6)


def carton(kit: Kit) -> Piece:
    """A cardboard box with tape and a label."""
    wide, high = kit.uniform(0.38, 0.5), kit.uniform(0.28, 0.42)
    board = kit.surface("lacquer", "brown", 3)
    p = PartList()
    p.box((0.36, wide, high), 0.0, 0.0, 0.0, board)
    p.box((0.37, 0.06, high + 0.004), 0.0, 0.0, 0.0, kit.surface("lacquer", "beige"))
    p.box((0.006, 0.14, 0.1), 0.182, wide / 4.0, high / 2.0, kit.surface("ceramic", "white"))
    size = (0.38, wide + 0.02, high)
    return Piece("box", tuple(p.parts), size, "brown", "cardboard", 0.0, True, False)
