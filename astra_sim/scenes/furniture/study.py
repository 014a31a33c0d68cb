"""Study and hall: desk, office chair, printer, coat rack, shoe cabinet, plant, lamp."""

from __future__ import annotations

import math

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts

__all__ = [
    "bench",
    "coat_rack",
    "desk",
    "filing_cabinet",
    "floor_lamp",
    "hall_mirror",
    "office_chair",
    "plant",
    "shoe_cabinet",
]


def desk(kit: Kit) -> Piece:
    """Desk with drawers, monitor, keyboard, lamp, papers and a mug."""
    timber, color = kit.timber()
    black, steel = kit.surface("lacquer", "black"), kit.surface("metal", "silver")
    width, depth = kit.uniform(1.2, 1.5), 0.70
    picture = kit.textures.add("desktop", fronts.desktop_screen)
    keys = kit.textures.add("keyboard", fronts.keyboard)
    p = PartList()
    p.box((depth, width, 0.035), 0.0, 0.0, 0.715, timber)
    p.box((depth - 0.06, 0.4, 0.70), 0.0, width / 2.0 - 0.22, 0.0, timber)
    for row in range(3):
        p.box((0.02, 0.36, 0.2), depth / 2.0 - 0.025, width / 2.0 - 0.22, 0.05 + 0.22 * row, timber)
        p.box((0.02, 0.12, 0.02), depth / 2.0 - 0.01, width / 2.0 - 0.22, 0.14 + 0.22 * row, steel)
    for x in (-1, 1):
        p.box((0.05, 0.05, 0.715), x * (depth / 2.0 - 0.04), -width / 2.0 + 0.04, 0.0, steel)
    p.box((0.18, 0.26, 0.015), -0.18, -0.1, 0.75, black)
    p.box((0.04, 0.06, 0.16), -0.2, -0.1, 0.76, black)
    p.box((0.04, 0.60, 0.36), -0.16, -0.1, 0.86, black)
    p.box((0.006, 0.59, 0.35), -0.138, -0.1, 0.865, picture, fit=True)
    p.box((0.15, 0.42, 0.02), 0.14, -0.1, 0.75, keys, fit=True)
    p.box((0.10, 0.06, 0.03), 0.14, -0.4, 0.75, black)
    for index in range(2):
        p.box(
            (0.28, 0.2, 0.012),
            0.05,
            0.36,
            0.75 + 0.012 * index,
            kit.surface("ceramic", "white"),
            yaw_rad=0.2 * index,
        )
    p.cylinder(0.08, 0.1, 0.0, 0.24, 0.75, kit.surface("ceramic", kit.accent()))
    p.cylinder(0.13, 0.02, -0.22, width / 2.0 - 0.14, 0.75, steel)
    p.cylinder(0.025, 0.36, -0.22, width / 2.0 - 0.14, 0.77, steel)
    p.cylinder(0.18, 0.12, -0.16, width / 2.0 - 0.14, 1.08, kit.surface("lacquer", kit.accent()))
    return Piece("desk", tuple(p.parts), (depth, width, 1.24), color, "wood", 0.6)


def office_chair(kit: Kit) -> Piece:
    """Star foot on castors, gas spring, seat, back and arms."""
    color = kit.accent()
    cloth, black = kit.surface("fabric", color, 2), kit.surface("lacquer", "black")
    steel = kit.surface("metal", "silver")
    p = PartList()
    for index in range(5):
        angle = index * 2.0 * math.pi / 5.0
        x, y = 0.15 * math.cos(angle), 0.15 * math.sin(angle)
        p.box((0.28, 0.05, 0.04), x, y, 0.06, black, yaw_rad=angle)
        p.cylinder(0.06, 0.06, 1.8 * x, 1.8 * y, 0.0, black)
    p.cylinder(0.06, 0.34, 0.0, 0.0, 0.08, steel)
    p.box((0.46, 0.48, 0.09), 0.02, 0.0, 0.42, cloth)
    p.box((0.05, 0.08, 0.3), -0.23, 0.0, 0.42, black)
    p.box((0.07, 0.44, 0.52), -0.23, 0.0, 0.58, cloth, pitch_rad=-0.1)
    for side in (-1, 1):
        p.box((0.04, 0.04, 0.2), 0.0, side * 0.26, 0.46, black)
        p.box((0.26, 0.06, 0.03), 0.0, side * 0.26, 0.66, black)
    return Piece("office chair", tuple(p.parts), (0.60, 0.60, 1.1), color, "fabric", 0.0, True)


