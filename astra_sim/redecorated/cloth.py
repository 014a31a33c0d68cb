"""Cloth with a bold pattern: what curtains, blankets and cushions are replaced by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.textures.noise import blend, octaves, to_uint8
from astra_sim.scenes.textures.types import Color

__all__ = ["patterned_cloth"]

_SHAPE = (96, 96)
_MPP = 0.8 / 96


def patterned_cloth(rng: np.random.Generator, rgb: Color, other: Color) -> NDArray[np.uint8]:
    """Draw a repeating cloth: plain, stripes, checks, dots or zigzag in a second colour.

    Args:
        rng: Random stream of this cloth.
        rgb: Its main colour, ``(3,)``, 0 to 255; more than half of it.
        other: Colour of the pattern, ``(3,)``.

    Returns:
        ``(96, 96, 3)`` uint8 for 0.8 m of surface.
    """
    rows, columns = np.mgrid[0 : _SHAPE[0], 0 : _SHAPE[1]]
    # Divisors of 96, so that the picture repeats without a seam.
    pitch = int(rng.choice([12, 16, 24, 32]))
    x, y = columns % pitch, rows % pitch
    style = int(rng.integers(0, 5))
    if style == 1:
        pattern = x < 0.4 * pitch
    elif style == 2:
        pattern = (x < 0.3 * pitch) | (y < 0.2 * pitch)
    elif style == 3:
        pattern = np.hypot(x - pitch / 2.0, y - pitch / 2.0) < 0.32 * pitch
    elif style == 4:
        pattern = (y + np.abs(x - pitch / 2.0)) % pitch < 0.4 * pitch
    else:
        pattern = np.zeros(_SHAPE, dtype=bool)
    color = np.where(pattern[..., None], np.asarray(other), np.asarray(rgb)).astype(np.float32)
    grey = octaves(rng, _SHAPE, _MPP, 6.0, (0.04, 0.10, 0.25))
    grey += 3.0 * ((rows + columns) % 2)
    return to_uint8(blend(color, grey, rng))
