"""Bedroom: bed, nightstand with lamp, wardrobe, chest of drawers."""

from __future__ import annotations

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts

__all__ = ["bed", "dresser", "nightstand", "wardrobe"]


def bed(kit: Kit, width: float = 1.6) -> Piece:
    """Frame, headboard, mattress, a coloured blanket turned back, pillows."""
    timber, _ = kit.timber()
    color = kit.accent()
    blanket, linen = kit.surface("fabric", color, 2), kit.surface("fabric", "white")
    length = 2.08
    p = PartList()
    p.legs(length - 0.04, width - 0.04, 0.20, 0.08, timber)
    p.box((length, width, 0.16), 0.0, 0.0, 0.16, timber)
    p.box((0.07, width + 0.04, 1.0), -length / 2.0 + 0.035, 0.0, 0.05, timber)
    p.box((0.05, width, 0.42), length / 2.0 - 0.025, 0.0, 0.05, timber)
    p.box((length - 0.12, width - 0.08, 0.20), 0.0, 0.0, 0.32, linen)
    p.box((1.28, width - 0.02, 0.17), 0.34, 0.0, 0.37, blanket)
    p.box((0.26, width - 0.03, 0.035), -0.36, 0.0, 0.52, linen)
    pillows = 2 if width > 1.3 else 1
    for index in range(pillows):
        y = (index - (pillows - 1) / 2.0) * width / 2.0
        p.box(
            (0.40, min(0.64, width / pillows - 0.14), 0.13), -0.74, y, 0.51, linen, pitch_rad=0.12
        )
        small = kit.surface("fabric", kit.accent(), 2)
        p.box((0.12, 0.34, 0.26), -0.56, y, 0.53, small, pitch_rad=-0.5)
    return Piece("bed", tuple(p.parts), (length, width + 0.04, 1.06), color, "fabric", 0.1)


def nightstand(kit: Kit) -> Piece:
    """Small chest with a lamp, a book and an alarm clock."""
    timber, color = kit.timber()
    steel = kit.surface("metal", "silver")
    p = PartList()
    p.box((0.40, 0.44, 0.48), 0.0, 0.0, 0.04, timber)
    for z in (0.08, 0.30):
        p.box((0.02, 0.38, 0.19), 0.205, 0.0, z, timber)
        p.box((0.02, 0.12, 0.02), 0.22, 0.0, z + 0.09, steel)
    p.cylinder(0.14, 0.02, -0.05, 0.06, 0.52, steel)
    p.cylinder(0.03, 0.26, -0.05, 0.06, 0.54, steel)
    p.cylinder(0.26, 0.2, -0.05, 0.06, 0.76, kit.surface("fabric", "beige"))
    p.box((0.16, 0.12, 0.03), 0.1, -0.12, 0.52, kit.surface("lacquer", kit.accent()))
    return Piece("nightstand", tuple(p.parts), (0.44, 0.46, 0.98), color, "wood", 0.3)


def wardrobe(kit: Kit, doors: int = 3) -> Piece:
    """Tall cupboard with doors, handles, one of them a mirror, boxes on top."""
    timber, color = kit.timber()
    steel, glass = kit.surface("metal", "silver"), kit.textures.add("glass", fronts.mirror)
    width, height, depth = 0.55 * doors, 2.02, 0.58
    p = PartList()
    p.box((depth - 0.03, width, height), -0.015, 0.0, 0.0, timber)
    mirror = int(kit.rng.integers(0, doors))
    for index in range(doors):
        y = -width / 2.0 + (index + 0.5) * width / doors
        p.box((0.025, width / doors - 0.016, height - 0.14), depth / 2.0 - 0.02, y, 0.09, timber)
        p.box((0.02, 0.025, 0.26), depth / 2.0, y + 0.2, 0.95, steel)
        if index == mirror:
            p.box(
                (0.006, width / doors - 0.18, height - 0.5),
                depth / 2.0 - 0.004,
                y - 0.03,
                0.3,
                glass,
                fit=True,
            )
    for y in (-width / 4.0, width / 5.0):
        carton = kit.surface("lacquer", kit.accent())
        p.box((0.36, 0.42, 0.22), 0.0, y, height, carton)
    return Piece("wardrobe", tuple(p.parts), (depth + 0.02, width, height), color, "wood", 0.6)


def dresser(kit: Kit) -> Piece:
    """Chest of drawers with knobs; a mirror, bottles and a box on top."""
    timber, color = kit.timber()
    steel = kit.surface("metal", "silver")
    width = kit.uniform(0.8, 1.1)
    p = PartList()
    p.box((0.44, width, 0.84), -0.01, 0.0, 0.04, timber)
    for row in range(4):
        p.box((0.02, width - 0.05, 0.18), 0.22, 0.0, 0.07 + 0.2 * row, timber)
        for side in (-1, 1):
            p.box((0.03, 0.05, 0.03), 0.24, side * width / 4.0, 0.15 + 0.2 * row, steel)
    p.box((0.03, 0.5, 0.6), -0.19, 0.0, 0.88, timber)
    glass = kit.textures.add("glass", fronts.mirror)
    p.box((0.01, 0.44, 0.54), -0.172, 0.0, 0.91, glass, fit=True)
    for index in range(3):
        p.cylinder(0.05, 0.14, 0.0, 0.12 + 0.08 * index, 0.88, kit.surface("lacquer", kit.accent()))
    p.box((0.2, 0.26, 0.12), 0.02, -width / 4.0, 0.88, kit.surface("wicker", "beige"))
    return Piece("dresser", tuple(p.parts), (0.50, width, 1.48), color, "wood", 0.55)
