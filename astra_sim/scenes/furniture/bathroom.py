"""Bathroom and laundry: toilet, bathtub, shower, washbasin, machines, basket."""

from __future__ import annotations

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts

__all__ = [
    "bathtub",
    "dryer",
    "ironing_board",
    "laundry_basket",
    "laundry_shelf",
    "shower",
    "toilet",
    "washbasin",
    "washing_machine",
]


def toilet(kit: Kit) -> Piece:
    """Bowl, seat with open lid, cistern with a button, roll of paper."""
    white, seat = (
        kit.surface("ceramic", "white"),
        kit.surface("lacquer", str(kit.rng.choice(["white", "black", "brown"]))),
    )
    p = PartList()
    p.box((0.20, 0.40, 0.36), -0.24, 0.0, 0.42, white)
    p.box((0.22, 0.42, 0.03), -0.24, 0.0, 0.78, white)
    p.cylinder(0.06, 0.015, -0.24, 0.0, 0.81, kit.surface("metal", "silver"))
    p.box((0.34, 0.22, 0.34), -0.08, 0.0, 0.0, white)
    p.ball((0.54, 0.38, 0.40), 0.06, 0.0, 0.06, white)
    p.cylinder(0.38, 0.03, 0.10, 0.0, 0.41, seat)
    p.cylinder(0.24, 0.008, 0.12, 0.0, 0.436, kit.surface("metal", "light blue"))
    p.box((0.03, 0.37, 0.36), -0.12, 0.0, 0.43, seat, pitch_rad=-0.12)
    p.cylinder(0.11, 0.11, -0.26, 0.0, 0.825, kit.surface("fabric", "white"))
    return Piece("toilet", tuple(p.parts), (0.70, 0.44, 0.95), "white", "ceramic", 0.5)


def bathtub(kit: Kit) -> Piece:
    """Rim, water inside, tap, bottles, a towel over the edge; its long side is at the wall."""
    white, water = kit.surface("ceramic", "white"), kit.surface("stone", "light blue")
    steel = kit.surface("metal", "silver")
    depth, width, height = 0.76, 1.68, 0.56
    p = PartList()
    p.box((depth, width, height - 0.14), 0.0, 0.0, 0.0, white)
    p.box((depth - 0.16, width - 0.20, 0.02), 0.0, 0.0, height - 0.14, water)
    for side in (-1, 1):
        p.box((0.08, width, 0.14), side * (depth / 2.0 - 0.04), 0.0, height - 0.14, white)
        p.box((depth, 0.10, 0.14), 0.0, side * (width / 2.0 - 0.05), height - 0.14, white)
    p.cylinder(0.04, 0.20, 0.0, width / 2.0 - 0.05, height, steel)
    p.box((0.03, 0.16, 0.03), 0.0, width / 2.0 - 0.12, height + 0.17, steel)
    towel = kit.accent()
    p.box(
        (0.03, 0.44, 0.34),
        depth / 2.0 + 0.005,
        -0.3,
        height - 0.33,
        kit.surface("fabric", towel, 2),
    )
    p.box((0.14, 0.44, 0.02), depth / 2.0 - 0.06, -0.3, height, kit.surface("fabric", towel, 2))
    for index in range(3):
        bottle = kit.surface("lacquer", kit.accent())
        p.cylinder(0.06, 0.18, -depth / 2.0 + 0.04, -0.5 + 0.1 * index, height, bottle)
    return Piece("bathtub", tuple(p.parts), (depth + 0.04, width, height), "white", "ceramic", 0.5)


def shower(kit: Kit) -> Piece:
    """Tray, glass edges as posts, a pole with a head, a curtain to one side."""
    white, steel = kit.surface("ceramic", "white"), kit.surface("metal", "silver")
    color = kit.accent()
    p = PartList()
    p.box((0.88, 0.88, 0.12), 0.0, 0.0, 0.0, white)
    for x, y in ((0.42, 0.42), (0.42, -0.42)):
        p.box((0.04, 0.04, 2.0), x, y, 0.0, steel)
    p.box((0.03, 0.88, 0.03), 0.42, 0.0, 1.97, steel)
    p.box((0.03, 0.36, 1.7), 0.42, -0.22, 0.26, kit.surface("fabric", color, 3))
    p.box((0.86, 0.02, 1.7), 0.0, -0.42, 0.26, kit.surface("fabric", color, 3))
    p.cylinder(0.03, 1.1, -0.38, 0.1, 0.95, steel)
    p.box((0.22, 0.03, 0.03), -0.28, 0.1, 2.02, steel)
    p.cylinder(0.18, 0.03, -0.18, 0.1, 1.98, steel)
    return Piece("shower", tuple(p.parts), (0.90, 0.90, 2.05), color, "ceramic", 0.5)


