"""What carpets, mats, wet floors and their warning signs look like."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.textures.noise import blend, octaves, smooth_noise, to_uint8
from astra_sim.scenes.textures.types import Color
from astra_sim.scenes.types import Part, Scene, SceneObject

__all__ = ["carpet_texture", "wet_texture"]

_CARPET_MPP, _WET_MPP = 0.0125, 0.02
#: Water fills the pores that scatter light: wet floors are darker, and shine where light falls.
_WET_SHADE, _SHINE = 0.62, 34.0


def carpet_texture(
    rng: np.random.Generator, rgb: Color, border: Color, size_m: tuple[float, float]
) -> NDArray[np.uint8]:
    """Draw a carpet: plain pile, stripes across, diamonds or medallions, and a border.

    Args:
        rng: Random stream of this carpet.
        rgb: Its main colour, ``(3,)``, 0 to 255.
        border: Colour of border and pattern.
        size_m: Length and width, metres.

    Returns:
        ``(H, W, 3)`` uint8, H along the width, 1.25 cm per pixel.
    """
    mpp = _CARPET_MPP
    shape = (max(8, round(size_m[1] / mpp)), max(8, round(size_m[0] / mpp)))
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    y, x = (rows + 0.5) * mpp, (columns + 0.5) * mpp
    edge = np.minimum(np.minimum(x, size_m[0] - x), np.minimum(y, size_m[1] - y))
    style, pitch = int(rng.integers(0, 4)), float(rng.uniform(0.22, 0.4))
    if style == 1:
        pattern = (x / pitch) % 1.0 < 0.3
    elif style == 2:
        pattern = np.abs(x % pitch - pitch / 2.0) + np.abs(y % pitch - pitch / 2.0) < 0.28 * pitch
    elif style == 3:
        ring = np.hypot(x - size_m[0] / 2.0, y - size_m[1] / 2.0)
        pattern = (ring / pitch) % 1.0 < 0.35
    else:
        pattern = np.zeros(shape, dtype=bool)
    pattern = (pattern & (edge > 0.16)) | ((edge > 0.05) & (edge < 0.11))
    color = np.where(pattern[..., None], np.asarray(border), np.asarray(rgb)).astype(np.float32)
    grey = octaves(rng, shape, mpp, 5.0, (0.03, 0.08, 0.3))
    return to_uint8(blend(color, grey, rng))


def wet_texture(
    rng: np.random.Generator, scene: Scene, center_m: tuple[float, float], side_m: tuple[float, ...]
) -> NDArray[np.uint8]:
    """Draw the floor of a scene as it looks under a film of water.

    Args:
        rng: Random stream of this place.
        scene: Whose floor it is.
        center_m: Middle of the place, in ``map``.
        side_m: Extents along x and y of ``map``.

    Returns:
        ``(H, W, 3)`` uint8, top row first, 2 cm per pixel, x to the right and y up.
    """
    shape = (max(8, round(side_m[1] / _WET_MPP)), max(8, round(side_m[0] / _WET_MPP)))
    u, v = np.meshgrid(
        (np.arange(shape[1]) + 0.5) / shape[1] - 0.5, 0.5 - (np.arange(shape[0]) + 0.5) / shape[0]
    )
    floor = _floor_at(scene, center_m[0] + u * side_m[0], center_m[1] + v * side_m[1])
    # Reflections of lamps and windows, stretched and soft.
    cells = (max(1.0, side_m[1] / 0.5), max(1.0, side_m[0] / 0.5))
    shine = _SHINE * np.clip(smooth_noise(rng, shape, cells), 0.0, 2.0)
    return to_uint8(_WET_SHADE * floor + shine[..., None])


def _floor_at(scene: Scene, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the colour ``(H, W, 3)`` of the floor at points in ``map``."""
    colors = np.full((*x.shape, 3), 128.0)
    for obj in scene.objects:
        if obj.kind == "floor":
            for part in obj.parts:
                _look_up(colors, scene.textures[part.texture], obj, part, x, y)
    return colors


def _look_up(
    colors: NDArray[np.float64],
    image: NDArray[np.uint8],
    obj: SceneObject,
    part: Part,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
) -> None:
    """Fill in the points that lie on one slab, whose picture is shown once on its top."""
    cos, sin = math.cos(obj.pose[2]), math.sin(obj.pose[2])
    dx, dy = x - obj.pose[0], y - obj.pose[1]
    u = (cos * dx + sin * dy - part.position_m[0]) / part.size_m[0] + 0.5
    v = (cos * dy - sin * dx - part.position_m[1]) / part.size_m[1] + 0.5
    on = (u >= 0.0) & (u < 1.0) & (v >= 0.0) & (v < 1.0)
    height, width = image.shape[:2]
    u0, v0, u1, v1 = part.uv
    columns = np.clip(((u0 + u * (u1 - u0)) * width).astype(int), 0, width - 1)
    rows = np.clip(((1.0 - v0 - v * (v1 - v0)) * height).astype(int), 0, height - 1)
    colors[on] = image[rows[on], columns[on]]
