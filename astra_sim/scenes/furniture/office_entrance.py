"""Reception and corridors: counter, lift, stairs, water, lockers, what hangs for emergencies."""

from __future__ import annotations

from functools import partial

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts, office_fronts

__all__ = [
    "FIRMS",
    "defibrillator",
    "fire_extinguisher",
    "firm_wall",
    "first_aid_kit",
    "lift",
    "lockers",
    "reception_desk",
    "staircase",
    "water_dispenser",
]

#: Names of firms, on the wall behind the counter and on its front.
FIRMS = ("NORDA", "LUMEN", "KITE", "AXIOM", "DELTA", "ORBIT", "HELIO", "VERGE", "TERRA", "POLAR")
_GREEN, _RED = (18, 122, 66), (176, 30, 34)


def reception_desk(kit: Kit, firm: str) -> Piece:
    """A counter with a raised front, the firm's emblem, a monitor, a bell and flowers.

    The visitors' side is the front (+x); the receptionist sits behind.
    """
    timber, color = kit.timber()
    material = "wood"
    if kit.rng.random() < 0.4:
        color = str(kit.rng.choice(["white", "grey", "blue", "turquoise", "orange"]))
        timber, material = kit.surface("lacquer", color), "laminate"
    stone, black = kit.surface("stone", "grey"), kit.surface("lacquer", "black")
    width = kit.uniform(1.9, 2.7)
    emblem = kit.textures.add("logo", partial(office_fronts.logo, name=firm))
    p = PartList()
    p.box((0.08, width, 1.04), 0.34, 0.0, 0.0, timber)
    p.box((0.34, width + 0.04, 0.05), 0.26, 0.0, 1.04, stone)
    p.box((0.10, width - 0.1, 0.09), 0.36, 0.0, 0.0, black)
    p.box((0.012, 1.2, 0.45), 0.388, 0.0, 0.42, emblem, fit=True)
    p.box((0.66, width, 0.04), 0.0, 0.0, 0.70, timber)
    for side in (-1, 1):
        p.box((0.72, 0.06, 1.04), 0.0, side * (width / 2.0 - 0.03), 0.0, timber)
    shown = kit.textures.add("display", fronts.desktop_screen)
    p.box((0.16, 0.24, 0.12), 0.05, 0.35, 0.74, black)
    p.box((0.05, 0.56, 0.36), 0.06, 0.35, 0.84, black)
    p.box((0.006, 0.54, 0.34), 0.03, 0.35, 0.85, shown, fit=True)
    p.cylinder(0.14, 0.2, 0.24, -0.36 * width, 1.09, kit.surface("ceramic", kit.accent()))
    p.ball((0.34, 0.34, 0.3), 0.24, -0.36 * width, 1.24, kit.surface("leaves", "green", 3))
    p.cylinder(0.09, 0.06, 0.26, 0.1, 1.09, kit.surface("metal", "yellow"))
    for index in range(3):
        paper = kit.surface("lacquer", kit.accent())
        p.box((0.1, 0.16, 0.16), 0.26, 0.28 * width + 0.19 * (index - 1), 1.09, paper)
    size = (0.86, width + 0.06, 1.5)
    return Piece("reception desk", tuple(p.parts), size, color, material, 0.9, text=firm)


def firm_wall(kit: Kit, firm: str) -> Piece:
    """The firm's emblem on the wall behind the counter."""
    emblem = kit.textures.add("emblem", partial(office_fronts.logo, name=firm))
    p = PartList()
    p.box((0.04, 1.5, 0.56), -0.005, 0.0, 1.45, emblem, fit=True)
    p.box((0.02, 1.9, 0.9), -0.02, 0.0, 1.28, kit.timber()[0])
    size = (0.06, 1.9, 2.2)
    return Piece("emblem", tuple(p.parts), size, "blue", "plastic", 0.0, landmark=False)