def washbasin(kit: Kit) -> Piece:
    """Basin on a small cabinet, a tap, cups, a mirror with a lamp above."""
    white, steel = kit.surface("ceramic", "white"), kit.surface("metal", "silver")
    color = kit.accent()
    front = kit.surface("lacquer", color)
    p = PartList()
    p.box((0.42, 0.66, 0.56), -0.03, 0.0, 0.12, front)
    for side in (-1, 1):
        p.box((0.02, 0.30, 0.5), 0.185, side * 0.16, 0.15, front)
        p.box((0.02, 0.02, 0.12), 0.2, side * 0.05, 0.4, steel)
    p.box((0.50, 0.76, 0.15), 0.0, 0.0, 0.70, white)
    p.cylinder(0.34, 0.012, 0.04, 0.0, 0.845, kit.surface("metal", "grey"))
    p.cylinder(0.04, 0.18, -0.19, 0.0, 0.85, steel)
    p.box((0.16, 0.03, 0.03), -0.11, 0.0, 1.0, steel)
    p.cylinder(0.07, 0.11, -0.17, 0.24, 0.85, kit.surface("lacquer", kit.accent()))
    p.cylinder(0.06, 0.17, -0.17, -0.26, 0.85, kit.surface("lacquer", kit.accent()))
    glass = kit.textures.add("glass", fronts.mirror)
    p.box((0.02, 0.66, 0.76), -0.24, 0.0, 1.16, glass, fit=True)
    for side in (-1, 1):
        p.box((0.03, 0.03, 0.8), -0.235, side * 0.34, 1.14, steel)
    p.box((0.08, 0.5, 0.06), -0.2, 0.0, 1.98, kit.surface("ceramic", "yellow"))
    return Piece("washbasin", tuple(p.parts), (0.50, 0.76, 2.05), "white", "ceramic", 0.55)


def washing_machine(kit: Kit) -> Piece:
    """White box with a round glass door, a drawer, a dial and buttons."""
    return _machine(kit, "washing machine", "white", basket=True)


def dryer(kit: Kit) -> Piece:
    """Like a washing machine, in grey, with a lint door below."""
    return _machine(kit, "dryer", "grey", basket=False)


def _machine(kit: Kit, kind: str, color: str, basket: bool) -> Piece:
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    steel = kit.surface("metal", "silver")
    door = kit.textures.add("drum", fronts.drum_door)
    p = PartList()
    p.box((0.58, 0.60, 0.84), -0.01, 0.0, 0.02, body)
    p.box((0.012, 0.56, 0.11), 0.285, 0.0, 0.73, steel)
    p.box((0.015, 0.17, 0.08), 0.292, 0.18, 0.745, body)
    p.disc(0.08, 0.03, 0.30, -0.05, 0.745, dark, fit=False)
    for index in range(3):
        p.box((0.015, 0.03, 0.03), 0.292, -0.14 - 0.05 * index, 0.77, dark)
    p.disc(0.44, 0.04, 0.295, 0.0, 0.22, door, fit=True)
    p.box((0.02, 0.18, 0.1), 0.285, 0.18, 0.06, dark)
    if basket:
        cloth = kit.surface("wicker", "beige")
        p.box((0.34, 0.44, 0.2), -0.06, 0.0, 0.86, cloth)
        p.ball((0.3, 0.4, 0.16), -0.06, 0.0, 0.99, kit.surface("fabric", kit.accent(), 2))
    else:
        for index in range(3):
            p.box(
                (0.3, 0.36, 0.06),
                -0.05,
                0.0,
                0.86 + 0.06 * index,
                kit.surface("fabric", kit.accent(), 2),
            )
    return Piece(kind, tuple(p.parts), (0.64, 0.62, 1.16), color, "metal", 0.6)


def laundry_basket(kit: Kit) -> Piece:
    """Basket with dirty clothes on top."""
    p = PartList()
    p.cylinder(0.40, 0.52, 0.0, 0.0, 0.0, kit.surface("wicker", "brown"))
    p.ball((0.36, 0.36, 0.22), 0.0, 0.0, 0.42, kit.surface("fabric", kit.accent(), 2))
    return Piece("laundry basket", tuple(p.parts), (0.42, 0.42, 0.62), "brown", "wicker", 0.4, True)


def laundry_shelf(kit: Kit) -> Piece:
    """Shelf with towels, boxes and bottles of detergent."""
    frame = kit.surface("metal", "grey")
    p = PartList()
    p.legs(0.36, 0.84, 1.75, 0.04, frame)
    for level, z in enumerate((0.12, 0.62, 1.12, 1.62)):
        p.box((0.38, 0.86, 0.03), 0.0, 0.0, z, frame)
        for slot in (-0.27, 0.0, 0.27):
            kind = int(kit.rng.integers(0, 3))
            cloth = kit.surface("fabric", kit.accent(), 2)
            if kind == 0:
                for index in range(3):
                    p.box((0.28, 0.24, 0.07), 0.0, slot, z + 0.03 + 0.07 * index, cloth)
            elif kind == 1:
                p.box((0.3, 0.23, 0.24), 0.0, slot, z + 0.03, kit.surface("wicker", "beige"))
            elif level < 3:
                p.cylinder(
                    0.12, 0.26, 0.05, slot - 0.06, z + 0.03, kit.surface("lacquer", kit.accent())
                )
                p.cylinder(
                    0.10, 0.2, 0.05, slot + 0.08, z + 0.03, kit.surface("lacquer", kit.accent())
                )
    return Piece("storage shelf", tuple(p.parts), (0.40, 0.88, 1.8), "grey", "metal", 0.55)


def ironing_board(kit: Kit) -> Piece:
    """Narrow board on crossed legs with an iron; its long side is at the wall."""
    color = kit.accent()
    steel = kit.surface("metal", "silver")
    p = PartList()
    p.box((0.34, 1.2, 0.04), 0.0, 0.0, 0.84, kit.surface("fabric", color, 2))
    for y in (-0.35, 0.35):
        p.box((0.03, 0.03, 0.84), 0.0, y, 0.0, steel)
        p.box((0.34, 0.03, 0.03), 0.0, y, 0.0, steel)
    p.box((0.12, 0.26, 0.06), 0.0, 0.3, 0.88, kit.surface("lacquer", "blue"))
    p.box((0.04, 0.18, 0.06), 0.0, 0.3, 0.96, kit.surface("lacquer", "black"))
    return Piece("ironing board", tuple(p.parts), (0.36, 1.2, 1.0), color, "fabric", 0.5, True)
