"""What hangs on walls and columns: safety equipment, boards, the clock, the way out."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts, warehouse_fronts
from astra_sim.scenes.textures.warehouse_plates import plate_size_m, plate_texture

__all__ = [
    "defibrillator",
    "exit_door",
    "eye_wash_station",
    "fire_extinguisher",
    "first_aid_kit",
    "notice_board",
    "time_clock",
]


def fire_extinguisher(kit: Kit) -> Piece:
    """Red bottle with a hose on a bracket, a red sign above."""
    red, dark = kit.surface("lacquer", "red"), kit.surface("lacquer", "black")
    sign = kit.textures.add(
        "fire-sign", partial(warehouse_fronts.symbol, ground=(196, 30, 28), kind="flame")
    )
    p = PartList()
    p.cylinder(0.17, 0.46, 0.0, 0.0, 0.62, red)
    p.ball((0.17, 0.17, 0.10), 0.0, 0.0, 1.03, red)
    p.cylinder(0.06, 0.08, 0.0, 0.0, 1.1, dark)
    p.box((0.03, 0.16, 0.03), 0.0, 0.05, 1.17, dark)
    p.box((0.03, 0.03, 0.46), 0.06, 0.09, 0.68, dark)
    p.box((0.012, 0.26, 0.26), -0.084, 0.0, 1.5, sign, fit=True)
    return Piece("fire extinguisher", tuple(p.parts), (0.18, 0.30, 1.76), "red", "metal", 0.5)


def first_aid_kit(kit: Kit) -> Piece:
    """Green box with a white cross and a sign above it."""
    front = kit.textures.add(
        "first-aid", partial(warehouse_fronts.symbol, ground=(24, 124, 70), kind="cross")
    )
    green = kit.surface("lacquer", "green")
    p = PartList()
    p.box((0.14, 0.40, 0.40), -0.005, 0.0, 1.2, green)
    p.box((0.01, 0.38, 0.38), 0.068, 0.0, 1.21, front, fit=True)
    p.box((0.01, 0.24, 0.24), -0.07, 0.0, 1.68, front, fit=True)
    return Piece("first aid kit", tuple(p.parts), (0.15, 0.42, 1.92), "green", "metal", 0.5)


def defibrillator(kit: Kit) -> Piece:
    """White box with a window, a green sign with a heart above it."""
    white, glass = kit.surface("ceramic", "white"), kit.textures.add("glass", fronts.mirror)
    sign = kit.textures.add(
        "heart-sign", partial(warehouse_fronts.symbol, ground=(24, 124, 70), kind="heart")
    )
    p = PartList()
    p.box((0.18, 0.38, 0.42), -0.005, 0.0, 1.15, white)
    p.box((0.01, 0.28, 0.30), 0.088, 0.0, 1.20, glass, fit=True)
    p.box((0.012, 0.16, 0.14), 0.09, 0.0, 1.27, kit.surface("lacquer", "red"))
    p.box((0.01, 0.26, 0.26), -0.09, 0.0, 1.66, sign, fit=True)
    return Piece("defibrillator", tuple(p.parts), (0.20, 0.40, 1.92), "white", "plastic", 0.5)


def eye_wash_station(kit: Kit) -> Piece:
    """Steel basin with two nozzles on a post, a green sign above."""
    steel, green = kit.surface("metal", "silver"), kit.surface("lacquer", "green")
    sign = kit.textures.add(
        "eye-sign", partial(warehouse_fronts.symbol, ground=(24, 124, 70), kind="eye")
    )
    p = PartList()
    p.cylinder(0.06, 0.9, -0.08, 0.0, 0.0, steel)
    p.cylinder(0.22, 0.03, -0.08, 0.0, 0.0, steel)
    p.cylinder(0.34, 0.09, 0.0, 0.0, 0.86, kit.surface("lacquer", "yellow"))
    for side in (-1, 1):
        p.cylinder(0.06, 0.07, 0.0, side * 0.07, 0.95, green)
    p.box((0.03, 0.05, 0.8), -0.15, 0.0, 0.9, steel)
    p.box((0.02, 0.20, 0.08), 0.18, 0.0, 0.82, green)
    p.box((0.012, 0.30, 0.30), -0.16, 0.0, 1.5, sign, fit=True)
    return Piece("eye wash station", tuple(p.parts), (0.38, 0.38, 1.82), "yellow", "metal", 0.6)


def notice_board(kit: Kit) -> Piece:
    """Board with papers in a frame; every board has other papers."""
    board = kit.textures.add("notices", warehouse_fronts.notices)
    width = kit.uniform(1.0, 1.5)
    p = PartList()
    p.box((0.03, width + 0.06, 0.96), -0.005, 0.0, 1.0, kit.surface("metal", "silver"))
    p.box((0.02, width, 0.90), 0.008, 0.0, 1.03, board, fit=True)
    return Piece("notice board", tuple(p.parts), (0.04, width + 0.08, 1.96), "brown", "cork", 0.5)


def time_clock(kit: Kit) -> Piece:
    """Terminal with a clock face and a reader, a rack of cards beside it."""
    color = str(kit.rng.choice(["grey", "black", "blue"]))
    face = kit.textures.add("clock", warehouse_fronts.clock)
    p = PartList()
    p.box((0.14, 0.34, 0.46), 0.0, -0.12, 1.10, kit.surface("lacquer", color))
    p.box((0.01, 0.28, 0.28), 0.073, -0.12, 1.24, face, fit=True)
    p.box((0.02, 0.16, 0.04), 0.075, -0.12, 1.15, kit.surface("lacquer", "red"))
    p.box((0.06, 0.22, 0.70), -0.04, 0.2, 0.98, kit.surface("lacquer", "grey"))
    for row in range(6):
        p.box((0.03, 0.18, 0.07), 0.0, 0.2, 1.02 + 0.11 * row, kit.surface("ceramic", "white"))
    return Piece("time clock", tuple(p.parts), (0.16, 0.64, 1.70), color, "plastic", 0.5)


def exit_door(kit: Kit, letter_m: float) -> Piece:
    """Steel door with a push bar, the word EXIT above it in white on green."""
    door, steel = kit.surface("lacquer", "grey"), kit.surface("metal", "silver")
    width, height = plate_size_m("EXIT", letter_m)
    plate = kit.textures.add(
        "plate-exit",
        partial(
            plate_texture,
            text="EXIT",
            size_m=(width, height),
            letter_m=letter_m,
            ground=(22, 122, 66),
            ink=(242, 244, 240),
        ),
    )
    p = PartList()
    p.box((0.04, 1.02, 2.06), -0.01, 0.0, 0.0, door)
    for side in (-1, 1):
        p.box((0.06, 0.07, 2.12), 0.0, side * 0.54, 0.0, steel)
    p.box((0.06, 1.15, 0.07), 0.0, 0.0, 2.06, steel)
    p.box((0.03, 0.8, 0.05), 0.02, 0.0, 1.0, kit.surface("lacquer", "red"))
    p.box((0.03, width, height), 0.0, 0.0, 2.2, plate, fit=True)
    return Piece("sign", tuple(p.parts), (0.08, 1.2, 2.4), "green", "green plate", 0.8, text="EXIT")
