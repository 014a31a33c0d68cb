"""Plates with letters of a given height and size: aisle signs, bay labels, dock numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_sim.scenes.textures.face import built_in_face

__all__ = ["plate_size_m", "plate_texture", "plates_texture"]

_LETTER_PX = 36
_MARGIN = 0.42


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Return the built-in face with capitals :data:`_LETTER_PX` high."""
    size = _LETTER_PX
    while True:
        font = built_in_face(size)
        _, top, _, bottom = font.getbbox("H")
        # The stroke adds a pixel on either side.
        if bottom - top >= _LETTER_PX - 2:
            return font
        size += 1


def plate_size_m(text: str, letter_m: float) -> tuple[float, float]:
    """Return width and height of the plate that a text needs, metres."""
    left, _, right, _ = _font().getbbox(text)
    scale = letter_m / _LETTER_PX
    width = (right - left + 2) * scale + 2.0 * _MARGIN * letter_m
    return round(width, 3), round(letter_m * (1.0 + 2.0 * _MARGIN), 3)


def plate_texture(
    rng: np.random.Generator,
    text: str,
    size_m: tuple[float, float],
    letter_m: float,
    ground: tuple[int, int, int],
    ink: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Draw one line of bold capitals of a given height in the middle of a plate.

    Args:
        rng: Not used: a sign says what it says.
        text: What it says.
        size_m: Width and height of the plate, metres.
        letter_m: Height of the capitals, metres.
        ground: RGB of the plate.
        ink: RGB of the letters and the frame.

    Returns:
        ``(H, W, 3)`` uint8, top row first, 36 pixels per letter height.
    """
    width, height = (round(side / letter_m * _LETTER_PX) for side in size_m)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, width - 3, height - 3), outline=ink, width=2)
    font = _font()
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    place = ((width - right - left) / 2.0, (height - bottom - top) / 2.0)
    # The built-in face is light; signs are bold.
    draw.text(place, text, fill=ink, font=font, stroke_width=1, stroke_fill=ink)
    return np.asarray(image)


def plates_texture(
    rng: np.random.Generator,
    texts: Sequence[str],
    size_m: tuple[float, float],
    letter_m: float,
    ground: tuple[int, int, int],
    ink: tuple[int, int, int],
) -> NDArray[np.uint8]:
    """Draw equal plates on each other, the first one at the bottom: one image per aisle."""
    plates = [plate_texture(rng, text, size_m, letter_m, ground, ink) for text in texts]
    return np.concatenate(plates[::-1])
