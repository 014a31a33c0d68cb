"""Walls and floors of a warehouse in pieces that repeat."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from astra_sim.scenes.layout.types import Rect
from astra_sim.scenes.types import Part, SceneObject

__all__ = ["DOOR_HEIGHT_M", "field_wall", "slab"]

DOOR_HEIGHT_M = 2.05


def field_wall(
    name: str,
    pose: tuple[float, float, float],
    length: float,
    height: float,
    thick: float,
    texture: str,
    field: float,
    doors: Sequence[tuple[float, float]] = (),
    reach: float = 0.0,
) -> SceneObject:
    """Build one wall face; its texture covers ``field`` metres and then begins again.

    Args:
        name: Id of the object.
        pose: Middle of the face and the direction into the room.
        length: Length of the wall, metres.
        height: Its height.
        thick: Its thickness behind the face.
        texture: What it shows.
        field: Length that the texture covers.
        doors: Openings (from, to) along it, from the middle, left positive.
        reach: How much farther it goes at both ends, to close corners.
    """
    half = length / 2.0
    edges = {-half - reach, half + reach, *(a for door in doors for a in door)}
    edges |= {-half + k * field for k in range(1, math.ceil(length / field - 1e-6))}
    places = sorted(edge for edge in edges if -half - reach <= edge <= half + reach)
    parts = []
    for a, b in pairwise(places):
        if b - a < 1e-6:
            continue
        middle = (a + b) / 2.0
        open_here = any(low < middle < high for low, high in doors)
        bottom = DOOR_HEIGHT_M if open_here else 0.0
        number = math.floor((np.clip(middle, -half, half) + half) / field)
        start = -half + number * field
        uv = ((a - start) / field, bottom / height, (b - start) / field, 1.0)
        size = (thick, b - a, height - bottom)
        centre = (-thick / 2.0, middle, (height + bottom) / 2.0)
        parts.append(Part("box", size, centre, texture, uv=uv))
    return SceneObject(name, "wall", pose, tuple(parts))


def slab(name: str, bounds: Rect, texture: str) -> SceneObject:
    """Build a floor over a rectangle (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = bounds
    # Rounded, so that equal floors are equal to the last bit.
    size = (round(x1 - x0, 4), round(y1 - y0, 4), 0.1)
    part = Part("box", size, (0.0, 0.0, -0.05), texture)
    pose = ((x0 + x1) / 2.0, (y0 + y1) / 2.0, 0.0)
    return SceneObject(f"floor-{name}", "floor", pose, (part,), collides=False)