def filing_cabinet(kit: Kit) -> Piece:
    """Steel cabinet with drawers and labels; a printer on top."""
    color = kit.accent()
    body, steel = kit.surface("lacquer", color), kit.surface("metal", "silver")
    white, black = kit.surface("ceramic", "white"), kit.surface("lacquer", "black")
    p = PartList()
    p.box((0.48, 0.50, 0.68), -0.01, 0.0, 0.02, body)
    for row in range(3):
        p.box((0.02, 0.46, 0.2), 0.235, 0.0, 0.05 + 0.22 * row, body)
        p.box((0.03, 0.16, 0.025), 0.25, 0.0, 0.11 + 0.22 * row, steel)
        p.box((0.006, 0.12, 0.04), 0.247, 0.0, 0.17 + 0.22 * row, white)
    p.box((0.40, 0.46, 0.20), 0.0, 0.0, 0.70, white)
    p.box((0.03, 0.34, 0.05), 0.19, 0.0, 0.74, black)
    p.box((0.14, 0.30, 0.015), 0.205, 0.0, 0.745, white)
    p.box((0.16, 0.4, 0.04), -0.1, 0.0, 0.90, black)
    return Piece("printer", tuple(p.parts), (0.54, 0.52, 0.96), "white", "plastic", 0.55)


def coat_rack(kit: Kit) -> Piece:
    """Stand with coats, a scarf and a hat."""
    timber, color = kit.timber()
    p = PartList()
    p.cylinder(0.36, 0.04, 0.0, 0.0, 0.0, timber)
    p.cylinder(0.05, 1.74, 0.0, 0.0, 0.04, timber)
    for index in range(4):
        angle = index * math.pi / 2.0 + 0.3
        x, y = 0.1 * math.cos(angle), 0.1 * math.sin(angle)
        p.box((0.22, 0.025, 0.025), x, y, 1.62, timber, yaw_rad=angle)
        if index < 3:
            cloth = kit.surface("fabric", kit.accent(), 2)
            p.box(
                (0.10, 0.34, 0.86 - 0.12 * index),
                1.25 * x,
                1.25 * y,
                0.76 + 0.12 * index,
                cloth,
                yaw_rad=angle,
            )
    hat = kit.surface("fabric", kit.accent())
    p.cylinder(0.26, 0.02, 0.0, 0.0, 1.78, hat)
    p.cylinder(0.15, 0.1, 0.0, 0.0, 1.80, hat)
    return Piece("coat rack", tuple(p.parts), (0.42, 0.42, 1.9), color, "wood", 0.4, True)


def shoe_cabinet(kit: Kit) -> Piece:
    """Shallow cabinet: flaps, shoes below, keys and a bowl on top."""
    timber, color = kit.timber()
    steel = kit.surface("metal", "silver")
    width = kit.uniform(0.8, 1.1)
    p = PartList()
    p.box((0.26, width, 0.60), -0.01, 0.0, 0.22, timber)
    p.legs(0.26, width, 0.22, 0.04, timber)
    p.box((0.24, width - 0.05, 0.02), 0.0, 0.0, 0.04, timber)
    for row in range(2):
        p.box((0.02, width - 0.05, 0.26), 0.13, 0.0, 0.25 + 0.29 * row, timber)
        p.box((0.02, 0.18, 0.02), 0.145, 0.0, 0.45 + 0.29 * row, steel)
    for index in range(4):
        leather = kit.surface("leather", kit.accent())
        y = (index - 1.5) * width / 4.4
        for side in (-0.045, 0.045):
            p.box((0.22, 0.075, 0.07), 0.0, y + side, 0.06, leather)
            p.box((0.09, 0.07, 0.05), -0.06, y + side, 0.13, leather)
    p.cylinder(0.18, 0.06, 0.0, width / 4.0, 0.82, kit.surface("ceramic", kit.accent()))
    p.box((0.14, 0.2, 0.03), 0.0, -width / 4.0, 0.82, kit.surface("leather", "brown"))
    return Piece("shoe cabinet", tuple(p.parts), (0.30, width, 0.88), color, "wood", 0.5)


