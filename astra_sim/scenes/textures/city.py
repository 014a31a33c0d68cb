"""What one sees through the window of an office: sky, towers with lit windows, trees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from astra_sim.scenes.textures.noise import octaves, smooth_noise, to_uint8

__all__ = ["city_texture"]

_MPP = 0.0125


def city_texture(rng: np.random.Generator, size_m: tuple[float, float]) -> NDArray[np.uint8]:
    """Draw a window with a view over a town.

    Args:
        rng: Random stream of this window.
        size_m: Width and height, metres.

    Returns:
        ``(H, W, 3)`` uint8, top row first, 1.25 cm per pixel.
    """
    width, height = (max(24, round(side / _MPP)) for side in size_m)
    sky = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None, None]
    pixels = (1 - sky) * np.asarray([128.0, 172.0, 220.0]) + sky * np.asarray([214.0, 222.0, 228.0])
    pixels = np.broadcast_to(pixels, (height, width, 3)).copy()
    pixels += 22.0 * np.clip(smooth_noise(rng, (height, width), (4.0, 3.0)), 0.0, 1.5)[..., None]
    image = Image.fromarray(to_uint8(pixels))
    draw = ImageDraw.Draw(image)
    for layer in range(2):
        x = -float(rng.uniform(0, 20))
        while x < width:
            wide, top = rng.uniform(12, 34), height * rng.uniform(0.12 + 0.2 * layer, 0.7)
            _tower(rng, draw, x, top, wide, height, 70 - 20 * layer)
            x += wide * rng.uniform(0.8, 1.3)
    for _ in range(int(width / 9)):
        x, r = rng.uniform(0, width), rng.uniform(4, 9)
        y = height - rng.uniform(0, 9)
        green = (int(rng.integers(30, 70)), int(rng.integers(90, 140)), int(rng.integers(30, 60)))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=green)
    pixels = np.asarray(image, dtype=np.float32).copy()
    pixels += octaves(rng, (height, width), _MPP, 4.0, (0.05, 0.15))[..., None]
    frame = rng.choice([232.0, 70.0, 130.0])
    for border in (np.s_[:4], np.s_[-4:], np.s_[:, :4], np.s_[:, -4:]):
        pixels[border] = frame
    if rng.random() < 0.6:
        middle = int(width * rng.choice([0.33, 0.5, 0.67]))
        pixels[:, middle - 2 : middle + 3] = frame
    return to_uint8(pixels)


def _tower(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    x: float,
    top: float,
    wide: float,
    height: int,
    haze: int,
) -> None:
    # Stone, concrete and glass: grey with a hint of a colour.
    tone = rng.integers(70, 170) + rng.integers(-14, 15, 3) + haze // 2
    draw.rectangle((x, top, x + wide, height), fill=tuple(int(value) for value in tone))
    light = tuple(int(min(255, value + 50)) for value in tone)
    dark = tuple(int(0.6 * value) for value in tone)
    for row in np.arange(top + 3, height, 5.0):
        for column in np.arange(x + 2, x + wide - 3, 4.5):
            fill = light if rng.random() < 0.5 else dark
            draw.rectangle((column, row, column + 2, row + 2), fill=fill)
