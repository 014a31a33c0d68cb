"""Print corner, mail, servers, break room machines, bins: what an office runs on."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.cabinets import (
    COUNTER_DEPTH_M,
    COUNTER_TOP_M,
    cabinet,
    wall_cabinet,
)
from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts, office_fronts

__all__ = [
    "coffee_machine",
    "counter_coffee",
    "counter_microwave",
    "hand_dryer",
    "mail_shelf",
    "paper_shelf",
    "printer",
    "recycling_bin",
    "server_rack",
    "shredder",
    "storage_shelf",
    "toilet_screen",
    "vending_machine",
]


def printer(kit: Kit) -> Piece:
    """A copier: paper drawers, output trays, glass lid, a tilted touch panel."""
    color = str(kit.rng.choice(["white", "grey", "beige"]))
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    panel = kit.textures.add("display", fronts.desktop_screen)
    paper = kit.surface("ceramic", "white")
    p = PartList()
    p.box((0.62, 0.62, 0.56), -0.02, 0.0, 0.06, body)
    p.box((0.58, 0.58, 0.06), -0.02, 0.0, 0.0, dark)
    for row in range(3):
        p.box((0.02, 0.58, 0.15), 0.295, 0.0, 0.09 + 0.17 * row, body)
        p.box((0.02, 0.2, 0.03), 0.308, 0.0, 0.15 + 0.17 * row, dark)
    p.box((0.58, 0.24, 0.24), -0.02, 0.17, 0.62, body)
    p.box((0.52, 0.34, 0.02), -0.02, -0.13, 0.64, dark)
    p.box((0.30, 0.21, 0.02), 0.04, -0.13, 0.66, paper)
    p.box((0.62, 0.62, 0.12), -0.02, 0.0, 0.86, body)
    p.box((0.52, 0.60, 0.07), -0.06, 0.0, 0.98, dark)
    p.box((0.05, 0.22, 0.16), 0.3, 0.14, 0.94, panel, fit=True, pitch_rad=-0.6)
    p.box((0.26, 0.3, 0.015), -0.06, 0.0, 1.05, paper, yaw_rad=0.15)
    return Piece("printer", tuple(p.parts), (0.72, 0.66, 1.12), color, "plastic", 0.6)


def shredder(kit: Kit) -> Piece:
    """A dark bin with a slot and a window full of paper shreds."""
    color = str(kit.rng.choice(["black", "grey"]))
    body = kit.surface("lacquer", color)
    p = PartList()
    p.box((0.34, 0.40, 0.52), 0.0, 0.0, 0.04, kit.surface("lacquer", "grey"))
    p.box((0.36, 0.42, 0.16), 0.0, 0.0, 0.56, body)
    p.box((0.05, 0.28, 0.006), 0.02, 0.0, 0.718, kit.surface("metal", "silver"))
    p.box((0.01, 0.24, 0.30), 0.17, 0.0, 0.14, kit.surface("wicker", "white"))
    p.box((0.04, 0.1, 0.02), 0.12, 0.13, 0.715, kit.surface("lacquer", "red"))
    p.box((0.004, 0.2, 0.22), 0.0, 0.0, 0.7, kit.surface("ceramic", "white"))
    return Piece("shredder", tuple(p.parts), (0.38, 0.44, 0.92), color, "plastic", 0.5, True)


def recycling_bin(kit: Kit) -> Piece:
    """A tall bin with a slot in its blue or green lid and three arrows."""
    word, ground, color = (
        ("PAPER", (36, 78, 156), "blue"),
        ("RECYCLE", (30, 124, 62), "green"),
        ("PLASTIC", (206, 160, 30), "yellow"),
    )[int(kit.rng.integers(0, 3))]
    draw = partial(office_fronts.pictogram, what="arrows", ground=ground, word=word)
    lid = kit.surface("lacquer", color)
    p = PartList()
    p.box((0.34, 0.38, 0.74), 0.0, 0.0, 0.0, kit.surface("lacquer", "grey"))
    p.box((0.36, 0.40, 0.10), 0.0, 0.0, 0.74, lid)
    p.box((0.08, 0.26, 0.006), 0.02, 0.0, 0.838, kit.surface("lacquer", "black"))
    p.box((0.012, 0.32, 0.34), 0.172, 0.0, 0.32, kit.textures.add("recycle", draw), fit=True)
    size = (0.38, 0.42, 0.85)
    return Piece("recycling bin", tuple(p.parts), size, color, "plastic", 0.5, True, text=word)


def paper_shelf(kit: Kit) -> Piece:
    """A low shelf with reams of paper and toner boxes."""
    frame, white = kit.surface("metal", "grey"), kit.surface("ceramic", "white")
    color = kit.accent()
    wrap = kit.surface("lacquer", color)
    p = PartList()
    p.legs(0.36, 0.94, 1.25, 0.04, frame)
    for row, z in enumerate((0.08, 0.48, 0.88, 1.22)):
        p.box((0.38, 0.96, 0.03), 0.0, 0.0, z, frame)
        for slot in (-0.3, 0.0, 0.3):
            if row == 3:
                toner = kit.surface("lacquer", kit.accent())
                p.box((0.2, 0.26, 0.16), 0.0, slot, z + 0.03, toner)
                continue
            for index in range(int(kit.rng.integers(2, 6))):
                p.box((0.3, 0.22, 0.055), 0.0, slot, z + 0.03 + 0.058 * index, wrap)
                p.box((0.302, 0.1, 0.04), 0.0, slot, z + 0.037 + 0.058 * index, white)
    size = (0.40, 0.98, 1.42)
    return Piece("copier paper shelf", tuple(p.parts), size, "grey", "metal", 0.6)


def mail_shelf(kit: Kit) -> Piece:
    """A wall of pigeonholes with letters and name tags, parcels on top."""
    timber, color = kit.timber()
    white, brown = kit.surface("ceramic", "white"), kit.surface("lacquer", "brown")
    columns, rows, wide, high = 5, 7, 0.26, 0.22
    width, depth = columns * wide + 0.02, 0.34
    p = PartList()
    p.box((0.02, width, rows * high), -depth / 2.0 + 0.01, 0.0, 0.1, timber)
    p.box((depth - 0.04, width - 0.04, 0.1), 0.0, 0.0, 0.0, kit.surface("lacquer", "black"))
    for column in range(columns + 1):
        y = -width / 2.0 + 0.01 + column * wide
        p.box((depth, 0.02, rows * high), 0.0, y, 0.1, timber)
    for row in range(rows + 1):
        p.box((depth, width, 0.018), 0.0, 0.0, 0.1 + row * high, timber)
    for column in range(columns):
        for row in range(rows):
            y, z = -width / 2.0 + 0.01 + (column + 0.5) * wide, 0.118 + row * high
            if kit.rng.random() < 0.6:
                thick = kit.uniform(0.01, 0.1)
                letter = white if kit.rng.random() < 0.6 else kit.surface("lacquer", kit.accent())
                p.box((0.26, 0.2, thick), 0.01, y, z, letter)
            p.box((0.006, 0.12, 0.03), depth / 2.0, y, z - 0.026, white)
    for y in (-0.35, 0.2):
        p.box((0.26, 0.36, 0.2), 0.0, y, 0.12 + rows * high, brown)
    size = (depth + 0.02, width, 0.34 + rows * high)
    return Piece("mail shelf", tuple(p.parts), size, color, "wood", 0.6)


def storage_shelf(kit: Kit) -> Piece:
    """Steel shelf with cardboard boxes and cases; an office's cellar above the ground."""
    frame = kit.surface("metal", "grey")
    width = kit.uniform(0.9, 1.3)
    p = PartList()
    p.legs(0.44, width, 1.95, 0.04, frame)
    for z in (0.1, 0.72, 1.34, 1.9):
        p.box((0.46, width + 0.02, 0.03), 0.0, 0.0, z, frame)
        count = 3 if z < 1.8 else 2
        for index in range(count):
            y = (index - (count - 1) / 2.0) * width / count
            kind = "lacquer" if kit.rng.random() < 0.8 else "wicker"
            color = "brown" if kit.rng.random() < 0.55 else kit.accent()
            box = (kit.uniform(0.3, 0.4), 0.8 * width / count, kit.uniform(0.2, 0.44))
            p.box(box, 0.0, y, z + 0.03, kit.surface(kind, color, 2))
            p.box((0.004, 0.1, 0.07), box[0] / 2.0, y, z + 0.12, kit.surface("ceramic", "white"))
    size = (0.48, width + 0.04, 2.36)
    return Piece("storage shelf", tuple(p.parts), size, "grey", "metal", 0.6)


