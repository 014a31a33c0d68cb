"""Where the crew rests: snacks, coffee, water, lockers."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import warehouse_fronts
from astra_sim.scenes.textures.palette import COLORS

__all__ = ["coffee_machine", "lockers", "vending_machine", "water_dispenser"]


def vending_machine(kit: Kit) -> Piece:
    """Tall cabinet: rows of snacks behind glass, keypad, slot and tray."""
    color = str(kit.rng.choice(["red", "blue", "black", "turquoise"]))
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    word = str(kit.rng.choice(["SNACKS", "SNACK BAR", "DRINKS"]))
    front = kit.textures.add(
        "snacks", partial(warehouse_fronts.snacks, rgb=COLORS[color], word=word)
    )
    p = PartList()
    p.box((0.74, 0.90, 1.80), -0.03, 0.0, 0.04, body)
    p.box((0.70, 0.86, 0.04), -0.03, 0.0, 0.0, dark)
    p.box((0.012, 0.86, 1.70), 0.346, 0.0, 0.10, front, fit=True)
    p.box((0.03, 0.50, 0.12), 0.35, 0.12, 0.28, dark)
    p.box((0.03, 0.12, 0.30), 0.35, -0.34, 1.0, kit.surface("metal", "silver"))
    return Piece(
        "vending machine", tuple(p.parts), (0.82, 0.92, 1.86), color, "metal", 0.6, text=word
    )


def coffee_machine(kit: Kit) -> Piece:
    """Cabinet with a coffee machine, a tower of cups and a bin for grounds on top."""
    timber, _ = kit.timber()
    dark, steel = kit.surface("lacquer", "black"), kit.surface("metal", "silver")
    p = PartList()
    p.box((0.54, 0.86, 0.84), -0.02, 0.0, 0.04, timber)
    p.box((0.60, 0.90, 0.04), 0.0, 0.0, 0.88, kit.surface("stone", "grey"))
    for side in (-1, 1):
        p.box((0.02, 0.40, 0.72), 0.26, side * 0.21, 0.08, timber)
    p.box((0.44, 0.38, 0.14), -0.04, 0.16, 0.92, dark)
    p.box((0.20, 0.38, 0.46), -0.16, 0.16, 0.92, dark)
    p.box((0.44, 0.38, 0.18), -0.04, 0.16, 1.26, steel)
    p.box((0.012, 0.22, 0.10), 0.185, 0.16, 1.30, kit.surface("lacquer", "light blue"))
    p.cylinder(0.04, 0.08, 0.08, 0.16, 1.18, steel)
    p.cylinder(0.08, 0.09, 0.08, 0.16, 1.06, kit.surface("ceramic", "white"))
    for k in range(4):
        p.cylinder(0.09, 0.10, -0.05, -0.24, 0.92 + 0.10 * k, kit.surface("ceramic", kit.accent()))
    p.cylinder(0.14, 0.2, 0.1, -0.32, 0.92, kit.surface("lacquer", "red"))
    return Piece("coffee machine", tuple(p.parts), (0.62, 0.92, 1.46), "black", "plastic", 0.6)


def water_dispenser(kit: Kit) -> Piece:
    """White column with taps and a blue bottle upside down."""
    white, blue = kit.surface("ceramic", "white"), kit.surface("ceramic", "light blue")
    p = PartList()
    p.box((0.32, 0.34, 0.98), 0.0, 0.0, 0.0, white)
    p.box((0.06, 0.26, 0.30), 0.14, 0.0, 0.60, kit.surface("lacquer", "grey"))
    p.box((0.08, 0.05, 0.06), 0.18, 0.07, 0.82, kit.surface("lacquer", "blue"))
    p.box((0.08, 0.05, 0.06), 0.18, -0.07, 0.82, kit.surface("lacquer", "red"))
    p.box((0.10, 0.26, 0.03), 0.18, 0.0, 0.58, kit.surface("metal", "silver"))
    p.cylinder(0.12, 0.06, 0.0, 0.0, 0.98, blue)
    p.cylinder(0.28, 0.34, 0.0, 0.0, 1.04, blue)
    p.cylinder(0.08, 0.16, -0.08, 0.22, 0.7, white)
    return Piece("water dispenser", tuple(p.parts), (0.46, 0.56, 1.40), "white", "plastic", 0.6)


def lockers(kit: Kit) -> Piece:
    """Row of tall narrow doors with slots, numbers and locks."""
    color = str(kit.rng.choice(["blue", "grey", "green", "red"]))
    frame, door = kit.surface("lacquer", "grey"), kit.surface("lacquer", color)
    dark, steel = kit.surface("lacquer", "black"), kit.surface("metal", "silver")
    count = int(kit.rng.integers(3, 6))
    width = 0.34 * count
    p = PartList()
    p.box((0.46, width, 1.76), -0.02, 0.0, 0.08, frame)
    p.box((0.40, width - 0.04, 0.08), -0.02, 0.0, 0.0, dark)
    for k in range(count):
        y = (k - (count - 1) / 2.0) * 0.34
        p.box((0.02, 0.31, 1.68), 0.22, y, 0.12, door)
        for row in range(4):
            p.box((0.006, 0.16, 0.02), 0.233, y, 1.52 + 0.05 * row, dark)
        p.box((0.03, 0.03, 0.09), 0.24, y + 0.11, 0.92, steel)
        p.box((0.006, 0.08, 0.05), 0.233, y, 1.36, kit.surface("ceramic", "white"))
    return Piece("lockers", tuple(p.parts), (0.52, width, 1.84), color, "metal", 0.6)
