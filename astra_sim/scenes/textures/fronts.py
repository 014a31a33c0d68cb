"""Faces that make a thing what it is: rows of books, an oven door, a hob, a screen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_sim.scenes.textures.noise import octaves, to_uint8

__all__ = [
    "books",
    "desktop_screen",
    "drum_door",
    "hob",
    "keyboard",
    "label",
    "mirror",
    "oven",
    "piano_keys",
    "tv_screen",
]


def books(rng: np.random.Generator, width_m: float, height_m: float) -> NDArray[np.uint8]:
    """Backs of books of all colours, some leaning, some missing; 5 mm per pixel."""
    width, height = max(16, round(width_m / 0.005)), max(16, round(height_m / 0.005))
    image = Image.new("RGB", (width, height), (34, 27, 22))
    draw = ImageDraw.Draw(image)
    x = 1.0
    while x < width - 4:
        thick = rng.uniform(4, 11)
        top = height * rng.uniform(0.06, 0.34)
        if rng.random() < 0.06:
            x += rng.uniform(6, 16)
            continue
        color = tuple(int(value) for value in rng.integers(30, 235, 3))
        lean = rng.uniform(-4, 4) if rng.random() < 0.1 else 0.0
        draw.polygon(
            [(x, height), (x + thick, height), (x + thick + lean, top), (x + lean, top)], fill=color
        )
        light = tuple(min(255, value + 70) for value in color)
        for band in rng.uniform(0.3, 0.95, 2):
            row = top + (height - top) * band
            draw.line((x + 1, row, x + thick - 1, row), fill=light, width=2)
        draw.line((x, top, x, height), fill=(20, 18, 16))
        x += thick + 0.5
    pixels = np.asarray(image, dtype=np.float32)
    return to_uint8(pixels + octaves(rng, (height, width), 0.005, 5.0, (0.03, 0.1))[..., None])


def _plain(
    width: int, height: int, color: tuple[int, int, int]
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (width, height), color)
    return image, ImageDraw.Draw(image)


def oven(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Oven door: knobs above, dark window below, a tray inside."""
    image, draw = _plain(96, 112, (62, 64, 68))
    draw.rectangle((0, 0, 95, 22), fill=(172, 174, 178))
    for i in range(5):
        x = 12 + i * 18
        draw.ellipse((x - 5, 6, x + 5, 16), fill=(28, 28, 30))
        draw.line((x, 11, x + float(rng.uniform(-4, 4)), 7), fill=(230, 230, 230))
    draw.rectangle((10, 40, 85, 98), fill=(22, 20, 22), outline=(120, 122, 126), width=2)
    draw.line((16, 72, 80, 72), fill=(120, 92, 60), width=2)
    draw.rectangle((30, 60, 66, 71), fill=(150, 96, 44))
    draw.rectangle((10, 28, 85, 33), fill=(206, 208, 212))
    return np.asarray(image)


