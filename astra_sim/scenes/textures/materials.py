"""Repeating surfaces of furniture, ``(96, 96, 3)`` uint8 for :data:`TILE_M` of surface."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.textures.noise import blend, octaves, smooth_noise, to_uint8
from astra_sim.scenes.textures.types import Color

__all__ = [
    "TILE_M",
    "ceramic",
    "fabric",
    "lacquer",
    "leather",
    "leaves",
    "metal",
    "stone",
    "wicker",
    "wood",
]

#: Side of the surface that one image covers.
TILE_M = 0.8
_SHAPE = (96, 96)
_MPP = TILE_M / _SHAPE[0]
_SCALES_M = (0.04, 0.10, 0.25)


def wood(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Grain along the width, growth rings bent by slow noise, a few knots."""
    rows, columns = np.mgrid[0 : _SHAPE[0], 0 : _SHAPE[1]].astype(np.float32)
    bend = 6.0 * smooth_noise(rng, _SHAPE, (3.0, 2.0))
    rings = 7.0 * np.sin((rows + bend) * rng.uniform(0.5, 0.8))
    grey = rings + octaves(rng, _SHAPE, _MPP, 5.0, _SCALES_M, stretch=6.0)
    for _ in range(int(rng.integers(1, 4))):
        y, x = rng.uniform(8, 88, 2)
        radius = np.hypot((rows - y) * 1.6, columns - x)
        grey += 12.0 * np.sin(radius * 1.3) * np.exp(-radius / 5.0) - 26.0 * np.exp(-radius / 3.0)
    return to_uint8(blend(rgb, grey))


def fabric(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Cloth: one of plain, striped, checked or dotted, on a woven ground."""
    rows, columns = np.mgrid[0 : _SHAPE[0], 0 : _SHAPE[1]]
    grey = octaves(rng, _SHAPE, _MPP, 6.0, _SCALES_M)
    grey += 3.0 * ((rows + columns) % 2)
    style = rng.integers(0, 4)
    if style == 1:
        grey += 14.0 * ((columns // 8) % 3 == 0)
    elif style == 2:
        grey += 12.0 * ((columns // 12) % 2 == 0) - 12.0 * ((rows // 12) % 2 == 0)
    elif style == 3:
        grey += 24.0 * (np.hypot(rows % 16 - 8, columns % 16 - 8) < 3.5)
    return to_uint8(blend(rgb, grey, rng))


def leather(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Blotched, with fine cracks."""
    cracks = -12.0 * (np.abs(smooth_noise(rng, _SHAPE, (14.0, 14.0))) < 0.12)
    return to_uint8(blend(rgb, cracks + octaves(rng, _SHAPE, _MPP, 6.0, _SCALES_M)))


def lacquer(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Painted board: faint structure."""
    return to_uint8(blend(rgb, octaves(rng, _SHAPE, _MPP, 3.2, _SCALES_M), rng))


def metal(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Brushed across, with cloudy reflections."""
    grey = octaves(rng, _SHAPE, _MPP, 3.5, (0.02, 0.05, 0.10), stretch=8.0)
    grey += 9.0 * smooth_noise(rng, _SHAPE, (2.0, 2.0))
    return to_uint8(blend(rgb, grey))


def ceramic(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Glazed: bright, faint clouds."""
    return to_uint8(blend(rgb, octaves(rng, _SHAPE, _MPP, 2.4, (0.05, 0.12, 0.3))))


def stone(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Speckled worktop with veins."""
    grey = octaves(rng, _SHAPE, _MPP, 6.0, _SCALES_M)
    grey -= 26.0 * (np.abs(smooth_noise(rng, _SHAPE, (4.0, 3.0))) < 0.06)
    grey += 22.0 * (rng.random(_SHAPE) < 0.04) - 22.0 * (rng.random(_SHAPE) < 0.04)
    return to_uint8(blend(rgb, grey))


def leaves(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Overlapping leaves with light edges."""
    rows, columns = np.mgrid[0 : _SHAPE[0], 0 : _SHAPE[1]].astype(np.float32)
    grey = np.full(_SHAPE, -24.0, dtype=np.float32)
    for _ in range(90):
        y, x, angle = rng.uniform(0, 96), rng.uniform(0, 96), rng.uniform(0, np.pi)
        along = (rows - y) * np.sin(angle) + (columns - x) * np.cos(angle)
        across = -(rows - y) * np.cos(angle) + (columns - x) * np.sin(angle)
        inside = (along / 9.0) ** 2 + (across / 3.5) ** 2
        grey = np.where(inside < 1.0, rng.normal(4.0, 22.0) + 16.0 * (np.abs(across) < 0.7), grey)
    return to_uint8(blend(rgb, grey))


def wicker(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Basket weave."""
    rows, columns = np.mgrid[0 : _SHAPE[0], 0 : _SHAPE[1]]
    weave = np.where((rows // 6 + columns // 6) % 2 == 0, rows % 6, columns % 6) * 7.0 - 20.0
    return to_uint8(blend(rgb, weave + octaves(rng, _SHAPE, _MPP, 6.0, _SCALES_M)))
