"""Faces that make a thing what it is: safety signs, notices, a clock, snacks, a charger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

__all__ = ["charger", "clock", "notices", "snacks", "symbol"]


def symbol(rng: np.random.Generator, ground: tuple[int, int, int], kind: str) -> NDArray[np.uint8]:
    """A white symbol on a coloured square."""
    image = Image.new("RGB", (96, 96), ground)
    draw = ImageDraw.Draw(image)
    white = (244, 246, 242)
    draw.rectangle((3, 3, 92, 92), outline=white, width=3)
    if kind == "cross":
        draw.rectangle((38, 16, 58, 80), fill=white)
        draw.rectangle((16, 38, 80, 58), fill=white)
    elif kind == "heart":
        draw.ellipse((18, 24, 50, 56), fill=white)
        draw.ellipse((46, 24, 78, 56), fill=white)
        draw.polygon([(20, 47), (76, 47), (48, 82)], fill=white)
        bolt = [(52, 32), (40, 52), (48, 52), (42, 72), (60, 46), (50, 46)]
        draw.polygon(bolt, fill=ground)
    elif kind == "eye":
        draw.ellipse((14, 34, 82, 72), outline=white, width=6)
        draw.ellipse((38, 42, 58, 64), fill=white)
        for x in (30, 48, 66):
            draw.line((x, 12, x, 28), fill=white, width=5)
    else:
        draw.polygon([(20, 84), (14, 56), (28, 36), (30, 54), (42, 14), (50, 84)], fill=white)
        draw.rounded_rectangle((58, 34, 80, 84), radius=8, fill=white)
        draw.rectangle((64, 22, 74, 34), fill=white)
    return np.asarray(image)


def notices(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Papers with headlines, tables and pictures on cork."""
    image = Image.new("RGB", (240, 156), (168, 122, 78))
    draw = ImageDraw.Draw(image)
    for _ in range(220):
        x, y = rng.uniform(0, 240), rng.uniform(0, 156)
        draw.point((x, y), fill=(130, 90, 54))
    for column in range(5):
        for row in range(2):
            if rng.random() < 0.15:
                continue
            x, y = 8 + 46 * column + rng.uniform(-3, 3), 8 + 74 * row + rng.uniform(-3, 3)
            paper = tuple(int(v) for v in rng.integers(206, 250, 3))
            draw.rectangle((x, y, x + 38, y + 60), fill=paper)
            ink = tuple(int(v) for v in rng.integers(20, 170, 3))
            draw.rectangle((x + 3, y + 3, x + 35, y + 10), fill=ink)
            for line in range(6):
                draw.line(
                    (x + 4, y + 16 + 6 * line, x + rng.uniform(16, 34), y + 16 + 6 * line),
                    fill=(80, 82, 90),
                )
            if rng.random() < 0.4:
                draw.rectangle((x + 8, y + 32, x + 30, y + 54), fill=ink)
            draw.ellipse((x + 17, y - 3, x + 21, y + 1), fill=(200, 30, 30))
    return np.asarray(image)


def clock(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A clock face at some time of the day."""
    image = Image.new("RGB", (96, 96), (40, 42, 46))
    draw = ImageDraw.Draw(image)
    draw.ellipse((4, 4, 91, 91), fill=(238, 238, 232), outline=(20, 20, 22), width=3)
    for k in range(12):
        angle = k * np.pi / 6.0
        a, b = 36, 42
        draw.line(
            (
                48 + a * np.cos(angle),
                48 + a * np.sin(angle),
                48 + b * np.cos(angle),
                48 + b * np.sin(angle),
            ),
            fill=(20, 20, 22),
            width=3,
        )
    for length, width in ((24, 5), (36, 3)):
        angle = rng.uniform(0, 2 * np.pi)
        end = (48 + length * np.cos(angle), 48 + length * np.sin(angle))
        draw.line((48, 48, *end), fill=(20, 20, 22), width=width)
    return np.asarray(image)


def snacks(rng: np.random.Generator, rgb: tuple[int, int, int], word: str) -> NDArray[np.uint8]:
    """Front of a vending machine: a word on top, rows of bags and cans behind glass."""
    image = Image.new("RGB", (128, 250), rgb)
    draw = ImageDraw.Draw(image)
    draw.text((12, 6), word, fill=(246, 246, 240), font=ImageFont.load_default(size=22))
    draw.rectangle((8, 38, 100, 196), fill=(28, 30, 36))
    for row in range(5):
        y = 42 + 31 * row
        for column in range(6):
            x = 11 + 15 * column
            tone = tuple(int(v) for v in rng.integers(50, 250, 3))
            draw.rectangle((x, y + 3, x + 11, y + 24), fill=tone)
            draw.rectangle((x + 2, y + 9, x + 9, y + 14), fill=(240, 236, 220))
        draw.line((8, y + 26, 100, y + 26), fill=(170, 172, 176), width=2)
    draw.rectangle((106, 70, 122, 108), fill=(200, 202, 206))
    return np.asarray(image)


def charger(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Display, lamps and a yellow triangle with a lightning bolt."""
    image = Image.new("RGB", (120, 200), (196, 198, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((3, 3, 116, 196), outline=(90, 92, 96), width=2)
    draw.rectangle((18, 14, 102, 52), fill=(20, 36, 28))
    draw.text(
        (26, 20),
        f"{int(rng.integers(20, 99))} %",
        fill=(90, 240, 120),
        font=ImageFont.load_default(size=24),
    )
    for k, rgb in enumerate(((60, 200, 80), (230, 180, 40), (200, 50, 40))):
        draw.ellipse((22 + 30 * k, 62, 38 + 30 * k, 78), fill=rgb, outline=(30, 30, 30))
    draw.polygon([(60, 92), (106, 172), (14, 172)], fill=(236, 196, 40), outline=(20, 20, 20))
    draw.polygon(
        [(64, 108), (48, 142), (60, 142), (54, 166), (76, 132), (63, 132)], fill=(20, 20, 20)
    )
    return np.asarray(image)
