"""Pallet racks: all of one look. A rack is built once and stands in every aisle."""

from __future__ import annotations

import math

import numpy as np

from astra_sim.scenes.furniture.warehouse_loads import pallet_with_load
from astra_sim.scenes.layout.warehouse import RackSpec
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.types import Part

__all__ = [
    "BayFilling",
    "bay_centers_m",
    "draw_fillings",
    "load_parts",
    "plinth_parts",
    "rack_parts",
]

_POST_M = 0.09
_PLINTH_M = 0.08
_STACKS = ("carton", "carton", "carton", "white", "film", "crate", "sacks", "drums")

#: What stands in a bay: (level, slot, load, height in metres) of every pallet.
BayFilling = tuple[tuple[int, int, str, float], ...]


def draw_fillings(rng: np.random.Generator, rack: RackSpec, kinds: int) -> tuple[BayFilling, ...]:
    """Draw a few fillings of a bay; bays take turns with them.

    Args:
        rng: Random stream.
        rack: Size of a bay.
        kinds: How many fillings.
    """
    fillings = []
    for _ in range(kinds):
        pallets = []
        for level in range(rack.levels):
            for slot in range(rack.slots):
                stack = str(rng.choice(_STACKS))
                count = {"carton": 6, "white": 2, "film": 2, "crate": 2}.get(stack, 1)
                load = f"{stack}-{int(rng.integers(0, count))}" if count > 1 else stack
                most = min(rack.level_m, 1.5) - 0.42
                height = round(float(rng.uniform(0.62, 1.0)) * most, 2)
                if level > 0 and rng.random() < 0.1:
                    continue
                pallets.append((level, slot, load, height))
        fillings.append(tuple(pallets))
    return tuple(fillings)


def bay_centers_m(rack: RackSpec) -> list[float]:
    """Return the middle of every bay along a rack, from its right end as seen from the front."""
    starts, at = [], -rack.length_m / 2.0
    for block in rack.bays:
        starts += [at + (k + 0.5) * rack.bay_m for k in range(block)]
        at += block * rack.bay_m + rack.cross_m
    return starts


def rack_parts(rack: RackSpec, upright: str, beam: str) -> tuple[Part, ...]:
    """Build the steel of a rack with its front at +x, its middle at the origin.

    Args:
        rack: Sizes.
        upright: Texture of the uprights.
        beam: Texture of the beams.
    """
    front = rack.depth_m / 2.0 - _POST_M / 2.0
    p = PartList()
    at = -rack.length_m / 2.0
    for block in rack.bays:
        length = block * rack.bay_m
        middle = at + length / 2.0
        for level in range(1, rack.levels):
            for side in (-1, 1):
                x, z = side * (front + 0.01), level * rack.level_m
                p.box((0.05, length - _POST_M, 0.12), x, middle, z - 0.12, beam)
        for k in range(block + 1):
            y = at + k * rack.bay_m + (0.5 * _POST_M if k == 0 else 0.0)
            y -= 0.5 * _POST_M if k == block else 0.0
            _frame(p, rack, y, upright)
        for end in (-1, 1):
            y = middle + end * (length / 2.0 - 0.03)
            p.box((rack.depth_m + 0.02, 0.05, 0.36), 0.0, y, 0.0, "hazard")
        at += length + rack.cross_m
    return tuple(p.parts)


def plinth_parts(rack: RackSpec, texture: str) -> tuple[Part, ...]:
    """Build the kerb under a rack: nothing drives in between the pallets."""
    p = PartList()
    at = -rack.length_m / 2.0
    for block in rack.bays:
        length = block * rack.bay_m
        size = (rack.depth_m - 0.04, length, _PLINTH_M)
        p.box(size, 0.0, at + length / 2.0, 0.0, texture)
        at += length + rack.cross_m
    return tuple(p.parts)


def _frame(p: PartList, rack: RackSpec, y: float, texture: str) -> None:
    """Two posts with struts and slanted braces between them."""
    height, front = rack.height_m, rack.depth_m / 2.0 - _POST_M / 2.0
    for side in (-1, 1):
        p.box((_POST_M, _POST_M, height), side * front, y, 0.0, texture)
    span = 2.0 * front
    steps = max(2, round(height / 1.2))
    rise = (height - 0.4) / steps
    tilt = math.atan2(rise, span)
    for k in range(steps):
        z = 0.2 + k * rise
        p.box((span, 0.03, 0.04), 0.0, y, z, texture)
        slanted = -tilt if k % 2 else tilt
        p.box(
            (math.hypot(rise, span) - 0.06, 0.03, 0.04),
            0.0,
            y,
            z + rise / 2.0,
            texture,
            pitch_rad=slanted,
        )


def load_parts(rack: RackSpec, center_m: float, filling: BayFilling) -> tuple[Part, ...]:
    """Build the pallets of one bay, in the frame of its rack."""
    parts: list[Part] = []
    pitch = (rack.bay_m - _POST_M) / rack.slots
    deep = rack.depth_m - 0.06
    for level, slot, load, height in filling:
        y = center_m + (slot - (rack.slots - 1) / 2.0) * pitch
        z = level * rack.level_m if level else _PLINTH_M
        wide = min(0.84, pitch - 0.06)
        parts += pallet_with_load((deep, wide, height), 0.0, y, z, load)
    return tuple(parts)