def server_rack(kit: Kit) -> Piece:
    """A black cabinet, its front full of units, lights and cables."""
    dark, steel = kit.surface("lacquer", "black"), kit.surface("metal", "grey")
    front = kit.textures.add("servers", office_fronts.server_front)
    p = PartList()
    p.box((0.86, 0.66, 2.02), -0.02, 0.0, 0.03, dark)
    p.box((0.02, 0.60, 1.88), 0.415, 0.0, 0.1, front, fit=True)
    for side in (-1, 1):
        p.box((0.04, 0.03, 1.98), 0.42, side * 0.315, 0.05, steel)
    p.box((0.5, 0.4, 0.03), -0.05, 0.0, 2.05, steel)
    return Piece("server rack", tuple(p.parts), (0.92, 0.68, 2.1), "black", "metal", 0.6)


def vending_machine(kit: Kit) -> Piece:
    """Rows of drinks and snacks behind glass."""
    color = kit.accent()
    front = kit.textures.add("vending", office_fronts.vending_front)
    p = PartList()
    p.box((0.72, 0.92, 1.78), -0.02, 0.0, 0.06, kit.surface("lacquer", color))
    p.box((0.66, 0.86, 0.06), -0.02, 0.0, 0.0, kit.surface("lacquer", "black"))
    p.box((0.03, 0.90, 1.72), 0.345, 0.0, 0.09, front, fit=True)
    return Piece("vending machine", tuple(p.parts), (0.78, 0.94, 1.86), color, "metal", 0.7)


