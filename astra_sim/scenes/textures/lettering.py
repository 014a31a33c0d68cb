"""Signs with letters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_sim.scenes.textures.face import built_in_face

__all__ = ["sign_texture"]


def sign_texture(
    rng: np.random.Generator,
    text: str,
    size_m: tuple[float, float],
    ground: tuple[int, int, int],
    ink: tuple[int, int, int],
    meters_per_pixel: float = 0.0025,
) -> NDArray[np.uint8]:
    """Draw a plate with one or two lines of text as large as fits, and a thin frame.

    Args:
        rng: Not used: a sign says what it says.
        text: What it says.
        size_m: Width and height of the plate, metres.
        ground: RGB of the plate.
        ink: RGB of the letters and the frame.
        meters_per_pixel: Resolution.

    Returns:
        ``(H, W, 3)`` uint8, top row first.
    """
    width, height = (max(8, round(side / meters_per_pixel)) for side in size_m)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, width - 3, height - 3), outline=ink, width=2)
    lines, font = _largest(draw, text, width - 16, height - 14)
    pitch = height / len(lines)
    for number, line in enumerate(lines):
        # A stroke makes the built-in light face as bold as real door signs.
        stroke = 1 if font.size > 14 else 0
        left, top, right, bottom = draw.textbbox((0, 0), line, font=font)
        x = (width - right + left) / 2.0 - left
        middle = height / 2.0 + (number - (len(lines) - 1) / 2.0) * 0.86 * pitch
        y = middle - (bottom + top) / 2.0
        draw.text((x, y), line, fill=ink, font=font, stroke_width=stroke, stroke_fill=ink)
    return np.asarray(image)


def _largest(
    draw: ImageDraw.ImageDraw, text: str, width: int, height: int
) -> tuple[list[str], ImageFont.FreeTypeFont]:
    """Break a text into one or two lines, whichever gives the larger letters."""
    best, best_size = [text], 0
    for lines in ([text], text.split(" ")):
        for size in range(height, best_size, -1):
            font = built_in_face(size)
            boxes = [draw.textbbox((0, 0), line, font=font) for line in lines]
            wide = max(box[2] - box[0] for box in boxes)
            high = sum(box[3] - box[1] for box in boxes) * (1.3 if len(lines) > 1 else 1.0)
            if wide <= width and high <= height:
                best, best_size = lines, size
                break
    return best, built_in_face(max(best_size, 6))
