"""Surfaces of a warehouse: concrete, cladding, roof, dock doors, steel."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from astra_sim.scenes.textures.noise import blend, octaves, to_uint8
from astra_sim.scenes.textures.types import Color

__all__ = [
    "cladding_texture",
    "concrete_texture",
    "dock_texture",
    "hazard_texture",
    "office_front_texture",
    "roof_texture",
    "roller_texture",
    "upright_texture",
]

_FLOOR_MPP = 0.02
_WALL_MPP = 0.0125


def concrete_texture(
    rng: np.random.Generator,
    size_m: tuple[float, float],
    lines_m: tuple[tuple[float, float, float, float], ...] = (),
    line_rgb: tuple[int, int, int] = (222, 184, 44),
) -> NDArray[np.uint8]:
    """Draw a floor slab with joints, stains, tyre marks and painted lines.

    Args:
        rng: Random stream of this floor.
        size_m: Extents along x and y.
        lines_m: Painted rectangles (x0, y0, x1, y1) from its lower left corner.
        line_rgb: Their paint.

    Returns:
        ``(H, W, 3)`` uint8 with H along y, 2 cm per pixel, top row at the highest y.
    """
    shape = (max(8, round(size_m[1] / _FLOOR_MPP)), max(8, round(size_m[0] / _FLOOR_MPP)))
    grey = octaves(rng, shape, _FLOOR_MPP, 5.0, (0.06, 0.15, 0.4, 1.2))
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    for _ in range(max(2, int(size_m[0] * size_m[1] / 6.0))):
        row, column = rng.uniform(0, shape[0]), rng.uniform(0, shape[1])
        reach = rng.uniform(4.0, 22.0)
        low, high = (max(0, int(v - 2 * reach)) for v in (row, column))
        window = (slice(low, int(row + 2 * reach)), slice(high, int(column + 2 * reach)))
        away = np.hypot(rows[window] - row, columns[window] - column) / reach
        grey[window] += rng.normal(-8.0, 14.0) * np.exp(-(away**2) * 2.0)
    for axis, size in ((0, size_m[1]), (1, size_m[0])):
        # Saw cuts every few metres.
        count = max(1, round(size / 4.5))
        for k in range(1, count):
            at = round(k * shape[axis] / count)
            index = (
                (slice(at, at + 1), slice(None)) if axis == 0 else (slice(None), slice(at, at + 1))
            )
            grey[index] -= 40.0
    image = blend((146.0, 144.0, 138.0), grey)
    worn = (0.78 + 0.05 * octaves(rng, shape, _FLOOR_MPP, 1.0, (0.06, 0.2))).clip(0.35, 0.95)
    for x0, y0, x1, y1 in lines_m:
        a, b = (int(np.clip(round(v / _FLOOR_MPP), 0, shape[1])) for v in (x0, x1))
        c, d = (int(np.clip(shape[0] - round(v / _FLOOR_MPP), 0, shape[0])) for v in (y1, y0))
        share = worn[c:d, a:b, None]
        image[c:d, a:b] = share * np.asarray(line_rgb) + (1.0 - share) * image[c:d, a:b]
    return to_uint8(image)


def cladding_texture(
    rng: np.random.Generator, rgb: Color, length_m: float, height_m: float
) -> NDArray[np.uint8]:
    """Draw wall panels above a base of blocks, with a rail and scratches; 1.25 cm per pixel."""
    shape = (round(height_m / _WALL_MPP), max(8, round(length_m / _WALL_MPP)))
    grey = octaves(rng, shape, _WALL_MPP, 5.5)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    up, x = (shape[0] - rows) * _WALL_MPP, columns * _WALL_MPP
    grey += 5.0 * np.sin(2.0 * math.pi * x / 0.25)
    panel = x % (length_m / max(1, round(length_m / 1.1)))
    grey[panel < 0.03] -= 34.0
    color = np.broadcast_to(np.asarray(rgb, dtype=np.float32), (*shape, 3)).copy()
    low = up < 1.15
    color[low] = (126.0, 128.0, 130.0)
    courses = (np.floor(up / 0.2) % 2) * 0.2
    joint = ((up % 0.2) < 0.014) | (((x + courses) % 0.4) < 0.014)
    grey[low & joint] -= 26.0
    blocks = rng.normal(0.0, 9.0, (8, int(length_m / 0.4) + 3))
    tones = blocks[np.clip((up / 0.2).astype(int), 0, 7), ((x + courses) / 0.4).astype(int)].astype(
        np.float32
    )
    grey += np.where(low, tones, 0.0)
    grey[(up > 1.1) & (up < 1.18)] -= 30.0
    image = blend(color, grey, rng)
    for _ in range(max(4, int(length_m * 2))):
        row, column = int(rng.uniform(0, shape[0])), int(rng.uniform(0, shape[1]))
        tall, wide = int(rng.uniform(2, 30)), int(rng.uniform(1, 4))
        image[row : row + tall, column : column + wide] += rng.normal(-10.0, 18.0)
    return to_uint8(image)


def roof_texture(rng: np.random.Generator, size_m: tuple[float, float]) -> NDArray[np.uint8]:
    """Draw one field of the roof: trapezoidal sheet, a beam, a strip of lamps; 4 cm per pixel."""
    shape = (max(8, round(size_m[1] / 0.04)), max(8, round(size_m[0] / 0.04)))
    grey = octaves(rng, shape, 0.04, 4.0, (0.12, 0.3, 0.8))
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x, y = columns * 0.04, rows * 0.04
    grey += 9.0 * np.sign(np.sin(2.0 * math.pi * x / 0.32))
    image = blend((188.0, 190.0, 190.0), grey)
    image[np.abs(y - 0.2) < 0.2] = (120.0, 124.0, 130.0)
    lamp = (np.abs(x - size_m[0] / 2.0) < 0.12) & (np.abs(y - size_m[1] * 0.55) < 0.75)
    image[lamp] = (252.0, 252.0, 246.0)
    return to_uint8(image)


def dock_texture(rng: np.random.Generator, rgb: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Draw a sectional door with windows, a handle and worn panels; 1.5 cm per pixel."""
    width, height = 200, 210
    image = Image.new("RGB", (width, height), rgb)
    draw = ImageDraw.Draw(image)
    for row in range(6):
        y = row * 35
        draw.rectangle((0, y, width, y + 35), fill=_shaded(rng, rgb), outline=(70, 72, 76))
        for k in range(1, 5):
            draw.line((0, y + 7 * k, width, y + 7 * k), fill=tuple(int(0.9 * v) for v in rgb))
    for k in range(3):
        x = 22 + 58 * k
        draw.rectangle((x, 76, x + 40, 100), fill=(40, 52, 66), outline=(24, 24, 26), width=2)
        draw.line((x + 6, 96, x + 22, 80), fill=(150, 168, 186), width=3)
    draw.rectangle((90, 184, 112, 192), fill=(28, 28, 30))
    for x in range(0, width, 20):
        draw.polygon([(x, 209), (x + 10, 209), (x + 16, 203), (x + 6, 203)], fill=(220, 180, 40))
    grey = octaves(rng, (height, width), 0.015, 4.5, (0.05, 0.15, 0.5))
    return to_uint8(np.asarray(image, dtype=np.float32) + grey[..., None])


