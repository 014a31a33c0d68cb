"""Plates with letters of a given height: signs of public buildings."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_sim.scenes.textures.face import built_in_face

__all__ = ["letter_plate", "plate_size_m"]

_MPP = 0.0025
#: Free border, gap between lines and width of the strokes, in letter heights.
_BORDER, _GAP, _STROKE = 0.55, 0.6, 0.09


def plate_size_m(lines: tuple[str, ...], letter_m: float) -> tuple[float, float]:
    """Return width and height of the plate that lines of a letter height need, metres."""
    font, stroke = _font(letter_m)
    widths = [font.getbbox(line, stroke_width=stroke) for line in lines]
    text_m = max(right - left for left, _, right, _ in widths) * _MPP
    high = len(lines) * letter_m + (len(lines) - 1) * _GAP * letter_m
    return round(text_m + 2.0 * _BORDER * letter_m, 3), round(high + 2.0 * _BORDER * letter_m, 3)


def letter_plate(
    rng: np.random.Generator,
    lines: tuple[str, ...],
    letter_m: float,
    ground: tuple[int, int, int],
    ink: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Draw a plate whose capital letters have exactly a given height.

    Args:
        rng: Not used: a sign says what it says.
        lines: What it says, capital letters and digits.
        letter_m: Height of a capital letter, metres.
        ground: RGB of the plate.
        ink: RGB of the letters and the frame.

    Returns:
        ``(H, W, 3)`` uint8, top row first, 2.5 mm per pixel, of :func:`plate_size_m`.
    """
    width, height = (round(side / _MPP) for side in plate_size_m(lines, letter_m))
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((1, 1, width - 2, height - 2), outline=ink)
    font, stroke = _font(letter_m)
    letter = letter_m / _MPP
    for number, line in enumerate(lines):
        left, top, right, _ = draw.textbbox((0, 0), line, font=font, stroke_width=stroke)
        x = (width - right + left) / 2.0 - left
        y = _BORDER * letter + number * (1.0 + _GAP) * letter - top
        draw.text((x, y), line, fill=ink, font=font, stroke_width=stroke, stroke_fill=ink)
    return np.asarray(image)


@cache
def _font(letter_m: float) -> tuple[ImageFont.FreeTypeFont, int]:
    """Return the built-in face at the size that makes an H that high, and a bold stroke."""
    stroke = max(0, round(_STROKE * letter_m / _MPP / 2.0))
    wanted = letter_m / _MPP
    size = 6
    while True:
        font = built_in_face(size + 1)
        _, top, _, bottom = font.getbbox("H", stroke_width=stroke)
        if bottom - top > wanted:
            return built_in_face(size), stroke
        size += 1