def lift(kit: Kit) -> Piece:
    """The front of a lift: steel doors in a frame, a floor display, call buttons, a word above."""
    steel, black = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    frame = kit.surface("stone", str(kit.rng.choice(["grey", "black", "beige"])))
    doors = kit.textures.add("lift", office_fronts.lift_doors)
    draw = partial(fronts.label, text="LIFT", ground=(235, 235, 230), ink=(30, 60, 120))
    word = kit.textures.add("lift-word", draw)
    p = PartList()
    for side in (-1, 1):
        p.box((0.12, 0.18, 2.30), 0.0, side * 0.64, 0.0, frame)
    p.box((0.12, 1.10, 0.18), 0.0, 0.0, 2.12, frame)
    p.box((0.06, 1.10, 2.12), -0.02, 0.0, 0.0, doors, fit=True)
    p.box((0.02, 0.34, 0.11), 0.065, 0.0, 2.155, black)
    p.box((0.008, 0.07, 0.07), 0.078, -0.06, 2.175, kit.surface("lacquer", "red"))
    p.box((0.02, 0.10, 0.26), 0.065, -0.64, 0.98, steel)
    for z in (1.04, 1.14):
        p.box((0.02, 0.05, 0.05), 0.078, -0.64, z, kit.surface("lacquer", "yellow"))
    p.box((0.012, 0.17, 0.17), 0.065, 0.64, 1.45, word, fit=True)
    p.box((0.14, 1.10, 0.01), 0.0, 0.0, 0.0, steel)
    return Piece("lift", tuple(p.parts), (0.16, 1.48, 2.32), "silver", "metal", 0.9, text="LIFT")


def staircase(kit: Kit) -> Piece:
    """The foot of a flight of stairs between two cheeks, with rails; it goes on behind."""
    tread = kit.surface("stone", str(kit.rng.choice(["grey", "beige", "black"])))
    rise, _ = kit.timber()
    steel = kit.surface("metal", str(kit.rng.choice(["silver", "black", "red"])))
    flight = kit.textures.add("flight", office_fronts.stair_flight)
    width, steps, run = 1.2, 6, 0.25
    depth = steps * run + 0.1
    p = PartList()
    for index in range(steps):
        x = depth / 2.0 - run * (index + 0.5)
        p.box((run, width, 0.17 * index + 0.13), x, 0.0, 0.0, rise)
        p.box((run + 0.03, width, 0.04), x + 0.015, 0.0, 0.17 * index + 0.13, tread)
    p.box((0.06, width + 0.1, 1.3), -depth / 2.0 + 0.03, 0.0, 1.0, flight, fit=True)
    for side in (-1, 1):
        y = side * (width / 2.0 + 0.03)
        for index in range(0, steps, 2):
            x = depth / 2.0 - run * (index + 0.5)
            p.box((0.04, 0.04, 0.17 * index + 1.05), x, y, 0.0, steel)
        slope = 0.17 / run
        long = steps * run * (1.0 + slope * slope) ** 0.5
        p.box((long, 0.06, 0.06), 0.0, y, 1.46, steel, pitch_rad=0.597)
        p.box((long, 0.03, 0.03), 0.0, y, 1.0, steel, pitch_rad=0.597)
    size = (depth + 0.06, width + 0.14, 2.3)
    return Piece("staircase", tuple(p.parts), size, "grey", "stone", 0.8)


def water_dispenser(kit: Kit) -> Piece:
    """A stand with two taps, a drip tray, a blue bottle upside down and a tube of cups."""
    color = str(kit.rng.choice(["white", "grey", "black", "light blue"]))
    body, blue = kit.surface("lacquer", color), kit.surface("lacquer", "light blue")
    p = PartList()
    p.box((0.32, 0.32, 0.98), -0.02, 0.0, 0.0, body)
    p.box((0.05, 0.26, 0.30), 0.12, 0.0, 0.62, kit.surface("lacquer", "black"))
    for side, word in ((-1, "blue"), (1, "red")):
        p.box((0.07, 0.04, 0.05), 0.16, side * 0.06, 0.82, kit.surface("lacquer", word))
    p.box((0.10, 0.24, 0.03), 0.16, 0.0, 0.60, kit.surface("metal", "silver"))
    p.cylinder(0.10, 0.06, -0.02, 0.0, 0.98, blue)
    p.cylinder(0.27, 0.34, -0.02, 0.0, 1.03, blue)
    p.cylinder(0.29, 0.03, -0.02, 0.0, 1.14, kit.surface("ceramic", "white"))
    p.cylinder(0.08, 0.34, -0.06, 0.2, 0.6, kit.surface("ceramic", "white"))
    size = (0.42, 0.46, 1.38)
    return Piece("water dispenser", tuple(p.parts), size, color, "plastic", 0.6)