def _shaded(rng: np.random.Generator, rgb: tuple[int, int, int]) -> tuple[int, ...]:
    change = rng.normal(0.0, 6.0)
    return tuple(int(np.clip(value + change, 0, 255)) for value in rgb)


def hazard_texture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw slanted black and yellow stripes."""
    rows, columns = np.mgrid[0:64, 0:64]
    stripe = ((rows + columns) // 16) % 2 == 0
    image = np.where(stripe[..., None], (224, 184, 40), (30, 30, 32)).astype(np.float32)
    return to_uint8(image + octaves(rng, (64, 64), 0.0125, 4.0, (0.04, 0.1))[..., None])


def upright_texture(rng: np.random.Generator, rgb: Color) -> NDArray[np.uint8]:
    """Draw the punched sheet of a rack upright, 0.8 m of it on 96 pixels."""
    grey = octaves(rng, (96, 96), 0.8 / 96, 4.0, (0.04, 0.1, 0.25))
    rows, columns = np.mgrid[0:96, 0:96]
    grey[(rows % 8 < 4) & (columns % 10 < 3)] -= 46.0
    return to_uint8(blend(rgb, grey))


def roller_texture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the rollers of a conveyor from above, 0.8 m on 96 pixels."""
    rows, _ = np.mgrid[0:96, 0:96]
    phase = (rows % 12) / 12.0
    grey = 60.0 * np.sin(math.pi * phase) - 46.0 * (phase < 0.12)
    grey = grey.astype(np.float32) + octaves(rng, (96, 96), 0.8 / 96, 4.0, (0.04, 0.1))
    return to_uint8(blend((120.0, 124.0, 128.0), grey))


def office_front_texture(
    rng: np.random.Generator, rgb: Color, length_m: float, height_m: float
) -> NDArray[np.uint8]:
    """Draw the outside of a side room: panels in frames, every third one glazed."""
    shape = (round(height_m / _WALL_MPP), max(8, round(length_m / _WALL_MPP)))
    grey = octaves(rng, shape, _WALL_MPP, 5.0)
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    up, x = (shape[0] - rows) * _WALL_MPP, columns * _WALL_MPP
    panel = length_m / max(1, round(length_m / 1.0))
    index = (x / panel).astype(int)
    grey += rng.normal(0.0, 8.0, index.max() + 2).astype(np.float32)[index]
    color = np.broadcast_to(np.asarray(rgb, dtype=np.float32), (*shape, 3)).copy()
    glazed = rng.random(index.max() + 2) < 0.4
    pane = glazed[index] & (up > 1.0) & (up < 2.1)
    color[pane] = (96.0, 118.0, 132.0)
    grey[pane] += (18.0 * np.sin(9.0 * (x + 0.6 * up)))[pane]
    edge = (x % panel < 0.04) | (x % panel > panel - 0.02)
    edge |= glazed[index] & ((np.abs(up - 1.0) < 0.03) | (np.abs(up - 2.1) < 0.03))
    color[edge] = (88.0, 92.0, 98.0)
    color[up < 0.1] = (70.0, 72.0, 76.0)
    return to_uint8(blend(color, grey, rng))