def bench(kit: Kit) -> Piece:
    """Bench to put on shoes: a cushion on a frame, two boxes below."""
    timber, _ = kit.timber()
    color = kit.accent()
    p = PartList()
    p.legs(0.34, 0.88, 0.42, 0.05, timber)
    p.box((0.36, 0.9, 0.04), 0.0, 0.0, 0.40, timber)
    p.box((0.34, 0.86, 0.07), 0.0, 0.0, 0.44, kit.surface("fabric", color, 2))
    for side in (-1, 1):
        p.box((0.28, 0.34, 0.24), 0.0, side * 0.2, 0.0, kit.surface("wicker", "brown"))
    return Piece("bench", tuple(p.parts), (0.36, 0.9, 0.52), color, "wood", 0.5)


def hall_mirror(kit: Kit) -> Piece:
    """Tall mirror in a frame that leans on the wall."""
    timber, color = kit.timber()
    p = PartList()
    p.box((0.04, 0.56, 1.62), -0.02, 0.0, 0.02, timber)
    glass = kit.textures.add("glass", fronts.mirror)
    p.box((0.01, 0.46, 1.50), 0.005, 0.0, 0.08, glass, fit=True)
    return Piece("mirror", tuple(p.parts), (0.06, 0.58, 1.66), color, "glass", 0.6)


def plant(kit: Kit) -> Piece:
    """Pot with earth, a stem and leaves: bushy or with long blades."""
    pot_color = kit.accent()
    pot, earth = kit.surface("ceramic", pot_color), kit.surface("fabric", "brown")
    green, stem = kit.surface("leaves", "green", 3), kit.surface("walnut", "")
    p = PartList()
    p.cylinder(0.30, 0.28, 0.0, 0.0, 0.0, pot)
    p.cylinder(0.34, 0.05, 0.0, 0.0, 0.27, pot)
    p.cylinder(0.29, 0.02, 0.0, 0.0, 0.31, earth)
    if kit.rng.random() < 0.5:
        p.cylinder(0.04, 0.55, 0.0, 0.0, 0.3, stem)
        for index in range(7):
            angle, size = index * 2.4, kit.uniform(0.24, 0.34)
            x, y = 0.08 * math.cos(angle), 0.08 * math.sin(angle)
            p.ball((size, size, size * 0.8), x, y, 0.62 + 0.09 * index, green)
    else:
        for index in range(9):
            angle = index * 2.0 * math.pi / 9.0
            reach, height = kit.uniform(0.06, 0.10), kit.uniform(0.6, 0.95)
            x, y = reach * math.cos(angle), reach * math.sin(angle)
            p.box(
                (0.02, 0.09, height),
                x,
                y,
                0.3,
                green,
                yaw_rad=angle,
                pitch_rad=kit.uniform(0.10, 0.25),
            )
    return Piece("plant", tuple(p.parts), (0.52, 0.52, 1.3), "green", "leaves", 0.3, True)


def floor_lamp(kit: Kit) -> Piece:
    """Foot, pole and a shade at eye height."""
    steel, color = kit.surface("metal", "grey"), kit.accent()
    p = PartList()
    p.cylinder(0.30, 0.03, 0.0, 0.0, 0.0, steel)
    p.cylinder(0.035, 1.34, 0.0, 0.0, 0.03, steel)
    p.cylinder(0.40, 0.30, 0.0, 0.0, 1.30, kit.surface("fabric", color, 2))
    return Piece("lamp", tuple(p.parts), (0.40, 0.40, 1.6), color, "fabric", 0.3, True)
