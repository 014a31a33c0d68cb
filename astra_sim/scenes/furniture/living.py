"""Living room: sofa, armchair, television, shelf, coffee table, piano, rug."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts

__all__ = ["armchair", "bookshelf", "coffee_table", "piano", "rug", "sideboard", "sofa", "tv"]


def sofa(kit: Kit) -> Piece:
    """Base, arms, back, seat cushions with gaps, two scatter cushions of other colours."""
    color = kit.accent()
    finish = "leather" if kit.rng.random() < 0.3 else "fabric"
    cloth, feet = kit.surface(finish, color), kit.surface("lacquer", "black")
    width, depth = kit.uniform(1.8, 2.2), 0.88
    seats = 3 if width > 1.95 else 2
    p = PartList()
    p.legs(depth - 0.1, width - 0.1, 0.08, 0.07, feet)
    p.box((depth, width, 0.22), 0.0, 0.0, 0.08, cloth)
    p.box((0.24, width, 0.56), -depth / 2.0 + 0.12, 0.0, 0.28, cloth)
    inner = width - 0.44
    for side in (-1, 1):
        p.box((depth - 0.02, 0.22, 0.36), 0.01, side * (width / 2.0 - 0.11), 0.26, cloth)
    each = inner / seats
    for index in range(seats):
        y = -inner / 2.0 + (index + 0.5) * each
        p.box((depth - 0.28, each - 0.025, 0.14), 0.12, y, 0.31, cloth)
        p.box((0.13, each - 0.035, 0.36), -0.15, y, 0.46, cloth, pitch_rad=-0.2)
    for side in (-1, 1):
        pillow = kit.surface("fabric", kit.accent(), 2)
        p.box((0.12, 0.38, 0.36), -0.02, side * (inner / 2.0 - 0.2), 0.45, pillow, pitch_rad=-0.35)
    return Piece("sofa", tuple(p.parts), (depth, width, 0.86), color, finish, 0.5)


def armchair(kit: Kit) -> Piece:
    """A sofa for one, with a cushion of another colour."""
    color = kit.accent()
    finish = "leather" if kit.rng.random() < 0.4 else "fabric"
    cloth, feet = kit.surface(finish, color), kit.surface(kit.dark_wood, "")
    p = PartList()
    p.legs(0.62, 0.66, 0.14, 0.05, feet)
    p.box((0.72, 0.78, 0.20), 0.0, 0.0, 0.13, cloth)
    p.box((0.18, 0.74, 0.66), -0.28, 0.0, 0.30, cloth, pitch_rad=-0.12)
    for side in (-1, 1):
        p.box((0.66, 0.15, 0.30), 0.02, side * 0.315, 0.30, cloth)
    p.box((0.56, 0.47, 0.14), 0.07, 0.0, 0.32, cloth)
    p.box(
        (0.11, 0.34, 0.30), -0.10, 0.0, 0.46, kit.surface("fabric", kit.accent(), 2), pitch_rad=-0.3
    )
    return Piece("armchair", tuple(p.parts), (0.80, 0.80, 0.95), color, finish, 0.5)


def tv(kit: Kit) -> Piece:
    """Flat television on a low bench with drawers, a box and a loudspeaker."""
    timber, _ = kit.timber()
    black, steel = kit.surface("lacquer", "black"), kit.surface("metal", "grey")
    picture = kit.textures.add("tv", fronts.tv_screen)
    width = kit.uniform(1.4, 1.8)
    p = PartList()
    p.box((0.38, width, 0.36), 0.0, 0.0, 0.08, timber)
    p.box((0.34, width - 0.06, 0.08), 0.0, 0.0, 0.0, black)
    for index in range(3):
        y = (index - 1) * width / 3.0
        p.box((0.02, width / 3.0 - 0.025, 0.28), 0.19, y, 0.12, timber)
        p.box((0.02, 0.14, 0.02), 0.21, y, 0.28, steel)
    p.box((0.2, 0.5, 0.02), 0.0, 0.0, 0.44, black)
    p.box((0.05, 0.1, 0.1), 0.0, 0.0, 0.46, black)
    screen_width = min(1.25, width - 0.2)
    height = screen_width * 0.58
    p.box((0.05, screen_width, height), 0.0, 0.0, 0.54, black)
    p.box((0.006, screen_width - 0.01, height - 0.01), 0.028, 0.0, 0.545, picture, fit=True)
    p.box((0.16, 0.14, 0.26), 0.05, width / 2.0 - 0.1, 0.44, black)
    return Piece("tv", tuple(p.parts), (0.42, width, 1.28), "black", "glass", 0.6)


def bookshelf(kit: Kit) -> Piece:
    """Open shelf: boards, and rows of books of many colours; no two are alike."""
    timber, color = kit.timber()
    width, height, depth = kit.uniform(0.8, 1.3), kit.uniform(1.75, 2.05), 0.32
    rows = 5
    p = PartList()
    p.box((0.02, width, height), -depth / 2.0 + 0.01, 0.0, 0.0, timber)
    for side in (-1, 1):
        p.box((depth, 0.03, height), 0.0, side * (width / 2.0 - 0.015), 0.0, timber)
    pitch = (height - 0.08) / rows
    for row in range(rows + 1):
        p.box(
            (depth, width, 0.03),
            0.0,
            0.0,
            0.05 + row * pitch if row < rows else height - 0.03,
            timber,
        )
    inner = width - 0.06
    for row in range(rows):
        z = 0.08 + row * pitch
        backs = kit.textures.add(
            "books", partial(fronts.books, width_m=inner, height_m=pitch - 0.04)
        )
        p.box((0.20, inner, pitch - 0.05), -0.04, 0.0, z, backs, fit=True)
    return Piece("bookshelf", tuple(p.parts), (depth, width, height), color, "wood", 0.6)


def coffee_table(kit: Kit) -> Piece:
    """Low table with magazines, a cup and a remote control."""
    timber, color = kit.timber()
    p = PartList()
    p.legs(0.46, 0.92, 0.36, 0.05, timber)
    p.box((0.52, 1.0, 0.04), 0.0, 0.0, 0.36, timber)
    p.box((0.44, 0.9, 0.02), 0.0, 0.0, 0.14, timber)
    for index in range(3):
        cover = kit.surface("lacquer", kit.accent())
        p.box((0.2, 0.28, 0.02), 0.0, -0.22, 0.40 + 0.02 * index, cover, yaw_rad=0.2 * index)
    p.cylinder(0.08, 0.09, 0.1, 0.2, 0.40, kit.surface("ceramic", kit.accent()))
    p.box((0.05, 0.17, 0.02), -0.1, 0.26, 0.40, kit.surface("lacquer", "black"), yaw_rad=0.4)
    return Piece("coffee table", tuple(p.parts), (0.52, 1.0, 0.5), color, "wood", 0.0, True)


def sideboard(kit: Kit) -> Piece:
    """Chest with doors and drawers, a vase and a row of books on top."""
    timber, color = kit.timber()
    steel = kit.surface("metal", "silver")
    width = kit.uniform(1.1, 1.5)
    p = PartList()
    p.legs(0.38, width - 0.06, 0.14, 0.05, timber)
    p.box((0.42, width, 0.66), 0.0, 0.0, 0.14, timber)
    for index in range(3):
        y = (index - 1) * width / 3.0
        p.box((0.02, width / 3.0 - 0.03, 0.38), 0.215, y, 0.17, timber)
        p.box((0.02, width / 3.0 - 0.03, 0.19), 0.215, y, 0.58, timber)
        p.cylinder(0.03, 0.03, 0.235, y, 0.66, steel)
        p.cylinder(0.03, 0.03, 0.235, y + 0.1, 0.38, steel)
    backs = kit.textures.add("books", partial(fronts.books, width_m=0.4, height_m=0.22))
    p.box((0.16, 0.4, 0.22), -0.06, -width / 4.0, 0.80, backs, fit=True)
    p.cylinder(0.14, 0.28, 0.0, width / 4.0, 0.80, kit.surface("ceramic", kit.accent()))
    return Piece("sideboard", tuple(p.parts), (0.48, width, 1.1), color, "wood", 0.55)


def piano(kit: Kit) -> Piece:
    """Upright piano with keys, sheet music and a stool in front."""
    color = "black" if kit.rng.random() < 0.6 else "brown"
    body = kit.surface("lacquer", "black") if color == "black" else kit.surface("walnut", "")
    keys = kit.textures.add("keys", fronts.piano_keys)
    sheet = kit.surface("ceramic", "white")
    p = PartList()
    p.box((0.32, 1.48, 1.16), -0.42, 0.0, 0.0, body)
    p.box((0.30, 1.48, 0.08), -0.14, 0.0, 0.60, body)
    for side in (-1, 1):
        p.box((0.30, 0.07, 0.66), -0.14, side * 0.7, 0.0, body)
    p.box((0.16, 1.30, 0.02), -0.1, 0.0, 0.68, keys, fit=True)
    for side in (-1, 1):
        p.box((0.01, 0.22, 0.28), -0.23, side * 0.12, 0.76, sheet, pitch_rad=-0.15)
    p.legs(0.30, 0.46, 0.44, 0.05, body)
    stool = p.parts[-4:]
    del p.parts[-4:]
    for part in stool:
        x, y, z = part.position_m
        p.box(part.size_m, x + 0.38, y, z - part.size_m[2] / 2.0, body)
    p.box((0.34, 0.5, 0.08), 0.38, 0.0, 0.44, kit.surface("leather", "red"))
    return Piece("piano", tuple(p.parts), (1.16, 1.5, 1.18), color, "wood", 0.4)


def rug(kit: Kit, depth: float, width: float, color: str) -> Piece:
    """Carpet of a few millimetres; the robot drives over it."""
    cloth, edge = kit.surface("fabric", color, 3), kit.surface("fabric", kit.accent())
    p = PartList()
    p.box((depth, width, 0.008), 0.0, 0.0, 0.001, edge)
    p.box((depth - 0.24, width - 0.24, 0.010), 0.0, 0.0, 0.002, cloth)
    return Piece(
        "rug", tuple(p.parts), (depth, width, 0.012), color, "fabric", 0.0, False, False, False
    )
