"""Unique pictures for the walls, and what one sees through a window."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from astra_sim.scenes.textures.noise import octaves, smooth_noise, to_uint8
from astra_sim.scenes.textures.types import Color, Rgb

__all__ = ["PICTURE_KINDS", "picture_texture", "window_texture"]

PICTURE_KINDS = ("landscape", "abstract", "portrait", "geometry", "flowers", "boats")


def picture_texture(
    rng: Generator, kind: str, rgb: Color, size_m: tuple[float, float]
) -> NDArray[np.uint8]:
    """Draw a framed picture whose main colour is given.

    Args:
        rng: Random stream of this picture.
        kind: One of :data:`PICTURE_KINDS`.
        rgb: Main colour, ``(3,)``.
        size_m: Width and height, metres.

    Returns:
        ``(H, W, 3)`` uint8, top row first, 5 mm per pixel.
    """
    width, height = (max(24, round(side / 0.005)) for side in size_m)
    main = (int(rgb[0]), int(rgb[1]), int(rgb[2]))
    image = Image.new("RGB", (width, height), main)
    draw = ImageDraw.Draw(image)
    _PAINTERS[kind](rng, draw, width, height, main)
    pixels = np.asarray(image, dtype=np.float32).copy()
    pixels += octaves(rng, (height, width), 0.005, 7.0, (0.03, 0.08, 0.2))[..., None]
    frame = np.asarray([[30, 28, 26], [150, 112, 60], [208, 204, 196]][int(rng.integers(0, 3))])
    edge = 6
    for border in (np.s_[:edge], np.s_[-edge:], np.s_[:, :edge], np.s_[:, -edge:]):
        pixels[border] = frame
    return to_uint8(pixels)


def window_texture(rng: Generator, size_m: tuple[float, float]) -> NDArray[np.uint8]:
    """Draw a window of two wings: sky with clouds, hills, trees, a house; 1 cm per pixel."""
    width, height = (max(24, round(side / 0.01)) for side in size_m)
    sky = np.linspace(0.0, 1.0, height, dtype=np.float32)[:, None, None]
    pixels = (1 - sky) * np.asarray([120.0, 168.0, 222.0]) + sky * np.asarray([206.0, 222.0, 236.0])
    pixels = np.broadcast_to(pixels, (height, width, 3)).copy()
    clouds = np.clip(smooth_noise(rng, (height, width), (4.0, 3.0)), 0.0, 1.5)
    pixels += 26.0 * clouds[..., None]
    image = Image.fromarray(to_uint8(pixels))
    draw = ImageDraw.Draw(image)
    _hills(rng, draw, width, height, 0.55)
    for _ in range(int(rng.integers(1, 4))):
        _tree(rng, draw, rng.uniform(0, width), height * rng.uniform(0.7, 0.95), height * 0.4)
    if rng.random() < 0.7:
        _house(rng, draw, width, height)
    pixels = np.asarray(image, dtype=np.float32).copy()
    pixels += octaves(rng, (height, width), 0.01, 5.0, (0.05, 0.15))[..., None]
    bar = max(3, round(0.05 / 0.01))
    middle = width // 2
    for border in (np.s_[:bar], np.s_[-bar:], np.s_[:, :bar], np.s_[:, -bar:]):
        pixels[border] = 232.0
    pixels[:, middle - bar // 2 : middle + bar // 2 + 1] = 232.0
    pixels[:, middle] = 120.0
    return to_uint8(pixels)


def _color(rng: Generator) -> Rgb:
    red, green, blue = rng.integers(20, 240, 3).tolist()
    return red, green, blue


def _hills(
    rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, horizon: float
) -> None:
    for layer in range(3):
        base = height * (horizon + 0.14 * layer)
        phase, waves = rng.uniform(0, 6.3), rng.uniform(1.0, 3.0)
        xs = np.linspace(0, width, 24)
        ys = base + height * 0.07 * np.sin(xs / width * 6.3 * waves + phase)
        green = (60 - 14 * layer + int(rng.integers(0, 30)), 126 - 22 * layer, 62 - 8 * layer)
        ridge = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        draw.polygon([(0, height), *ridge, (width, height)], fill=green)


def _tree(rng: Generator, draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    draw.rectangle((x - size * 0.05, y - size * 0.5, x + size * 0.05, y), fill=(84, 58, 38))
    for _ in range(7):
        dx, dy = rng.normal(0, size * 0.14, 2)
        radius = size * rng.uniform(0.12, 0.22)
        green = (int(rng.integers(20, 70)), int(rng.integers(80, 150)), int(rng.integers(20, 60)))
        cx, cy = x + dx, y - size * 0.65 + dy
        draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=green)


def _house(rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int) -> None:
    w, h = width * rng.uniform(0.16, 0.26), height * rng.uniform(0.14, 0.22)
    x, y = rng.uniform(0, width - w), height * rng.uniform(0.55, 0.7)
    draw.rectangle((x, y, x + w, y + h), fill=_color(rng))
    roof = [(x - w * 0.1, y), (x + w / 2, y - h * 0.7), (x + w * 1.1, y)]
    draw.polygon(roof, fill=(int(rng.integers(110, 180)), 60, 46))
    draw.rectangle((x + w * 0.2, y + h * 0.3, x + w * 0.4, y + h * 0.65), fill=(40, 50, 70))


def _landscape(
    rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, main: Rgb
) -> None:
    for row in range(height):
        fade = row / height
        line = tuple(int(value * (1.1 - 0.5 * fade)) for value in main)
        draw.line((0, row, width, row), fill=line)
    radius = height * rng.uniform(0.07, 0.14)
    x, y = rng.uniform(radius, width - radius), height * rng.uniform(0.12, 0.35)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(244, 226, 150))
    _hills(rng, draw, width, height, rng.uniform(0.4, 0.6))
    for _ in range(int(rng.integers(1, 5))):
        _tree(rng, draw, rng.uniform(0, width), height * rng.uniform(0.75, 1.0), height * 0.45)


def _abstract(
    rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, main: Rgb
) -> None:
    for _ in range(int(rng.integers(9, 18))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        radius = rng.uniform(0.04, 0.22) * width
        box = (x - radius, y - radius * rng.uniform(0.4, 1), x + radius, y + radius)
        (draw.ellipse if rng.random() < 0.6 else draw.rectangle)(box, fill=_color(rng))
    for _ in range(6):
        x0, x1 = rng.uniform(0, width, 2)
        y0, y1 = rng.uniform(0, height, 2)
        draw.line((x0, y0, x1, y1), fill=_color(rng), width=int(rng.integers(1, 5)))


def _portrait(
    rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, main: Rgb
) -> None:
    for _ in range(14):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        tone = tuple(int(np.clip(value + rng.normal(0, 22), 0, 255)) for value in main)
        draw.rectangle((x, y, x + width * 0.3, y + height * 0.2), fill=tone)
    cx, cy, r = width / 2, height * 0.42, min(width, height) * 0.2
    draw.ellipse((cx - r * 2, cy + r, cx + r * 2, height * 1.4), fill=_color(rng))
    hair = (int(rng.integers(20, 120)), int(rng.integers(20, 80)), int(rng.integers(10, 50)))
    draw.ellipse((cx - r * 1.15, cy - r * 1.5, cx + r * 1.15, cy + r * 0.8), fill=hair)
    draw.ellipse((cx - r * 0.85, cy - r, cx + r * 0.85, cy + r * 1.25), fill=(222, 178, 146))
    for side in (-1, 1):
        ex = cx + side * r * 0.35
        draw.ellipse((ex - r * 0.1, cy, ex + r * 0.1, cy + r * 0.18), fill=(30, 30, 40))
    draw.line(
        (cx - r * 0.3, cy + r * 0.75, cx + r * 0.3, cy + r * 0.75), fill=(150, 50, 50), width=2
    )


def _geometry(
    rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, main: Rgb
) -> None:
    columns, rows = int(rng.integers(3, 7)), int(rng.integers(3, 6))
    w, h = width / columns, height / rows
    palette = [main, *(_color(rng) for _ in range(3))]
    for i in range(columns):
        for j in range(rows):
            color = palette[int(rng.integers(0, len(palette)))]
            box = (i * w, j * h, (i + 1) * w - 1, (j + 1) * h - 1)
            draw.rectangle(box, fill=palette[int(rng.integers(0, len(palette)))])
            if rng.random() < 0.5:
                draw.pieslice(box, 90.0 * int(rng.integers(0, 4)), 360.0, fill=color)
            else:
                draw.polygon([box[:2], (box[2], box[1]), (box[0], box[3])], fill=color)


def _flowers(rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, main: Rgb) -> None:
    vase = (width * 0.38, height * 0.62, width * 0.62, height * 0.95)
    for _ in range(int(rng.integers(5, 10))):
        x, y = width * rng.uniform(0.15, 0.85), height * rng.uniform(0.1, 0.5)
        draw.line((width / 2, height * 0.66, x, y), fill=(50, 110, 52), width=2)
        color, size = _color(rng), width * rng.uniform(0.04, 0.08)
        for petal in range(6):
            px, py = x + size * np.cos(petal * 1.05), y + size * np.sin(petal * 1.05)
            draw.ellipse(
                (px - size * 0.6, py - size * 0.6, px + size * 0.6, py + size * 0.6), fill=color
            )
        draw.ellipse((x - size / 2, y - size / 2, x + size / 2, y + size / 2), fill=(236, 200, 60))
    draw.ellipse(vase, fill=_color(rng))


def _boats(rng: Generator, draw: ImageDraw.ImageDraw, width: int, height: int, main: Rgb) -> None:
    horizon = height * rng.uniform(0.35, 0.55)
    draw.rectangle((0, horizon, width, height), fill=(40, 92, 140))
    for _ in range(26):
        x, y = rng.uniform(0, width), rng.uniform(horizon, height)
        draw.line((x, y, x + width * 0.08, y), fill=(120, 170, 204), width=1)
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(width * 0.1, width * 0.8), rng.uniform(horizon + 6, height * 0.85)
        size = height * rng.uniform(0.14, 0.26)
        hull = [
            (x - size, y),
            (x + size, y),
            (x + size * 0.7, y + size * 0.4),
            (x - size * 0.7, y + size * 0.4),
        ]
        draw.polygon(hull, fill=_color(rng))
        draw.polygon(
            [(x, y - size * 1.6), (x + size * 0.8, y - 3), (x, y - 3)], fill=(240, 236, 224)
        )
        draw.polygon(
            [(x - 3, y - size * 1.4), (x - size * 0.6, y - 3), (x - 3, y - 3)], fill=_color(rng)
        )


_PAINTERS = {
    "landscape": _landscape,
    "abstract": _abstract,
    "portrait": _portrait,
    "geometry": _geometry,
    "flowers": _flowers,
    "boats": _boats,
}
