"""Smooth random structure at given wavelengths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from astra_sim.scenes.textures.types import Color

__all__ = ["OCTAVES_M", "blend", "octaves", "smooth_noise", "to_uint8"]

#: Wavelengths that keep SIFT matching alive from 0.3 m to 8 m distance.
OCTAVES_M = (0.04, 0.10, 0.25, 0.75)


def smooth_noise(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[float, float]
) -> NDArray[np.float32]:
    """Return ``(H, W)`` noise of unit deviation that varies over about H / cells pixels.

    Args:
        rng: Random stream.
        shape: (H, W) in pixels.
        cells: How many independent values lie along the height and the width.
    """
    grid = rng.standard_normal((int(np.ceil(cells[0])) + 2, int(np.ceil(cells[1])) + 2))
    image = Image.fromarray(grid.astype(np.float32))
    # Random phase: otherwise all octaves have their nodes in the same places.
    x0, y0 = rng.uniform(0.0, 1.0, 2)
    box = (x0, y0, x0 + max(cells[1], 0.5), y0 + max(cells[0], 0.5))
    field = np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BICUBIC, box=box))
    return field * np.float32(1.25)


def octaves(
    rng: np.random.Generator,
    shape: tuple[int, int],
    meters_per_pixel: float,
    level: float = 6.0,
    scales_m: Sequence[float] = OCTAVES_M,
    stretch: float = 1.0,
) -> NDArray[np.float32]:
    """Return ``(H, W)`` noise in grey levels: a sum over wavelengths of deviation ``level`` each.

    Args:
        rng: Random stream.
        shape: (H, W) in pixels.
        meters_per_pixel: Size of a pixel on the surface.
        level: Grey levels per octave.
        scales_m: Wavelengths, metres.
        stretch: How much longer the structure is along the width (wood grain, brushed metal).
    """
    total = np.zeros(shape, dtype=np.float32)
    for scale in scales_m:
        rows = shape[0] * meters_per_pixel / scale
        columns = shape[1] * meters_per_pixel / (scale * stretch)
        total += level * smooth_noise(rng, shape, (rows, columns))
    return total


def blend(
    color: Color,
    grey: NDArray[np.float32],
    rng: np.random.Generator | None = None,
) -> NDArray[np.float32]:
    """Return ``(H, W, 3)``: a colour modulated by grey levels, stronger on bright colours.

    Args:
        color: RGB 0 to 255, ``(3,)`` or ``(H, W, 3)``.
        grey: Grey levels to add, ``(H, W)``.
        rng: Where given, a slow drift of hue is added.
    """
    base = np.broadcast_to(np.asarray(color, dtype=np.float32), (*grey.shape, 3))
    image = base + grey[..., None] * (0.55 + 0.45 * base / 200.0)
    if rng is not None:
        for channel in range(3):
            image[..., channel] += 3.0 * smooth_noise(rng, grey.shape, (3.0, 3.0))
    return image


def to_uint8(image: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Round and clip to bytes."""
    levels: NDArray[np.uint8] = np.clip(np.rint(image), 0, 255).astype(np.uint8)
    return levels