def coffee_machine(kit: Kit) -> Piece:
    """A tall machine of its own: beans in a glass, a niche with a cup, a row of buttons."""
    color = str(kit.rng.choice(["black", "silver", "red"]))
    body = kit.surface("metal" if color == "silver" else "lacquer", color)
    p = PartList()
    p.box((0.50, 0.54, 0.84), 0.0, 0.0, 0.0, kit.surface(kit.dark_wood, ""))
    _coffee(kit, p, 0.84, body)
    return Piece("coffee machine", tuple(p.parts), (0.54, 0.56, 1.62), color, "metal", 0.6)


def _coffee(kit: Kit, p: PartList, z: float, body: str) -> None:
    dark, steel = kit.surface("lacquer", "black"), kit.surface("metal", "silver")
    p.box((0.26, 0.40, 0.56), -0.1, 0.0, z, body)
    p.box((0.40, 0.40, 0.20), -0.03, 0.0, z + 0.36, body)
    p.box((0.38, 0.40, 0.05), -0.02, 0.0, z, steel)
    for side in (-1, 1):
        p.box((0.05, 0.03, 0.06), 0.1, side * 0.05, z + 0.30, steel)
        p.cylinder(0.07, 0.08, 0.09, side * 0.08, z + 0.05, kit.surface("ceramic", "white"))
    p.box((0.012, 0.3, 0.09), 0.172, 0.0, z + 0.43, dark)
    for index in range(4):
        lamp = kit.surface("lacquer", ("green", "orange", "light blue", "red")[index])
        p.box((0.012, 0.035, 0.035), 0.176, -0.1 + 0.065 * index, z + 0.46, lamp)
    p.cylinder(0.2, 0.2, -0.08, 0.0, z + 0.56, kit.surface("stone", "brown"))


def counter_coffee(kit: Kit, color: str) -> Piece:
    """A piece of the kitchen counter that carries the coffee machine."""
    p = PartList()
    cabinet(kit, p, 0.6, color, 1)
    word = str(kit.rng.choice(["black", "silver", "red"]))
    body = kit.surface("metal" if word == "silver" else "lacquer", word)
    _coffee(kit, p, COUNTER_TOP_M, body)
    size = (COUNTER_DEPTH_M, 0.6, 1.68)
    return Piece("coffee machine", tuple(p.parts), size, word, "metal", 0.7)


def counter_microwave(kit: Kit, color: str) -> Piece:
    """A piece of the kitchen counter with a microwave, cabinets above."""
    steel, dark = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    p = PartList()
    cabinet(kit, p, 0.6, color, 1)
    wall_cabinet(kit, p, 0.6, color)
    word = str(kit.rng.choice(["silver", "black", "white"]))
    body = steel if word == "silver" else kit.surface("lacquer", word)
    z = COUNTER_TOP_M
    p.box((0.38, 0.54, 0.31), -0.06, 0.0, z, body)
    p.box((0.01, 0.36, 0.24), 0.132, 0.07, z + 0.035, dark)
    p.box((0.012, 0.30, 0.17), 0.134, 0.07, z + 0.07, kit.surface("lacquer", "brown"))
    p.box((0.03, 0.02, 0.22), 0.145, -0.13, z + 0.045, steel)
    p.box((0.01, 0.09, 0.05), 0.132, -0.2, z + 0.22, kit.surface("lacquer", "green"))
    for row in range(3):
        p.box(
            (0.01, 0.08, 0.025), 0.132, -0.2, z + 0.06 + 0.045 * row, kit.surface("metal", "grey")
        )
    size = (COUNTER_DEPTH_M, 0.6, 2.1)
    return Piece("microwave", tuple(p.parts), size, word, "metal", 0.7)


def hand_dryer(kit: Kit) -> Piece:
    """A steel box on the wall with a nozzle and a dark slot, a bin below."""
    steel, dark = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    p = PartList()
    p.box((0.22, 0.30, 0.36), -0.02, 0.0, 1.0, steel)
    p.box((0.24, 0.24, 0.05), 0.0, 0.0, 1.06, dark)
    p.cylinder(0.08, 0.06, 0.05, 0.0, 0.95, dark)
    p.box((0.01, 0.1, 0.06), 0.092, 0.0, 1.22, kit.surface("lacquer", "blue"))
    return Piece("hand dryer", tuple(p.parts), (0.28, 0.32, 1.4), "silver", "metal", 0.6)


def toilet_screen(kit: Kit, color: str) -> Piece:
    """A partition between two toilets, on feet."""
    board, steel = kit.surface("lacquer", color), kit.surface("metal", "silver")
    p = PartList()
    p.box((1.05, 0.03, 1.75), 0.0, 0.0, 0.14, board)
    for x in (-0.42, 0.48):
        p.box((0.04, 0.05, 1.95), x, 0.0, 0.0, steel)
    size = (1.06, 0.06, 1.95)
    return Piece("partition", tuple(p.parts), size, color, "laminate", 0.0, landmark=False)
