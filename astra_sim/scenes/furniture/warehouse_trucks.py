"""What moves and carries pallets: forklift, pallet jack, pallets, conveyor, wrapper, charger."""

from __future__ import annotations

import math
from dataclasses import replace

from astra_sim.scenes.furniture.piece import Kit, Piece
from astra_sim.scenes.furniture.warehouse_loads import PALLET_M, load_box, pallet_with_load
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.textures import fronts, warehouse_fronts
from astra_sim.scenes.types import Part

__all__ = [
    "charging_station",
    "conveyor",
    "forklift",
    "loaded_pallet",
    "pallet_jack",
    "pallet_stack",
    "stretch_wrapper",
]


def forklift(kit: Kit) -> Piece:
    """Counterbalance truck: forks, mast, overhead guard, seat, wheel, beacon."""
    color = str(kit.rng.choice(["yellow", "orange", "red", "green"]))
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    steel, tyre = kit.surface("metal", "grey"), kit.surface("leather", "black")
    p = PartList()
    p.box((0.62, 0.98, 0.72), -0.72, 0.0, 0.22, body)
    p.box((0.30, 0.94, 0.34), -0.92, 0.0, 0.82, body)
    p.box((0.86, 0.98, 0.36), 0.0, 0.0, 0.22, body)
    p.box((0.20, 0.90, 0.72), 0.36, 0.0, 0.40, body)
    p.box((0.10, 0.60, 0.18), 0.40, 0.0, 1.06, dark)
    p.box((0.42, 0.46, 0.12), -0.32, 0.0, 0.72, dark)
    p.box((0.10, 0.44, 0.46), -0.54, 0.0, 0.84, dark, pitch_rad=-0.12)
    p.disc(0.30, 0.03, 0.12, 0.0, 0.92, dark, fit=False)
    for x, side in ((0.30, 0.52), (0.30, -0.52), (-0.74, 0.50), (-0.74, -0.50)):
        size = 0.52 if x > 0 else 0.44
        # A disc that faces sideways: turned by a quarter about z.
        p.box((size * 0.72, 0.16, size), x, side * 0.88, 0.0, tyre)
        p.box((size, 0.16, size * 0.72), x, side * 0.88, 0.14 * size, tyre)
        p.box((0.18, 0.17, 0.18), x, side * 0.89, size / 2.0 - 0.09, steel)
    for x in (-0.60, 0.34):
        for side in (-1, 1):
            p.box((0.06, 0.06, 1.18), x, side * 0.42, 0.92, dark)
    for k in range(5):
        p.box((0.06, 0.86, 0.04), -0.60 + 0.235 * k, 0.0, 2.10, dark)
    for side in (-1, 1):
        p.box((1.0, 0.05, 0.06), -0.13, side * 0.42, 2.08, dark)
    p.cylinder(0.10, 0.12, -0.5, 0.3, 2.14, kit.surface("lacquer", "orange"))
    for side in (-1, 1):
        p.box((0.10, 0.10, 2.06), 0.56, side * 0.30, 0.06, steel)
        p.box((0.05, 0.13, 0.42), 0.66, side * 0.24, 0.06, dark)
        p.box((0.96, 0.12, 0.045), 1.14, side * 0.24, 0.06, dark)
    for z in (0.30, 0.58, 1.2, 1.9):
        p.box((0.06, 0.72, 0.08), 0.60, 0.0, z, steel)
    p.cylinder(0.05, 1.6, 0.60, 0.0, 0.3, kit.surface("metal", "silver"))
    p.box((0.02, 0.5, 0.2), -1.09, 0.0, 0.66, "hazard")
    return Piece("forklift", _moved(p, -0.26), (2.72, 1.10, 2.26), color, "metal", 0.0, True)


def _moved(p: PartList, x: float) -> tuple[Part, ...]:
    """Return the parts moved along x, so that the origin is in their middle."""
    return tuple(
        replace(part, position_m=(part.position_m[0] + x, *part.position_m[1:])) for part in p.parts
    )


def pallet_jack(kit: Kit) -> Piece:
    """Two forks on rollers, a pump and a handle that leans back."""
    color = str(kit.rng.choice(["red", "yellow", "blue", "orange"]))
    paint, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    p = PartList()
    for side in (-1, 1):
        p.box((1.15, 0.16, 0.06), 0.16, side * 0.19, 0.07, paint)
        p.box((0.10, 0.10, 0.08), 0.62, side * 0.19, 0.0, dark)
        p.box((0.30, 0.17, 0.01), 0.3, side * 0.19, 0.13, "hazard")
    p.box((0.14, 0.54, 0.34), -0.44, 0.0, 0.10, paint)
    p.box((0.16, 0.20, 0.50), -0.52, 0.0, 0.12, paint)
    p.cylinder(0.12, 0.40, -0.56, 0.0, 0.2, kit.surface("metal", "silver"))
    for side in (-1, 1):
        p.disc(0.2, 0.05, -0.56, side * 0.1, 0.0, dark, fit=False)
    p.box((0.05, 0.05, 0.72), -0.62, 0.0, 0.56, dark, pitch_rad=-0.22)
    for side in (-1, 1):
        p.box((0.04, 0.04, 0.18), -0.70, side * 0.12, 1.12, dark, pitch_rad=-0.22)
    p.box((0.04, 0.30, 0.04), -0.72, 0.0, 1.28, paint)
    p.box((0.04, 0.30, 0.04), -0.69, 0.0, 1.12, dark)
    return Piece("pallet jack", tuple(p.parts), (1.52, 0.60, 1.34), color, "metal", 0.0, True)


