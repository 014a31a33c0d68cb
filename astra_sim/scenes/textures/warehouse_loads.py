"""One atlas with everything that stands on pallets: cartons, film, crates, sacks, drums, wood."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from astra_sim.scenes.textures.noise import octaves, to_uint8

__all__ = ["LOADS", "load_uv", "loads_texture"]

#: Pictures of the atlas in the order of its cells, row by row from the bottom left.
LOADS = (
    *("carton-0", "carton-1", "carton-2", "carton-3"),
    *("carton-4", "carton-5", "white-0", "white-1"),
    *("film-0", "film-1", "crate-0", "crate-1"),
    *("sacks", "drums", "pallet", "planks"),
)
_CELL_PX = 160
_CELLS = 4


def load_uv(name: str) -> tuple[float, float, float, float]:
    """Return where a picture lies in the atlas: (u0, v0, u1, v1)."""
    row, column = divmod(LOADS.index(name), _CELLS)
    # Half a pixel and a bit inside: neighbours must not bleed in.
    pad = 1.5 / (_CELLS * _CELL_PX)
    side = 1.0 / _CELLS
    return (
        column * side + pad,
        row * side + pad,
        (column + 1) * side - pad,
        (row + 1) * side - pad,
    )


def loads_texture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw the atlas of loads: cartons, film, crates, sacks, drums and pallets."""
    atlas = np.zeros((_CELLS * _CELL_PX, _CELLS * _CELL_PX, 3), np.uint8)
    for index, name in enumerate(LOADS):
        row, column = divmod(index, _CELLS)
        top = (_CELLS - 1 - row) * _CELL_PX
        cell = _load(rng, name.split("-")[0])
        atlas[top : top + _CELL_PX, column * _CELL_PX : (column + 1) * _CELL_PX] = cell
    return atlas


def _load(rng: np.random.Generator, kind: str) -> NDArray[np.uint8]:
    image = Image.new("RGB", (_CELL_PX, _CELL_PX))
    draw = ImageDraw.Draw(image)
    {
        "carton": _cartons,
        "white": _white_cartons,
        "film": _film,
        "crate": _crates,
        "sacks": _sacks,
        "drums": _drums,
        "pallet": _pallet,
        "planks": _planks,
    }[kind](rng, draw)
    grey = octaves(rng, (_CELL_PX, _CELL_PX), 0.7 / _CELL_PX, 4.5, (0.04, 0.10, 0.25))
    return to_uint8(np.asarray(image, dtype=np.float32) + grey[..., None])


def _tone(rng: np.random.Generator, rgb: tuple[int, int, int], spread: float) -> tuple[int, ...]:
    change = rng.normal(0.0, spread)
    return tuple(int(np.clip(value + change, 0, 255)) for value in rgb)


def _cartons(
    rng: np.random.Generator,
    draw: ImageDraw.ImageDraw,
    base: tuple[int, int, int] = (176, 132, 86),
) -> None:
    """Cartons in rows, each with tape, a print and a label."""
    columns, rows = int(rng.integers(1, 4)), int(rng.integers(2, 4))
    ink = tuple(int(v) for v in rng.integers(20, 150, 3))
    print_kind = int(rng.integers(0, 4))
    word = str(rng.choice(["TOP", "FRAGILE", "BOX", "ECO", "MAXI", "NOVA", "PRO"]))
    wide, high = _CELL_PX / columns, _CELL_PX / rows
    for row in range(rows):
        for column in range(columns):
            x, y = column * wide, row * high
            draw.rectangle((x, y, x + wide, y + high), fill=_tone(rng, base, 9.0))
            middle = y + high * 0.5
            draw.rectangle(
                (x, middle - 3, x + wide, middle + 3), fill=_tone(rng, (206, 178, 130), 6)
            )
            cx, cy, r = x + 0.3 * wide, y + 0.27 * high, 0.16 * min(wide, high)
            if print_kind == 0:
                draw.ellipse((cx - r, cy - r, cx + r, cy + r), outline=ink, width=4)
            elif print_kind == 1:
                draw.polygon([(cx, cy - r), (cx + r, cy + r), (cx - r, cy + r)], fill=ink)
            elif print_kind == 2:
                draw.rectangle((cx - r, cy - r, cx + r, cy + r), fill=ink)
                draw.line((cx - r, cy + r, cx + r, cy - r), fill=base, width=3)
            else:
                for k in range(3):
                    draw.line((cx - r, cy - r + k * r, cx + r, cy - r + k * r), fill=ink, width=4)
            font = ImageFont.load_default(size=max(8, int(0.2 * high)))
            draw.text((x + 0.1 * wide, y + 0.68 * high), word, fill=ink, font=font)
            label = (x + 0.62 * wide, y + 0.62 * high, x + 0.92 * wide, y + 0.9 * high)
            draw.rectangle(label, fill=(236, 234, 228))
            bars = rng.random(8) < 0.5
            for k in range(8):
                if bars[k]:
                    bar = label[0] + 3 + k * (label[2] - label[0] - 6) / 8
                    draw.line((bar, label[1] + 3, bar, label[3] - 3), fill=(30, 30, 30), width=2)
            draw.rectangle((x, y, x + wide, y + high), outline=(84, 58, 34), width=2)


