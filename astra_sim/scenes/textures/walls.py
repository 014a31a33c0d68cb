"""Wall faces, floors and ceilings: each one a single image, unique, never repeated."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from astra_sim.scenes.textures.noise import blend, octaves, to_uint8
from astra_sim.scenes.textures.types import Color, Field, WallPainter

__all__ = ["WALL_STYLES", "ceiling_texture", "floor_texture", "painted_wall", "wall_texture"]

_WALL_MPP = 0.0125
_FLOOR_MPP = 0.02
_CEILING_MPP = 0.04
_BASEBOARD_M = 0.09


def wall_texture(
    rng: Generator,
    style: str,
    rgb: Color,
    length_m: float,
    height_m: float,
) -> NDArray[np.uint8]:
    """Draw one face of a wall.

    Args:
        rng: Random stream of this wall alone.
        style: A key of :data:`WALL_STYLES`.
        rgb: Base colour, ``(3,)``, 0 to 255.
        length_m: Length of the wall, metres.
        height_m: Height of the wall, metres.

    Returns:
        ``(H, W, 3)`` uint8, top row first, 1.25 cm per pixel, with a baseboard.
    """
    return painted_wall(rng, WALL_STYLES[style], rgb, length_m, height_m, _WALL_MPP)


def painted_wall(
    rng: Generator,
    paint: WallPainter,
    rgb: Color,
    length_m: float,
    height_m: float,
    meters_per_pixel: float,
) -> NDArray[np.uint8]:
    """Draw one face of a wall with any painter and at any resolution.

    Args:
        rng: Random stream of this wall alone.
        paint: Called with (rng, color ``(H, W, 3)``, grey ``(H, W)``, y, x): changes the first
            two in place; y is metres from the top, x metres from the left, ``(H, W)`` each.
        rgb: Base colour, ``(3,)``, 0 to 255.
        length_m: Length of the wall, metres.
        height_m: Height of the wall, metres.
        meters_per_pixel: Resolution.

    Returns:
        ``(H, W, 3)`` uint8, top row first, with a baseboard.
    """
    mpp = meters_per_pixel
    shape = (round(height_m / mpp), max(8, round(length_m / mpp)))
    grey = octaves(rng, shape, mpp, 5.5)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    color = np.broadcast_to(np.asarray(rgb, dtype=np.float32), (*shape, 3)).copy()
    paint(rng, color, grey, rows * mpp, columns * mpp)
    image = blend(color, grey, rng)
    base = round(_BASEBOARD_M / mpp)
    image[-base:] = blend(np.full(3, rng.uniform(150, 225)), 0.5 * grey[-base:])
    image[-base] -= 45.0
    return to_uint8(image)


def _plaster(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Trowel marks: extra broad blotches."""
    grey += octaves(rng, grey.shape, _WALL_MPP, 4.0, (0.15, 0.5), stretch=1.7)


