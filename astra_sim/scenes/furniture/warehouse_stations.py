"""Places of work: packing table, workbench, terminal, scale, label printer, tools."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.furniture.warehouse_loads import load_box
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts

__all__ = [
    "computer_terminal",
    "label_printer",
    "packing_table",
    "scale",
    "tool_cabinet",
    "workbench",
]


def packing_table(kit: Kit) -> Piece:
    """Table with a shelf above, rolls of paper, cartons, tape and a screen."""
    steel, timber = kit.surface("metal", "grey"), kit.timber()[0]
    width, depth = kit.uniform(1.7, 2.1), 0.80
    p = PartList()
    p.legs(depth - 0.04, width - 0.04, 0.82, 0.06, steel)
    p.box((depth, width, 0.05), 0.0, 0.0, 0.82, timber)
    p.box((depth - 0.1, width - 0.1, 0.03), 0.0, 0.0, 0.22, steel)
    for side in (-1, 1):
        p.box((0.05, 0.05, 1.05), -depth / 2.0 + 0.05, side * (width / 2.0 - 0.05), 0.87, steel)
    p.box((0.36, width, 0.03), -depth / 2.0 + 0.20, 0.0, 1.46, steel)
    p.box((0.03, width, 0.08), -depth / 2.0 + 0.05, 0.0, 1.86, steel)
    for k in range(4):
        y = (k - 1.5) * (width - 0.3) / 4.0
        p.parts.append(
            load_box(
                (0.3, 0.28, kit.uniform(0.2, 0.34)), -depth / 2.0 + 0.20, y, 1.49, f"carton-{k}"
            )
        )
        p.parts.append(
            load_box((0.5, 0.34, kit.uniform(0.25, 0.45)), 0.0, y, 0.25, f"carton-{k + 2}")
        )
    paper = kit.surface("wicker", "brown")
    p.disc(0.26, 0.6, -0.05, -width / 2.0 + 0.22, 0.87, paper, fit=False)
    p.parts.append(
        load_box((0.36, 0.46, 0.3), 0.05, 0.1, 0.87, f"carton-{int(kit.rng.integers(0, 6))}")
    )
    p.box((0.12, 0.16, 0.10), 0.22, -0.32, 0.87, kit.surface("lacquer", "red"))
    picture = kit.textures.add("desktop", fronts.desktop_screen)
    p.box((0.04, 0.42, 0.28), -0.2, width / 2.0 - 0.34, 0.98, kit.surface("lacquer", "black"))
    p.box((0.006, 0.40, 0.26), -0.176, width / 2.0 - 0.34, 0.99, picture, fit=True)
    p.box((0.10, 0.10, 0.12), -0.2, width / 2.0 - 0.34, 0.87, kit.surface("lacquer", "black"))
    return Piece("packing table", tuple(p.parts), (depth, width, 1.94), "brown", "wood", 0.7)


def workbench(kit: Kit) -> Piece:
    """Bench with drawers, a vice, and tools on a punched board."""
    color = str(kit.rng.choice(["blue", "green", "red", "grey"]))
    paint, steel = kit.surface("lacquer", color), kit.surface("metal", "silver")
    timber = kit.timber()[0]
    p = PartList()
    p.box((0.70, 1.6, 0.06), 0.0, 0.0, 0.80, timber)
    p.box((0.60, 0.46, 0.80), 0.0, 0.54, 0.0, paint)
    p.box((0.60, 0.06, 0.80), 0.0, -0.74, 0.0, paint)
    for row in range(4):
        p.box((0.02, 0.42, 0.16), 0.305, 0.54, 0.06 + 0.18 * row, steel)
    p.box((0.03, 1.6, 0.80), -0.33, 0.0, 0.96, kit.surface("metal", "grey"))
    for k in range(7):
        tone = kit.surface("lacquer", ("red", "yellow", "black")[k % 3])
        p.box((0.03, 0.05, kit.uniform(0.18, 0.42)), -0.30, -0.66 + 0.21 * k, 1.2, tone)
    p.box((0.24, 0.14, 0.16), 0.22, -0.5, 0.86, kit.surface("lacquer", "blue"))
    p.cylinder(0.03, 0.24, 0.36, -0.5, 0.84, steel)
    p.box((0.3, 0.3, 0.16), -0.05, 0.2, 0.86, kit.surface("lacquer", kit.accent()))
    return Piece("workbench", tuple(p.parts), (0.76, 1.62, 1.78), color, "wood", 0.7)


def computer_terminal(kit: Kit) -> Piece:
    """Standing desk on a post: screen, keyboard, scanner, a lamp on top."""
    color = str(kit.rng.choice(["blue", "grey", "orange", "green"]))
    paint, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    picture = kit.textures.add("desktop", fronts.desktop_screen)
    keys = kit.textures.add("keyboard", fronts.keyboard)
    p = PartList()
    p.box((0.56, 0.62, 0.05), 0.0, 0.0, 0.0, paint)
    p.box((0.16, 0.34, 0.98), -0.12, 0.0, 0.05, paint)
    p.box((0.50, 0.66, 0.04), 0.02, 0.0, 1.03, paint)
    p.box((0.06, 0.52, 0.36), -0.12, 0.0, 1.14, dark)
    p.box((0.006, 0.50, 0.33), -0.087, 0.0, 1.155, picture, fit=True)
    p.box((0.16, 0.40, 0.025), 0.12, 0.04, 1.07, keys, fit=True)
    p.box((0.10, 0.07, 0.12), 0.12, -0.26, 1.07, kit.surface("lacquer", "yellow"))
    p.box((0.05, 0.05, 0.12), -0.12, 0.0, 1.05, dark)
    return Piece("computer terminal", tuple(p.parts), (0.58, 0.68, 1.52), color, "metal", 0.6)


def label_printer(kit: Kit) -> Piece:
    """Box printer on a cabinet with castors, a strip of labels hanging out."""
    color = str(kit.rng.choice(["grey", "blue", "green"]))
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    white = kit.surface("ceramic", "white")
    p = PartList()
    p.box((0.50, 0.50, 0.70), 0.0, 0.0, 0.08, body)
    for x in (-0.18, 0.18):
        for y in (-0.18, 0.18):
            p.box((0.07, 0.05, 0.08), x, y, 0.0, dark)
    p.box((0.02, 0.44, 0.30), 0.25, 0.0, 0.14, kit.surface("metal", "silver"))
    p.box((0.40, 0.34, 0.32), 0.0, 0.0, 0.78, dark)
    p.box((0.30, 0.35, 0.10), -0.04, 0.0, 1.06, white)
    p.box((0.02, 0.16, 0.08), 0.205, -0.06, 0.98, kit.surface("lacquer", "light blue"))
    p.box((0.012, 0.14, 0.24), 0.215, 0.04, 0.68, white, pitch_rad=-0.1)
    p.cylinder(0.16, 0.12, -0.08, 0.1, 1.16, white)
    return Piece("label printer", tuple(p.parts), (0.54, 0.52, 1.28), color, "plastic", 0.6)


def scale(kit: Kit) -> Piece:
    """Steel platform with a striped edge and a display on a post."""
    steel, dark = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    face = kit.textures.add(
        "scale", partial(fronts.label, text="28.4 kg", ground=(40, 60, 44), ink=(150, 230, 140))
    )
    p = PartList()
    p.box((1.20, 1.10, 0.08), 0.12, 0.0, 0.0, steel)
    p.box((0.08, 1.12, 0.09), 0.70, 0.0, 0.0, "hazard")
    p.box((0.08, 0.08, 1.1), -0.56, 0.0, 0.0, steel)
    p.box((0.14, 0.44, 0.34), -0.54, 0.0, 1.06, dark)
    p.box((0.01, 0.40, 0.30), -0.464, 0.0, 1.08, face, fit=True)
    return Piece("scale", tuple(p.parts), (1.48, 1.14, 1.42), "silver", "metal", 0.0)


def tool_cabinet(kit: Kit) -> Piece:
    """Roller cabinet with many drawers and tools on top."""
    color = str(kit.rng.choice(["red", "blue", "black", "orange"]))
    paint, steel = kit.surface("lacquer", color), kit.surface("metal", "silver")
    p = PartList()
    p.box((0.46, 0.72, 0.86), -0.01, 0.0, 0.12, paint)
    for x in (-0.16, 0.16):
        for y in (-0.28, 0.28):
            p.box((0.10, 0.05, 0.12), x, y, 0.0, kit.surface("lacquer", "black"))
    for row in range(6):
        p.box((0.02, 0.66, 0.10), 0.225, 0.0, 0.16 + 0.135 * row, paint)
        p.box((0.03, 0.5, 0.02), 0.235, 0.0, 0.23 + 0.135 * row, steel)
    p.box((0.30, 0.42, 0.18), -0.02, -0.08, 0.98, kit.surface("lacquer", kit.accent()))
    p.box((0.06, 0.34, 0.05), 0.14, 0.14, 0.98, steel, yaw_rad=0.5)
    return Piece("tool cabinet", tuple(p.parts), (0.52, 0.74, 1.18), color, "metal", 0.6)