def _white_cartons(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    _cartons(rng, draw, (208, 204, 196))


def _film(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    """Cartons under stretch film: pale, with slanted bright folds."""
    _cartons(rng, draw, (172, 164, 156))
    for _ in range(26):
        y = rng.uniform(-30, _CELL_PX)
        tone = int(rng.uniform(186, 236))
        draw.line((0, y, _CELL_PX, y + rng.uniform(8, 34)), fill=(tone, tone, tone + 8), width=2)


def _crates(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    """Plastic crates with ribs and a dark handle."""
    base = [(44, 88, 162), (170, 52, 46), (120, 124, 130), (38, 120, 76)][int(rng.integers(0, 4))]
    for row in range(3):
        for column in range(2):
            x, y = column * 80, row * 54
            draw.rectangle((x, y, x + 80, y + 54), fill=_tone(rng, base, 8), outline=(22, 24, 28))
            dark = tuple(int(0.6 * v) for v in base)
            for k in range(5):
                draw.line((x + 8 + 16 * k, y + 4, x + 8 + 16 * k, y + 50), fill=dark, width=3)
            draw.rectangle((x + 26, y + 8, x + 54, y + 20), fill=(18, 18, 20))
            draw.rectangle((x + 48, y + 30, x + 72, y + 44), fill=(232, 230, 220))


def _sacks(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    """Paper sacks lying on each other."""
    draw.rectangle((0, 0, _CELL_PX, _CELL_PX), fill=(70, 62, 52))
    for row in range(6):
        for column in range(-1, 2):
            x, y = column * 84 + (row % 2) * 40, row * 27
            tone = _tone(rng, (206, 194, 168), 10)
            draw.rounded_rectangle((x + 1, y + 1, x + 82, y + 26), radius=10, fill=tone)
            draw.rectangle((x + 22, y + 8, x + 60, y + 18), fill=(62, 110, 76))


def _drums(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    """Blue drums side by side, shaded as round."""
    for x in range(_CELL_PX):
        light = 0.45 + 0.55 * math.sin(math.pi * ((x % 53) + 0.5) / 53.0)
        draw.line((x, 0, x, _CELL_PX), fill=tuple(int(light * v) for v in (52, 108, 186)))
    for y in (2, 50, 104, 154):
        draw.rectangle((0, y, _CELL_PX, y + 5), fill=(26, 54, 96))
    for column in range(3):
        draw.rectangle((column * 53 + 14, 62, column * 53 + 40, 92), fill=(238, 226, 120))


def _pallet(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    """Side of a pallet: boards above and below, three blocks, dark between."""
    draw.rectangle((0, 0, _CELL_PX, _CELL_PX), fill=(24, 20, 16))
    wood = (184, 146, 98)
    draw.rectangle((0, 0, _CELL_PX, 46), fill=_tone(rng, wood, 6))
    draw.rectangle((0, 124, _CELL_PX, _CELL_PX), fill=_tone(rng, wood, 6))
    for x in (0, 66, 132):
        draw.rectangle((x, 46, x + 28, 124), fill=_tone(rng, wood, 12))


def _planks(rng: np.random.Generator, draw: ImageDraw.ImageDraw) -> None:
    """Deck of a pallet: boards with gaps."""
    draw.rectangle((0, 0, _CELL_PX, _CELL_PX), fill=(48, 38, 28))
    for k in range(6):
        draw.rectangle((0, k * 27, _CELL_PX, k * 27 + 21), fill=_tone(rng, (184, 146, 98), 12))
