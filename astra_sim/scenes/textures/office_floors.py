"""Floors and ceilings of offices: carpet tiles, stone slabs, boards; a grid with lamps above."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.textures.noise import blend, octaves, smooth_noise, to_uint8
from astra_sim.scenes.textures.palette import ACCENTS, COLORS
from astra_sim.scenes.textures.types import Color
from astra_sim.scenes.textures.walls import floor_texture

__all__ = ["FLOOR_STYLES", "grid_ceiling", "office_floor"]

#: What :func:`office_floor` can draw.
FLOOR_STYLES = ("carpet tiles", "slabs", "planks", "tiles", "carpet")
_FLOOR_MPP = 0.025
_CEILING_MPP = 0.05
_TILE_M = 0.5
_PANEL_M = 0.6


def office_floor(
    rng: np.random.Generator, style: str, rgb: Color, size_m: tuple[float, float]
) -> NDArray[np.uint8]:
    """Draw a floor.

    Args:
        rng: Random stream of this floor.
        style: One of :data:`FLOOR_STYLES`.
        rgb: Base colour, ``(3,)``.
        size_m: Extents along x and y, metres.

    Returns:
        ``(H, W, 3)`` uint8 with H along y, 2 to 2.5 cm per pixel.
    """
    if style not in ("carpet tiles", "slabs"):
        return floor_texture(rng, style, rgb, size_m)
    shape = (max(8, round(size_m[1] / _FLOOR_MPP)), max(8, round(size_m[0] / _FLOOR_MPP)))
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    y, x = rows * _FLOOR_MPP, columns * _FLOOR_MPP
    color = np.broadcast_to(np.asarray(rgb, dtype=np.float32), (*shape, 3)).copy()
    grey = octaves(rng, shape, _FLOOR_MPP, 5.0, (0.06, 0.15, 0.5))
    side = _TILE_M if style == "carpet tiles" else 0.8
    row, column = (y / side).astype(int), (x / side).astype(int)
    count = (row.max() + 1, column.max() + 1)
    if style == "carpet tiles":
        grey += rng.normal(0.0, 10.0, count).astype(np.float32)[row, column]
        # Squares laid crosswise, and some of another colour.
        weave = np.where((row + column) % 2 == 0, columns, rows) % 4 < 2
        grey += np.where(weave, 5.0, -5.0)
        other = rng.random(count) < rng.choice([0.0, 0.08, 0.2])
        accent = COLORS[ACCENTS[int(rng.integers(0, len(ACCENTS)))]]
        mixed = 0.5 * np.asarray(rgb) + 0.5 * np.asarray(accent)
        color[other[row, column]] = mixed
    else:
        grey += rng.normal(0.0, 7.0, count).astype(np.float32)[row, column]
        veins = np.abs(smooth_noise(rng, shape, (size_m[1] * 1.2, size_m[0] * 1.2))) < 0.05
        grey[veins] -= 24.0
        grey[(y % side < 0.025) | (x % side < 0.025)] -= 26.0
    return to_uint8(blend(color, grey, rng))


def grid_ceiling(
    rng: np.random.Generator, size_m: tuple[float, float], lamps_m: float
) -> NDArray[np.uint8]:
    """Draw a suspended ceiling of 0.6 m panels with square lamps and a few air outlets.

    Args:
        rng: Random stream of this ceiling.
        size_m: Extents along x and y, metres.
        lamps_m: Distance between lamps, metres.

    Returns:
        ``(H, W, 3)`` uint8 with H along y, 5 cm per pixel.
    """
    shape = (max(8, round(size_m[1] / _CEILING_MPP)), max(8, round(size_m[0] / _CEILING_MPP)))
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    y, x = rows * _CEILING_MPP, columns * _CEILING_MPP
    grey = octaves(rng, shape, _CEILING_MPP, 3.5, (0.12, 0.3, 0.8))
    row, column = (y / _PANEL_M).astype(int), (x / _PANEL_M).astype(int)
    count = (row.max() + 1, column.max() + 1)
    grey += rng.normal(0.0, 5.0, count).astype(np.float32)[row, column]
    step = max(2, round(lamps_m / _PANEL_M))
    offset = rng.integers(0, step, 2)
    lamp = ((row + offset[0]) % step == step // 2) & ((column + offset[1]) % step == step // 2)
    outlet = (rng.random(count) < 0.03)[row, column] & ~lamp
    grey[outlet & (y % 0.15 < 0.08)] -= 50.0
    grey[(y % _PANEL_M < 0.05) | (x % _PANEL_M < 0.05)] -= 26.0
    image = blend((204.0, 204.0, 200.0), grey)
    inner = lamp & (y % _PANEL_M > 0.08) & (x % _PANEL_M > 0.08)
    image[inner] = (255.0, 253.0, 244.0)
    return to_uint8(image)