def lockers(kit: Kit) -> Piece:
    """Two rows of narrow doors with vents, locks and numbers."""
    columns = int(kit.rng.integers(3, 5))
    color = kit.accent()
    body, steel = kit.surface("lacquer", "grey"), kit.surface("metal", "silver")
    colors = [kit.surface("lacquer", color), kit.surface("lacquer", kit.accent())]
    dark, white = kit.surface("lacquer", "black"), kit.surface("ceramic", "white")
    width = 0.32 * columns
    p = PartList()
    p.box((0.40, width, 1.80), -0.02, 0.0, 0.0, body)
    for column in range(columns):
        y = -width / 2.0 + 0.32 * (column + 0.5)
        for row in range(2):
            z = 0.08 + 0.86 * row
            p.box((0.02, 0.295, 0.82), 0.185, y, z, colors[int(kit.rng.random() < 0.2)])
            for slit in range(3):
                p.box((0.006, 0.16, 0.012), 0.197, y, z + 0.68 + 0.03 * slit, dark)
            p.box((0.02, 0.03, 0.07), 0.2, y - 0.11, z + 0.38, steel)
            p.box((0.006, 0.07, 0.05), 0.197, y, z + 0.54, white)
    return Piece("lockers", tuple(p.parts), (0.44, width, 1.8), color, "metal", 0.6)


def fire_extinguisher(kit: Kit) -> Piece:
    """A red bottle with a black hose on a bracket, a red sign above."""
    red, black = kit.surface("lacquer", "red"), kit.surface("lacquer", "black")
    draw = partial(fronts.label, text="FIRE", ground=_RED, ink=(240, 238, 234))
    sign = kit.textures.add("fire", draw)
    p = PartList()
    p.cylinder(0.16, 0.46, 0.0, 0.0, 0.25, red)
    p.cylinder(0.10, 0.06, 0.0, 0.0, 0.71, red)
    p.box((0.06, 0.05, 0.06), 0.0, 0.0, 0.77, black)
    p.box((0.03, 0.14, 0.03), 0.01, 0.03, 0.83, black)
    p.box((0.03, 0.03, 0.40), 0.08, 0.07, 0.36, black)
    p.box((0.012, 0.12, 0.14), 0.078, 0.0, 0.42, kit.surface("ceramic", "white"))
    p.box((0.05, 0.18, 0.03), -0.07, 0.0, 0.5, kit.surface("metal", "grey"))
    p.box((0.012, 0.22, 0.22), -0.085, 0.0, 1.45, sign, fit=True)
    size = (0.20, 0.28, 1.7)
    return Piece("fire extinguisher", tuple(p.parts), size, "red", "metal", 0.4, text="FIRE")


def first_aid_kit(kit: Kit) -> Piece:
    """A green or white cabinet on the wall with a cross."""
    ground = _GREEN if kit.rng.random() < 0.7 else _RED
    color = "green" if ground == _GREEN else "red"
    draw = partial(office_fronts.pictogram, what="cross", ground=ground, word="FIRST AID")
    p = PartList()
    p.box((0.13, 0.40, 0.40), 0.0, 0.0, 1.2, kit.surface("lacquer", color))
    p.box((0.01, 0.38, 0.38), 0.065, 0.0, 1.21, kit.textures.add("first-aid", draw), fit=True)
    p.box((0.02, 0.05, 0.03), 0.07, -0.17, 1.38, kit.surface("metal", "silver"))
    size = (0.15, 0.42, 1.65)
    return Piece("first aid kit", tuple(p.parts), size, color, "metal", 0.5, text="FIRST AID")


def defibrillator(kit: Kit) -> Piece:
    """A white cabinet with a window, the device in it, and a green sign with a heart."""
    draw = partial(office_fronts.pictogram, what="heart", ground=_GREEN, word="AED")
    white, dark = kit.surface("lacquer", "white"), kit.surface("lacquer", "black")
    p = PartList()
    p.box((0.18, 0.38, 0.40), 0.0, 0.0, 1.0, white)
    p.box((0.01, 0.28, 0.26), 0.09, 0.0, 1.07, dark)
    p.box((0.012, 0.22, 0.16), 0.092, 0.0, 1.1, kit.surface("lacquer", "yellow"))
    p.box((0.014, 0.09, 0.07), 0.094, 0.0, 1.14, kit.surface("lacquer", "red"))
    p.box((0.015, 0.34, 0.34), -0.08, 0.0, 1.5, kit.textures.add("aed", draw), fit=True)
    size = (0.20, 0.42, 1.85)
    return Piece("defibrillator", tuple(p.parts), size, "white", "metal", 0.5, text="AED")
