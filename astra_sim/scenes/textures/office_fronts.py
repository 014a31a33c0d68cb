"""Faces that make a thing of an office what it is: lift doors, rows of drinks, server units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_sim.scenes.textures.noise import octaves, to_uint8

__all__ = [
    "binders",
    "booth_door",
    "canvas",
    "lift_doors",
    "logo",
    "pictogram",
    "random_color",
    "server_front",
    "stair_flight",
    "vending_front",
]


def canvas(
    width: int, height: int, color: tuple[int, int, int]
) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Return an image of one colour and what draws on it."""
    image = Image.new("RGB", (width, height), color)
    return image, ImageDraw.Draw(image)


def random_color(rng: np.random.Generator, low: int = 30, high: int = 235) -> tuple[int, int, int]:
    """Return any RGB between two levels."""
    red, green, blue = rng.integers(low, high, 3).tolist()
    return red, green, blue


def lift_doors(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Two leaves of brushed steel with a seam and dim reflections."""
    shape = (168, 88)
    grey = octaves(rng, shape, 0.0125, 5.0, (0.03, 0.1, 0.4), stretch=0.2)
    image = np.asarray((168, 172, 178), dtype=np.float32) + grey[..., None]
    for edge in (43, 44):
        image[:, edge] = 40.0
    for x in (10, 32, 56, 78):
        image[:, x - 1 : x + 1] -= 26.0
    return to_uint8(image)


def stair_flight(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A flight of stairs that goes on upwards, seen from its foot, with a rail."""
    image, draw = canvas(96, 128, (196, 194, 186))
    bottom, left, right = 127.0, 4.0, 92.0
    for step in range(9):
        rise, tread = 9.5 - 0.45 * step, 4.2 - 0.2 * step
        inset = 1.6
        tone = 128 - 4 * step + int(rng.integers(-6, 7))
        draw.rectangle((left, bottom - rise, right, bottom), fill=(tone, tone - 4, tone - 10))
        bottom -= rise
        top = [
            (left, bottom),
            (right, bottom),
            (right - inset, bottom - tread),
            (left + inset, bottom - tread),
        ]
        draw.polygon(top, fill=(206 - 6 * step, 202 - 6 * step, 190 - 6 * step))
        draw.line((left, bottom, right, bottom), fill=(60, 60, 58))
        bottom -= tread
        left, right = left + inset, right - inset
    draw.rectangle((left, 4, right, bottom), fill=(226, 222, 204))
    for x0, x1 in ((3.0, left), (93.0, right)):
        draw.line((x0, 96, x1, max(8.0, bottom - 20)), fill=(150, 40, 36), width=3)
    return np.asarray(image)


def server_front(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Units in a rack: slots, lights in green, orange and blue, cables."""
    image, draw = canvas(72, 224, (26, 28, 32))
    y = 6
    while y < 214:
        high = int(rng.choice([8, 8, 14, 20]))
        tone = int(rng.integers(40, 92))
        draw.rectangle((5, y, 66, y + high - 2), fill=(tone, tone + 2, tone + 6))
        for x in range(9, 44, 5):
            draw.line((x, y + 2, x, y + high - 4), fill=(16, 16, 20), width=2)
        for x in range(48, 64, 4):
            lit = ((60, 220, 90), (240, 160, 40), (70, 150, 250), (20, 40, 30))
            draw.rectangle((x, y + 2, x + 2, y + 4), fill=lit[int(rng.integers(0, 4))])
        y += high
    for _ in range(5):
        x0, x1 = rng.uniform(6, 66, 2)
        y0 = rng.uniform(10, 180)
        line = (x0, y0, (x0 + x1) / 2 + 6, y0 + 18, x1, y0 + 34)
        draw.line(line, fill=random_color(rng, 60, 240), width=2)
    return np.asarray(image)


def vending_front(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Rows of bottles, cans and bags behind glass, a key pad and a flap."""
    image, draw = canvas(96, 176, random_color(rng, 30, 200))
    draw.rectangle((6, 8, 68, 140), fill=(236, 240, 236), outline=(20, 20, 22), width=2)
    for row in range(6):
        y = 28 + row * 22
        for column in range(7):
            x = 9 + column * 8.4
            tall = rng.uniform(10, 17)
            draw.rectangle((x, y - tall, x + 6, y), fill=random_color(rng))
            draw.rectangle((x + 1, y - 0.6 * tall, x + 5, y - 0.4 * tall), fill=(240, 240, 240))
        draw.line((7, y + 1, 67, y + 1), fill=(120, 124, 128), width=2)
    draw.rectangle((74, 30, 90, 84), fill=(40, 42, 46))
    for row in range(4):
        for column in range(3):
            x, y = 76 + column * 5, 46 + row * 8
            draw.rectangle((x, y, x + 3, y + 5), fill=(200, 202, 206))
    draw.rectangle((76, 34, 88, 41), fill=(80, 220, 130))
    draw.rectangle((12, 148, 62, 166), fill=(24, 24, 26))
    return np.asarray(image)


def binders(rng: np.random.Generator, width_m: float, height_m: float) -> NDArray[np.uint8]:
    """Backs of office binders in a few colours, each with a label and a hole; 5 mm per pixel."""
    width, height = max(16, round(width_m / 0.005)), max(16, round(height_m / 0.005))
    image, draw = canvas(width, height, (40, 36, 32))
    family = [random_color(rng, 30, 200) for _ in range(3)]
    x = 1.0
    while x < width - 6:
        thick = float(rng.choice([9, 15, 15]))
        if rng.random() < 0.08:
            x += thick
            continue
        color = family[int(rng.integers(0, 3))]
        top = height * rng.uniform(0.06, 0.1)
        draw.rectangle((x, top, x + thick - 1, height), fill=color, outline=(20, 20, 20))
        draw.rectangle((x + 2, top + 6, x + thick - 3, top + 0.45 * height), fill=(236, 234, 226))
        draw.line((x + 4, top + 10, x + thick - 5, top + 10), fill=(60, 60, 66), width=2)
        middle, low = x + thick / 2.0, height * 0.8
        draw.ellipse((middle - 2, low - 2, middle + 2, low + 2), fill=(20, 20, 22))
        x += thick
    return np.asarray(image)


def booth_door(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Glass door of a telephone booth: a lamp, a stool and a shelf inside, a frame around."""
    image, draw = canvas(72, 168, (30, 32, 36))
    felt = random_color(rng, 60, 190)
    draw.rectangle((6, 6, 65, 161), fill=felt)
    for x in range(6, 66, 6):
        draw.line((x, 6, x, 110), fill=tuple(int(0.85 * value) for value in felt))
    draw.rectangle((6, 6, 65, 12), fill=(252, 244, 210))
    draw.rectangle((12, 84, 58, 90), fill=(206, 180, 140))
    draw.ellipse((24, 110, 48, 120), fill=(40, 40, 44))
    draw.line((36, 120, 36, 156), fill=(60, 60, 64), width=3)
    draw.line((62, 74, 62, 104), fill=(214, 216, 220), width=3)
    draw.polygon(
        [(14, 160), (26, 160), (60, 8), (50, 8)], fill=tuple(min(255, v + 26) for v in felt)
    )
    return np.asarray(image)


def logo(rng: np.random.Generator, name: str) -> NDArray[np.uint8]:
    """The emblem and name of the firm, as on the front of a reception desk."""
    ground, mark = random_color(rng, 20, 110), random_color(rng, 120, 250)
    image, draw = canvas(192, 72, ground)
    kind = int(rng.integers(0, 3))
    if kind == 0:
        draw.ellipse((10, 12, 58, 60), fill=mark)
        draw.ellipse((24, 26, 44, 46), fill=ground)
    elif kind == 1:
        draw.polygon([(10, 60), (34, 12), (58, 60)], fill=mark)
    else:
        for k in range(3):
            draw.rectangle((12 + 16 * k, 48 - 16 * k, 24 + 16 * k, 60), fill=mark)
    draw.text((70, 20), name, fill=(244, 244, 240), font=ImageFont.load_default(size=28))
    return np.asarray(image)


def pictogram(
    rng: np.random.Generator, what: str, ground: tuple[int, int, int], word: str = ""
) -> NDArray[np.uint8]:
    """A cross, a heart with a flash or three arrows, white on a colour, with a word below."""
    image, draw = canvas(72, 72, ground)
    ink = (246, 246, 244)
    if what == "cross":
        draw.rectangle((28, 8, 44, 52), fill=ink)
        draw.rectangle((14, 22, 58, 38), fill=ink)
    elif what == "heart":
        draw.ellipse((12, 8, 38, 34), fill=ink)
        draw.ellipse((34, 8, 60, 34), fill=ink)
        draw.polygon([(13, 26), (59, 26), (36, 54)], fill=ink)
        draw.line((40, 14, 30, 30, 40, 30, 32, 46), fill=ground, width=4)
    else:
        for k in range(3):
            angle = k * 2.0944 + 0.3
            x, y = 36 + 16 * np.cos(angle), 30 + 16 * np.sin(angle)
            side = [
                (x + 13 * np.cos(angle + t), y + 13 * np.sin(angle + t)) for t in (0.6, 2.7, 4.8)
            ]
            draw.polygon(side, fill=ink)
    if word:
        font = ImageFont.load_default(size=15)
        left, _, right, _ = draw.textbbox((0, 0), word, font=font)
        draw.text(((72 - right + left) / 2, 53), word, fill=ink, font=font)
    return np.asarray(image)