def _stripes(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Vertical stripes of random widths."""
    edges = np.cumsum(rng.uniform(0.06, 0.28, 120))
    tones = rng.normal(0.0, 16.0, edges.size + 1)
    grey += tones[np.searchsorted(edges, x[0])][None, :].astype(np.float32)


def _brick(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Running bond; every brick has its own shade."""
    height, width = 0.085, 0.25
    row = (y / height).astype(int)
    shifted = x + (row % 2) * width / 2.0
    column = (shifted / width).astype(int)
    tones = rng.normal(0.0, 13.0, (row.max() + 1, column.max() + 1)).astype(np.float32)
    grey += tones[row, column]
    mortar = (y % height < 0.014) | (shifted % width < 0.014)
    grey[mortar] += 30.0


def _panels(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Wooden boards up to 1 m, plaster above."""
    boards_from = y.max() - rng.uniform(0.9, 1.15)
    width = rng.uniform(0.10, 0.18)
    board = (x / width).astype(int)
    lower = y > boards_from
    tones = rng.normal(0.0, 9.0, board.max() + 1)
    color[lower] = np.asarray([150.0, 112.0, 76.0]) + rng.normal(0, 18)
    grey[lower] += (tones[board] - 34.0 * (x % width < 0.014))[lower]
    grey[np.abs(y - boards_from) < 0.025] -= 40.0


def _tiles(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Glazed tiles with light joints; some of a second colour in a frieze."""
    side = float(rng.choice([0.15, 0.2, 0.3]))
    row, column = (y / side).astype(int), (x / side).astype(int)
    count = (row.max() + 1, column.max() + 1)
    grey += rng.normal(0.0, 9.0, count).astype(np.float32)[row, column]
    second = rng.random(count) < 0.07
    second[int(count[0] * 0.45)] = rng.random(count[1]) < 0.7
    accent = np.clip(np.asarray(color[0, 0]) + rng.normal(-30.0, 45.0, 3), 30, 230)
    color[second[row, column]] = accent
    grey[(y % side < 0.013) | (x % side < 0.013)] += 24.0


def _wallpaper(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """A printed motif (diamonds, rings or flowers), worn differently everywhere."""
    pitch = rng.uniform(0.18, 0.34)
    motif = rng.integers(0, 3)
    row = (y / pitch).astype(int)
    dx = (x + (row % 2) * pitch / 2.0) % pitch - pitch / 2.0
    dy = y % pitch - pitch / 2.0
    radius = np.hypot(dx, dy)
    if motif == 0:
        print_ = np.abs(dx) + np.abs(dy) < pitch * 0.36
    elif motif == 1:
        print_ = np.abs(radius - pitch * 0.3) < 0.024
    else:
        print_ = radius < pitch * (0.24 + 0.12 * np.cos(5.0 * np.arctan2(dy, dx)))
    column = ((x + (row % 2) * pitch / 2.0) / pitch).astype(int)
    wear = rng.uniform(0.35, 1.3, (row.max() + 1, column.max() + 1))[row, column]
    grey += (print_ * wear * rng.choice([-30.0, 26.0])).astype(np.float32)


WALL_STYLES: dict[str, WallPainter] = {
    "plaster": _plaster,
    "stripes": _stripes,
    "brick": _brick,
    "panels": _panels,
    "tiles": _tiles,
    "wallpaper": _wallpaper,
}


def floor_texture(
    rng: Generator, style: str, rgb: Color, size_m: tuple[float, float]
) -> NDArray[np.uint8]:
    """Draw a floor.

    Args:
        rng: Random stream of this floor.
        style: ``planks``, ``tiles`` or ``carpet``.
        rgb: Base colour, ``(3,)``.
        size_m: Extents along x and y, metres.

    Returns:
        ``(H, W, 3)`` uint8 with H along y, 2 cm per pixel.
    """
    shape = (max(8, round(size_m[1] / _FLOOR_MPP)), max(8, round(size_m[0] / _FLOOR_MPP)))
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    y, x = rows * _FLOOR_MPP, columns * _FLOOR_MPP
    if style == "planks":
        grey = octaves(rng, shape, _FLOOR_MPP, 4.0, (0.06, 0.15, 0.5), stretch=4.0)
        plank = (y / 0.14).astype(int)
        offset = rng.uniform(0.0, 1.2, plank.max() + 1).astype(np.float32)[plank]
        piece = ((x + offset) / 1.2).astype(int)
        grey += rng.normal(0.0, 11.0, (plank.max() + 1, piece.max() + 1))[plank, piece]
        grey[(y % 0.14 < 0.02) | ((x + offset) % 1.2 < 0.02)] -= 20.0
    elif style == "tiles":
        side = float(rng.choice([0.3, 0.4, 0.5]))
        row, column = (y / side).astype(int), (x / side).astype(int)
        grey = octaves(rng, shape, _FLOOR_MPP, 4.5, (0.06, 0.15, 0.5))
        grey += rng.normal(0.0, 8.0, (row.max() + 1, column.max() + 1))[row, column]
        if rng.random() < 0.5:
            grey += 16.0 * ((row + column) % 2) - 8.0
        grey[(y % side < 0.02) | (x % side < 0.02)] -= 26.0
    else:
        grey = octaves(rng, shape, _FLOOR_MPP, 6.5, (0.06, 0.15, 0.4, 1.2))
    return to_uint8(blend(rgb, grey.astype(np.float32), rng))


def ceiling_texture(rng: Generator, size_m: tuple[float, float]) -> NDArray[np.uint8]:
    """Draw a ceiling, ``(H, W, 3)`` uint8, 4 cm per pixel: white with faint clouds."""
    shape = (max(8, round(size_m[1] / _CEILING_MPP)), max(8, round(size_m[0] / _CEILING_MPP)))
    grey = octaves(rng, shape, _CEILING_MPP, 4.0, (0.12, 0.3, 0.8))
    return to_uint8(blend((222.0, 222.0, 218.0), grey))