def loaded_pallet(kit: Kit, load: str, color: str, material: str) -> Piece:
    """A pallet with goods; ``load`` names a picture of the loads."""
    height = kit.uniform(0.5, 1.25)
    parts = pallet_with_load((1.16, 0.78, height), 0.0, 0.0, 0.0, load)
    size = (1.2, 0.82, height + 0.14)
    return Piece("pallet", tuple(parts), size, color, material, 0.0, True)


def pallet_stack(kit: Kit) -> Piece:
    """Empty pallets on each other, the upper ones not quite straight."""
    count = int(kit.rng.integers(5, 11))
    parts = []
    for level in range(count):
        turn = 0.035 * float(kit.rng.standard_normal()) if level else 0.0
        z = level * PALLET_M
        parts.append(load_box((1.14, 0.78, 0.11), 0.0, 0.0, z, "pallet", turn))
        parts.append(load_box((1.16, 0.80, 0.03), 0.0, 0.0, z + 0.11, "planks", turn))
    size = (1.28, 0.96, count * PALLET_M)
    return Piece("pallet stack", tuple(parts), size, "brown", "wood", 0.0, True)


def conveyor(kit: Kit, length: float) -> Piece:
    """Roller track on legs with parcels; long side along y."""
    steel, dark = kit.surface("metal", "silver"), kit.surface("lacquer", "black")
    color = str(kit.rng.choice(["blue", "yellow", "green", "orange"]))
    rail = kit.surface("lacquer", color)
    p = PartList()
    p.box((0.52, length, 0.05), 0.0, 0.0, 0.70, "rollers")
    for side in (-1, 1):
        p.box((0.05, length, 0.14), side * 0.285, 0.0, 0.64, rail)
    for k in range(max(2, round(length / 1.5)) + 1):
        y = -length / 2.0 + 0.05 + k * (length - 0.1) / max(2, round(length / 1.5))
        for side in (-1, 1):
            p.box((0.06, 0.06, 0.66), side * 0.27, y, 0.0, steel)
        p.box((0.5, 0.05, 0.05), 0.0, y, 0.2, steel)
    p.box((0.30, 0.40, 0.30), 0.0, -length / 4.0, 0.32, dark)
    y = -length / 2.0 + 0.4
    while y < length / 2.0 - 0.4:
        size = (kit.uniform(0.26, 0.42), kit.uniform(0.26, 0.44), kit.uniform(0.18, 0.36))
        picture = f"carton-{int(kit.rng.integers(0, 6))}"
        turn = float(kit.rng.uniform(-0.2, 0.2))
        p.parts.append(load_box(size, 0.0, y, 0.75, picture, turn))
        y += kit.uniform(0.6, 1.5)
    return Piece("conveyor", tuple(p.parts), (0.64, length, 1.1), color, "metal", 0.6)


def stretch_wrapper(kit: Kit) -> Piece:
    """Turntable with a wrapped pallet, a mast with a carriage of film, a control panel."""
    color = str(kit.rng.choice(["blue", "yellow", "red"]))
    paint, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    p = PartList()
    p.box((2.3, 0.7, 0.07), 0.0, 0.0, 0.0, paint)
    p.cylinder(1.5, 0.08, 0.40, 0.0, 0.0, kit.surface("metal", "grey"))
    p.box((0.34, 0.46, 2.2), -0.92, 0.0, 0.0, paint)
    p.box((0.14, 0.30, 2.0), -0.74, 0.0, 0.12, dark)
    p.box((0.30, 0.50, 0.60), -0.66, 0.0, 0.9, dark)
    p.cylinder(0.24, 0.52, -0.58, 0.12, 0.94, kit.surface("ceramic", "light blue"))
    p.box((0.10, 0.34, 0.44), -0.92, -0.28, 1.1, dark, yaw_rad=-0.4)
    screen = kit.textures.add("panel", fronts.desktop_screen)
    p.box((0.02, 0.24, 0.18), -0.72, -0.30, 1.3, screen, fit=True)
    p.box((0.3, 0.47, 0.2), -0.92, 0.0, 0.2, "hazard")
    parts = [*p.parts, *pallet_with_load((1.0, 0.78, 1.1), 0.4, 0.0, 0.08, "film-0")]
    return Piece("stretch wrapper", tuple(parts), (2.34, 1.52, 2.22), color, "metal", 0.0)


def charging_station(kit: Kit) -> Piece:
    """Cabinet with a display, a lightning sign, lamps and cables on hooks; its back to a wall."""
    color = str(kit.rng.choice(["grey", "green", "orange", "blue"]))
    body, dark = kit.surface("lacquer", color), kit.surface("lacquer", "black")
    p = PartList()
    p.box((0.42, 0.72, 1.5), -0.03, 0.0, 0.12, body)
    p.box((0.46, 0.78, 0.12), 0.0, 0.0, 0.0, dark)
    front = kit.textures.add("charger", warehouse_fronts.charger)
    p.box((0.012, 0.60, 1.0), 0.185, 0.0, 0.52, front, fit=True)
    for side in (-1, 1):
        p.box((0.10, 0.06, 0.06), 0.22, side * 0.24, 0.9, dark)
        for k in range(6):
            angle = k * math.pi / 5.0
            p.box(
                (0.04, 0.04, 0.14),
                0.22,
                side * 0.24 + 0.11 * math.cos(angle),
                0.6 - 0.2 * math.sin(angle),
                dark,
            )
    return Piece("charging station", tuple(p.parts), (0.56, 0.80, 1.64), color, "metal", 0.6)