def hob(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Glass hob with four rings, one hot."""
    image, draw = _plain(96, 96, (26, 26, 30))
    hot = int(rng.integers(0, 4))
    for i, (x, y, r) in enumerate([(28, 28, 17), (68, 28, 13), (28, 68, 13), (68, 68, 17)]):
        draw.ellipse((x - r, y - r, x + r, y + r), outline=(186, 186, 190), width=2)
        draw.ellipse((x - r // 2, y - r // 2, x + r // 2, y + r // 2), outline=(120, 120, 124))
        if i == hot:
            draw.ellipse((x - r + 3, y - r + 3, x + r - 3, y + r - 3), fill=(176, 52, 30))
    return np.asarray(image)


def drum_door(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Round door of a washing machine with laundry behind the glass."""
    image, draw = _plain(96, 96, (198, 200, 204))
    draw.ellipse((4, 4, 91, 91), fill=(150, 154, 160), outline=(84, 86, 92), width=4)
    draw.ellipse((16, 16, 79, 79), fill=(38, 44, 58))
    for _ in range(9):
        x, y = rng.uniform(28, 66), rng.uniform(40, 68)
        color = tuple(int(value) for value in rng.integers(60, 230, 3))
        draw.ellipse((x - 10, y - 6, x + 10, y + 6), fill=color)
    draw.arc((20, 20, 75, 75), 200, 280, fill=(214, 226, 240), width=3)
    return np.asarray(image)


def tv_screen(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A television programme in a black bezel."""
    image, draw = _bezel(rng)
    for _ in range(10):
        x, y, r = rng.uniform(6, 150), rng.uniform(6, 84), rng.uniform(4, 24)
        color = tuple(int(value) for value in rng.integers(20, 200, 3))
        draw.ellipse((max(5, x - r), max(5, y - r), min(154, x + r), min(86, y + r)), fill=color)
    draw.rectangle((5, 70, 154, 82), fill=(150, 26, 30))
    draw.text((12, 70), "NEWS", fill=(250, 250, 250), font=ImageFont.load_default(size=11))
    return np.asarray(image)


def desktop_screen(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Windows with text on a computer screen, in a black bezel."""
    image, draw = _bezel(rng)
    for _ in range(3):
        x, y = rng.uniform(8, 80), rng.uniform(8, 40)
        draw.rectangle((x, y, x + 66, y + 40), fill=(232, 234, 238), outline=(70, 90, 150))
        draw.rectangle((x, y, x + 66, y + 6), fill=(70, 100, 170))
        for line in range(5):
            length = rng.uniform(16, 56)
            row = y + 11 + line * 6
            draw.line((x + 5, row, x + 5 + length, row), fill=(96, 98, 108), width=2)
    return np.asarray(image)


def _bezel(rng: np.random.Generator) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image, draw = _plain(160, 92, (14, 14, 16))
    draw.rectangle((5, 5, 154, 86), fill=tuple(int(value) for value in rng.integers(30, 110, 3)))
    return image, draw


def keyboard(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Keys of a computer keyboard."""
    image, draw = _plain(96, 32, (40, 42, 46))
    for row in range(4):
        for column in range(15):
            x, y = 2 + column * 6 + row, 2 + row * 7
            draw.rectangle((x, y, x + 4, y + 5), fill=(206 - int(rng.integers(0, 60)),) * 3)
    return np.asarray(image)


def mirror(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A looking glass: pale blue, streaks of light, a dim room behind."""
    image, draw = _plain(64, 96, (168, 184, 194))
    draw.rectangle((0, 62, 63, 95), fill=(150, 140, 128))
    for _ in range(4):
        x, y, r = rng.uniform(4, 56), rng.uniform(36, 72), rng.uniform(4, 10)
        tone = tuple(int(value) for value in rng.integers(110, 190, 3))
        draw.rectangle((x - r, y - r, x + r, y + 2 * r), fill=tone)
    for offset in rng.uniform(-20, 60, 3):
        line = [(offset, 96), (offset + 8, 96), (offset + 56, 0), (offset + 48, 0)]
        draw.polygon(line, fill=(206, 220, 228))
    return np.asarray(image)


def piano_keys(rng: np.random.Generator) -> NDArray[np.uint8]:
    """White keys with the black ones in groups of two and three."""
    image, draw = _plain(208, 32, (236, 232, 220))
    for key in range(52):
        draw.line((key * 4, 0, key * 4, 31), fill=(96, 92, 88))
        if key % 7 not in (2, 6):
            draw.rectangle((key * 4 + 3, 0, key * 4 + 5, 19), fill=(18, 18, 20))
    return np.asarray(image)


def label(
    rng: np.random.Generator, text: str, ground: tuple[int, int, int], ink: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """A front with a word near its top, for example a bin or a box."""
    image, draw = _plain(96, 96, ground)
    font = ImageFont.load_default(size=20)
    left, _, right, _ = draw.textbbox((0, 0), text, font=font)
    draw.rectangle((6, 26, 89, 60), fill=ink)
    draw.text(((96 - right + left) / 2, 32), text, fill=ground, font=font)
    return np.asarray(image)
