"""Keeping house in a warehouse: ladder, cleaning cart, waste, cardboard baler."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.furniture.warehouse_loads import load_box
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts

__all__ = ["cardboard_baler", "cleaning_cart", "ladder", "waste_container"]


def ladder(kit: Kit) -> Piece:
    """Rolling step ladder with a platform and a rail."""
    color = str(kit.rng.choice(["silver", "yellow", "blue", "red"]))
    metal = kit.surface("metal" if color == "silver" else "lacquer", color)
    dark = kit.surface("lacquer", "black")
    p = PartList()
    for k in range(5):
        x, z = 0.56 - 0.22 * k, 0.24 * (k + 1)
        p.box((0.24, 0.56, 0.04), x, 0.0, z, dark)
        for side in (-1, 1):
            p.box((0.05, 0.05, z), x, side * 0.29, 0.0, metal)
    p.box((0.36, 0.60, 0.05), -0.46, 0.0, 1.40, dark)
    for side in (-1, 1):
        p.box((0.05, 0.05, 2.3), -0.62, side * 0.29, 0.06, metal)
        p.box((0.04, 0.04, 0.9), -0.30, side * 0.29, 1.44, metal)
        p.box((0.36, 0.04, 0.04), -0.46, side * 0.29, 2.3, metal)
        p.box((1.26, 0.04, 0.05), 0.0, side * 0.29, 0.04, metal)
        p.disc(0.14, 0.06, -0.62, side * 0.26, 0.0, dark, fit=False)
    p.box((0.04, 0.58, 0.04), -0.62, 0.0, 2.3, metal)
    return Piece("ladder", tuple(p.parts), (1.38, 0.68, 2.38), color, "metal", 0.0, True)


def cleaning_cart(kit: Kit) -> Piece:
    """Frame with buckets, a sack, a mop and a warning sign."""
    frame, sack = kit.surface("lacquer", "grey"), kit.surface("fabric", "yellow")
    p = PartList()
    p.box((0.96, 0.46, 0.06), 0.0, 0.0, 0.10, frame)
    for x in (-0.4, 0.4):
        for y in (-0.18, 0.18):
            p.cylinder(0.10, 0.10, x, y, 0.0, kit.surface("lacquer", "black"))
            p.box((0.03, 0.03, 0.82), x, y, 0.14, frame)
    p.box((0.36, 0.40, 0.66), -0.24, 0.0, 0.24, sack)
    p.box((0.34, 0.40, 0.04), 0.22, 0.0, 0.66, frame)
    p.cylinder(0.26, 0.26, 0.20, -0.06, 0.16, kit.surface("lacquer", "blue"))
    p.cylinder(0.22, 0.22, 0.22, 0.06, 0.70, kit.surface("lacquer", "red"))
    p.cylinder(0.03, 1.2, 0.34, 0.14, 0.24, kit.surface("pine", ""))
    p.ball((0.20, 0.20, 0.16), 0.34, 0.14, 1.36, kit.surface("fabric", "white"))
    p.box((0.04, 0.26, 0.50), 0.46, -0.05, 0.2, kit.surface("lacquer", "yellow"))
    return Piece("cleaning cart", tuple(p.parts), (1.02, 0.50, 1.52), "yellow", "fabric", 0.0, True)


def waste_container(kit: Kit) -> Piece:
    """Big bin on wheels with a sloping lid and the word of what goes in."""
    color = str(kit.rng.choice(["green", "blue", "black", "yellow", "brown"]))
    word = str(kit.rng.choice(["WASTE", "PAPER", "PLASTIC"]))
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    front = kit.textures.add(
        f"waste-{word}", partial(fronts.label, text=word, ground=(232, 232, 226), ink=(30, 60, 40))
    )
    p = PartList()
    p.box((0.86, 1.16, 0.86), 0.0, 0.0, 0.18, body)
    p.box((0.94, 1.22, 0.08), 0.0, 0.0, 1.02, dark)
    p.box((0.90, 1.20, 0.10), -0.01, 0.0, 1.12, body, pitch_rad=0.08)
    for x in (-0.32, 0.32):
        for y in (-0.46, 0.46):
            p.disc(0.18, 0.08, x, y, 0.0, dark, fit=False)
    p.box((0.01, 0.60, 0.40), 0.436, 0.0, 0.46, front, fit=True)
    return Piece(
        "waste container",
        tuple(p.parts),
        (0.98, 1.24, 1.26),
        color,
        "plastic",
        0.5,
        True,
        text=word,
    )


def cardboard_baler(kit: Kit) -> Piece:
    """Tall press: chamber with a door and bars, a cylinder above, cartons sticking out."""
    color = str(kit.rng.choice(["green", "blue", "orange"]))
    paint, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    steel = kit.surface("metal", "silver")
    p = PartList()
    p.box((0.88, 1.30, 0.92), -0.04, 0.0, 0.06, paint)
    p.box((0.80, 1.34, 0.06), -0.04, 0.0, 0.0, dark)
    for k in range(5):
        p.box((0.03, 0.06, 0.82), 0.41, -0.5 + 0.25 * k, 0.1, steel)
    for side in (-1, 1):
        p.box((0.80, 0.10, 1.1), -0.06, side * 0.60, 0.98, paint)
    p.box((0.10, 1.20, 1.1), -0.42, 0.0, 0.98, paint)
    p.box((0.80, 1.30, 0.20), -0.06, 0.0, 2.08, paint)
    p.cylinder(0.22, 0.36, -0.06, 0.0, 1.72, steel)
    p.box((0.64, 1.08, 0.10), -0.06, 0.0, 1.64, dark)
    for k in range(4):
        p.parts.append(load_box((0.5, 0.24, 0.22), 0.0, -0.42 + 0.28 * k, 0.98, f"carton-{k}"))
    p.box((0.10, 0.20, 0.36), 0.38, 0.62, 1.3, dark)
    p.box((0.02, 0.9, 0.12), 0.40, 0.0, 2.12, "hazard")
    return Piece("cardboard baler", tuple(p.parts), (0.98, 1.46, 2.30), color, "metal", 0.7)
