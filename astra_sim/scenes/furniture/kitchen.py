"""Kitchen: fridge, modules of a counter, table and chairs, bin."""

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
from astra_sim.scenes.textures import fronts

__all__ = [
    "counter",
    "dining_chair",
    "dining_table",
    "fridge",
    "kitchen_bin",
    "sink",
    "stove",
]


def fridge(kit: Kit) -> Piece:
    """A tall fridge: two doors with a dark gap between, long handles, magnets and notes."""
    color = str(kit.rng.choice(["silver", "white", "red", "turquoise"], p=[0.4, 0.35, 0.13, 0.12]))
    finish = "metal" if color == "silver" else "lacquer"
    body, dark = kit.surface(finish, color), kit.surface("lacquer", "black")
    steel = kit.surface("metal", "grey")
    height, width, depth = kit.uniform(1.70, 1.92), 0.66, 0.66
    cut = height * (0.36 if kit.rng.random() < 0.5 else 0.68)
    p = PartList()
    p.box((depth - 0.05, width, height - 0.05), -0.03, 0.0, 0.05, body)
    p.box((depth - 0.06, width - 0.06, 0.05), -0.03, 0.0, 0.0, dark)
    front = depth / 2.0 - 0.03
    side = 1.0 if kit.rng.random() < 0.5 else -1.0
    for low, high in ((0.06, cut - 0.012), (cut + 0.012, height - 0.01)):
        p.box((0.05, width - 0.012, high - low), front, 0.0, low, body)
        p.box(
            (0.035, 0.03, 0.34 * (high - low)),
            front + 0.04,
            side * 0.27,
            low + 0.33 * (high - low),
            steel,
        )
    p.box((0.03, width - 0.03, 0.024), front, 0.0, cut - 0.012, dark)
    for _ in range(int(kit.rng.integers(2, 6))):
        paper = kit.surface("lacquer", kit.accent())
        size = (0.006, kit.uniform(0.05, 0.13), kit.uniform(0.06, 0.14))
        y, z = kit.uniform(-0.2, 0.2), kit.uniform(1.0, height - 0.25)
        p.box(size, front + 0.026, y, z, paper)
    return Piece("fridge", tuple(p.parts), (depth + 0.04, width + 0.02, height), color, finish, 0.7)


