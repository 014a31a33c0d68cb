"""What people put up for others to see: whiteboards, slides, notice boards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from astra_sim.scenes.textures.noise import octaves, to_uint8
from astra_sim.scenes.textures.office_fronts import canvas, random_color

__all__ = ["notice_board", "slide", "whiteboard"]

_INKS = ((30, 60, 150), (170, 36, 36), (30, 110, 60), (40, 40, 44))
_PAPERS = ((246, 244, 236), (250, 234, 150), (246, 190, 200), (176, 222, 240), (190, 230, 180))


def _ink(rng: np.random.Generator) -> tuple[int, int, int]:
    return _INKS[int(rng.integers(0, len(_INKS)))]


def whiteboard(rng: np.random.Generator, width_m: float, height_m: float) -> NDArray[np.uint8]:
    """Boxes and arrows, a curve, lists and sticky notes; 8 mm per pixel."""
    width, height = max(40, round(width_m / 0.008)), max(30, round(height_m / 0.008))
    image, draw = canvas(width, height, (238, 240, 240))
    columns = max(2, width // 60)
    for column in range(columns):
        x0, x1 = column * width / columns + 5, (column + 1) * width / columns - 5
        kind = int(rng.integers(0, 4))
        if kind == 0:
            _list(rng, draw, x0, x1, height)
        elif kind == 1:
            _boxes(rng, draw, x0, x1, height)
        elif kind == 2:
            _curve(rng, draw, x0, x1, height)
        else:
            for _ in range(int(rng.integers(4, 10))):
                x, y = rng.uniform(x0, x1 - 10), rng.uniform(6, height - 20)
                draw.rectangle(
                    (x, y, x + 9, y + 9), fill=_PAPERS[int(rng.integers(1, len(_PAPERS)))]
                )
                draw.line((x + 2, y + 4, x + 7, y + 4), fill=(60, 60, 60))
    draw.rectangle((0, 0, width - 1, height - 1), outline=(150, 152, 156), width=2)
    return np.asarray(image)


def _list(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, x0: float, x1: float, height: int
) -> None:
    color = _ink(rng)
    y: float = 8
    while y < height - 8:
        draw.line((x0, y, x0 + (x1 - x0) * rng.uniform(0.4, 1.0), y), fill=color, width=2)
        y += float(rng.choice([7, 7, 13]))


def _boxes(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, x0: float, x1: float, height: int
) -> None:
    before = None
    for y in np.arange(8, height - 22, 24.0):
        x = rng.uniform(x0, max(x0 + 1, x1 - 34))
        draw.rectangle((x, y, x + 30, y + 14), outline=_ink(rng), width=2)
        draw.line((x + 5, y + 7, x + 24, y + 7), fill=_ink(rng), width=2)
        if before is not None:
            draw.line((*before, x + 15, y), fill=_ink(rng), width=2)
        before = (x + 15, y + 14)


def _curve(
    rng: np.random.Generator, draw: ImageDraw.ImageDraw, x0: float, x1: float, height: int
) -> None:
    draw.line((x0, 8, x0, height - 12, x1, height - 12), fill=(40, 40, 44), width=2)
    for _ in range(2):
        xs = np.linspace(x0, x1, 20)
        ys = height * (0.75 - 0.5 * np.linspace(0, 1, 20) ** rng.uniform(0.5, 2.0))
        ys += rng.normal(0.0, 2.0, 20)
        draw.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), fill=_ink(rng), width=2)


def slide(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A slide on a screen: title, bullet points, a bar chart."""
    ground = ((244, 244, 246), (26, 44, 88), (24, 78, 74), (250, 246, 230))[int(rng.integers(0, 4))]
    ink = (30, 32, 40) if sum(ground) > 500 else (236, 238, 240)
    image, draw = canvas(192, 112, ground)
    draw.rectangle((0, 0, 191, 20), fill=random_color(rng, 40, 190))
    draw.line((10, 10, rng.uniform(60, 150), 10), fill=(250, 250, 250), width=5)
    for row in range(5):
        y = 32 + row * 15
        draw.rectangle((10, y - 2, 14, y + 2), fill=ink)
        draw.line((20, y, rng.uniform(50, 95), y), fill=ink, width=3)
    for bar in range(5):
        x = 108 + bar * 16
        draw.rectangle((x, rng.uniform(34, 88), x + 11, 100), fill=random_color(rng))
    draw.line((104, 100, 188, 100), fill=ink, width=2)
    return np.asarray(image)


def notice_board(rng: np.random.Generator, width_m: float, height_m: float) -> NDArray[np.uint8]:
    """Cork with sheets, cards and photographs pinned to it; 6 mm per pixel."""
    width, height = max(40, round(width_m / 0.006)), max(30, round(height_m / 0.006))
    cork = (
        np.asarray((176, 132, 86), dtype=np.float32)
        + octaves(rng, (height, width), 0.006, 8.0, (0.02, 0.06, 0.2))[..., None]
    )
    image = Image.fromarray(to_uint8(cork))
    draw = ImageDraw.Draw(image)
    for _ in range(int(width * height / 900)):
        w, h = rng.uniform(14, 34), rng.uniform(16, 40)
        x, y = rng.uniform(3, max(4, width - w - 3)), rng.uniform(3, max(4, height - h - 3))
        paper = _PAPERS[int(rng.integers(0, len(_PAPERS)))]
        draw.rectangle((x, y, x + w, y + h), fill=paper, outline=(120, 110, 96))
        if rng.random() < 0.35:
            draw.rectangle((x + 3, y + 4, x + w - 3, y + 0.6 * h), fill=random_color(rng))
        else:
            for row in np.arange(y + 6, y + h - 3, 4.0):
                draw.line((x + 3, row, x + w * rng.uniform(0.5, 0.9), row), fill=(80, 82, 90))
        draw.ellipse((x + w / 2 - 2, y, x + w / 2 + 2, y + 4), fill=_ink(rng))
    draw.rectangle((0, 0, width - 1, height - 1), outline=(96, 66, 40), width=3)
    return np.asarray(image)