def counter(kit: Kit, color: str) -> Piece:
    """Cabinets below a worktop with things on it, cabinets above."""
    width = 0.6
    p = PartList()
    cabinet(kit, p, width, color, 1)
    wall_cabinet(kit, p, width, color)
    steel, dark = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    what = int(kit.rng.integers(0, 4))
    if what == 0:
        p.box((0.26, 0.22, 0.34), -0.1, 0.08, COUNTER_TOP_M, dark)
        p.box((0.14, 0.2, 0.02), 0.1, 0.08, COUNTER_TOP_M, steel)
        p.cylinder(0.1, 0.12, 0.08, 0.08, COUNTER_TOP_M + 0.02, kit.surface("ceramic", "white"))
    elif what == 1:
        p.box((0.34, 0.46, 0.27), -0.08, 0.0, COUNTER_TOP_M, steel)
        p.box((0.01, 0.3, 0.19), 0.095, 0.05, COUNTER_TOP_M + 0.04, dark)
    elif what == 2:
        p.cylinder(0.17, 0.2, 0.0, 0.1, COUNTER_TOP_M, kit.surface("lacquer", kit.accent()))
        p.cylinder(0.1, 0.05, 0.0, 0.1, COUNTER_TOP_M + 0.2, steel)
        p.box((0.22, 0.16, 0.18), 0.0, -0.14, COUNTER_TOP_M, steel)
    else:
        p.cylinder(0.3, 0.07, 0.02, 0.0, COUNTER_TOP_M, kit.surface("wicker", "beige"))
        for index, fruit in enumerate(("red", "orange", "green", "yellow")):
            skin = kit.surface("lacquer", fruit)
            y = 0.07 if index % 2 else -0.05
            p.ball((0.09, 0.09, 0.09), 0.07 - 0.09 * (index // 2), y, COUNTER_TOP_M + 0.04, skin)
    return Piece(
        "kitchen counter",
        tuple(p.parts),
        (COUNTER_DEPTH_M, width, 2.1),
        color,
        "stone",
        0.7,
        landmark=False,
    )


def sink(kit: Kit, color: str) -> Piece:
    """Cabinet with a basin, a bent tap, a draining board and dishes."""
    width = 0.8
    p = PartList()
    cabinet(kit, p, width, color, 2)
    steel, dark = kit.surface("metal", "silver"), kit.surface("metal", "grey")
    p.box((0.46, 0.74, 0.014), 0.0, 0.0, COUNTER_TOP_M, steel)
    p.box((0.34, 0.36, 0.012), 0.02, 0.16, COUNTER_TOP_M + 0.006, dark)
    p.cylinder(0.05, 0.02, 0.02, 0.16, COUNTER_TOP_M + 0.012, kit.surface("lacquer", "black"))
    p.cylinder(0.04, 0.28, -0.2, 0.16, COUNTER_TOP_M, steel)
    p.box((0.2, 0.03, 0.03), -0.11, 0.16, COUNTER_TOP_M + 0.26, steel)
    p.box((0.03, 0.03, 0.07), -0.02, 0.16, COUNTER_TOP_M + 0.2, steel)
    for index in range(4):
        p.box(
            (0.2, 0.015, 0.2),
            0.0,
            -0.1 - 0.05 * index,
            COUNTER_TOP_M + 0.014,
            kit.surface("ceramic", "white"),
        )
    p.cylinder(0.06, 0.19, -0.2, -0.08, COUNTER_TOP_M, kit.surface("lacquer", kit.accent()))
    return Piece("sink", tuple(p.parts), (COUNTER_DEPTH_M, width, 1.2), "silver", "metal", 0.7)


def stove(kit: Kit) -> Piece:
    """Oven with a hob, a pot and a hood above."""
    width = 0.6
    p = PartList()
    body, steel = kit.surface("lacquer", "black"), kit.surface("metal", "silver")
    glass = kit.textures.add("hob", fronts.hob)
    door = kit.textures.add("oven", fronts.oven)
    p.box((COUNTER_DEPTH_M - 0.06, width, COUNTER_TOP_M - 0.02), -0.03, 0.0, 0.0, body)
    p.box(
        (0.03, width - 0.01, COUNTER_TOP_M - 0.14),
        COUNTER_DEPTH_M / 2.0 - 0.045,
        0.0,
        0.1,
        door,
        fit=True,
    )
    p.box(
        (0.04, width - 0.14, 0.025), COUNTER_DEPTH_M / 2.0 - 0.01, 0.0, COUNTER_TOP_M - 0.24, steel
    )
    p.box((COUNTER_DEPTH_M - 0.02, width, 0.02), -0.01, 0.0, COUNTER_TOP_M - 0.02, glass, fit=True)
    pot = kit.accent()
    p.cylinder(0.22, 0.14, -0.12, 0.13, COUNTER_TOP_M, kit.surface("lacquer", pot))
    p.cylinder(0.23, 0.015, -0.12, 0.13, COUNTER_TOP_M + 0.14, steel)
    p.cylinder(0.04, 0.03, -0.12, 0.13, COUNTER_TOP_M + 0.155, body)
    p.box((0.46, width, 0.08), -0.07, 0.0, 1.55, steel)
    p.box((0.30, 0.40, 0.16), -0.15, 0.0, 1.63, steel)
    p.box((0.24, 0.26, 0.6), -0.18, 0.0, 1.79, steel)
    return Piece("stove", tuple(p.parts), (COUNTER_DEPTH_M, width, 2.4), "black", "metal", 0.7)


def dining_table(kit: Kit, width: float) -> Piece:
    """Table with a bowl, plates and glasses."""
    top, color = kit.timber()
    depth = 0.82
    p = PartList()
    p.legs(depth - 0.08, width - 0.08, 0.70, 0.07, top)
    p.box((depth, width, 0.04), 0.0, 0.0, 0.71, top)
    p.box((depth - 0.2, width - 0.2, 0.07), 0.0, 0.0, 0.64, top)
    cloth = kit.surface("fabric", kit.accent())
    p.box((0.3, width * 0.9, 0.008), 0.0, 0.0, 0.75, cloth)
    plate = kit.surface("ceramic", "white")
    for side in (-1, 1):
        for y in (-0.3, 0.3):
            p.cylinder(0.21, 0.015, side * 0.26, y, 0.75, plate)
            p.cylinder(
                0.07, 0.11, side * 0.16, y + 0.16, 0.75, kit.surface("ceramic", "light blue")
            )
    p.cylinder(0.24, 0.08, 0.0, 0.0, 0.76, kit.surface("ceramic", kit.accent()))
    return Piece("dining table", tuple(p.parts), (depth, width, 0.78), color, "wood", 0.0)


def dining_chair(kit: Kit, cushion: str) -> Piece:
    """Chair with four legs, a cushion and a back of two slats."""
    timber, _color = kit.timber()
    p = PartList()
    p.legs(0.40, 0.42, 0.43, 0.045, timber)
    p.box((0.42, 0.44, 0.035), 0.0, 0.0, 0.42, timber)
    p.box((0.38, 0.40, 0.04), 0.01, 0.0, 0.455, kit.surface("fabric", cushion))
    for side in (-1, 1):
        p.box((0.04, 0.045, 0.50), -0.19, side * 0.19, 0.45, timber)
    for z in (0.62, 0.82):
        p.box((0.025, 0.38, 0.11), -0.19, 0.0, z, timber)
    return Piece("chair", tuple(p.parts), (0.46, 0.46, 0.95), cushion, "wood", 0.0, True, False)


def kitchen_bin(kit: Kit) -> Piece:
    """Bin with a lid and a word on it."""
    ground = kit.accent()
    body = kit.surface("lacquer", ground)
    draw = partial(fronts.label, text="WASTE", ground=(70, 74, 78), ink=(236, 232, 220))
    front = kit.textures.add("bin", draw)
    p = PartList()
    p.box((0.30, 0.36, 0.58), 0.0, 0.0, 0.0, body)
    p.box((0.32, 0.38, 0.06), 0.0, 0.0, 0.58, kit.surface("lacquer", "black"))
    p.box((0.012, 0.3, 0.3), 0.152, 0.0, 0.2, front, fit=True)
    return Piece(
        "trash bin", tuple(p.parts), (0.34, 0.40, 0.64), ground, "plastic", 0.5, True, text="WASTE"
    )
