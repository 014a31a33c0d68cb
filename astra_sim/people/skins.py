"""Clothes, hair and face of one person: one small picture that all parts of the body share."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from astra_sim.scenes.textures.noise import octaves, to_uint8
from astra_sim.scenes.textures.types import Field, Rgb

__all__ = ["ATLAS", "Region", "draw_skin"]

#: (u0, v0, u1, v1) in the picture, (0, 0) is its lower left corner.
Region = tuple[float, float, float, float]

_SIDE = 128
#: Rows from the top in pixels (from, to) of every band, over the full width unless split.
_BANDS: dict[str, tuple[int, int, int, int]] = {
    "shirt": (0, 0, 128, 44),
    "trousers": (0, 44, 128, 74),
    "face": (0, 74, 128, 104),
    "hair": (0, 104, 48, 128),
    "shoes": (48, 104, 88, 128),
    "skin": (88, 104, 128, 128),
}
_INSET = 2.0
_SKINS = ((236, 196, 168), (222, 174, 140), (196, 144, 108), (150, 102, 72), (104, 70, 50))
_HAIRS = ((36, 28, 24), (74, 50, 32), (118, 80, 44), (186, 150, 92), (150, 148, 146), (60, 34, 24))
_SHIRTS = (
    (186, 44, 44),
    (44, 92, 168),
    (228, 226, 218),
    (62, 132, 82),
    (226, 180, 60),
    (116, 74, 140),
    (60, 62, 70),
    (214, 120, 60),
    (120, 180, 196),
    (206, 128, 150),
)
_TROUSERS = ((44, 58, 92), (52, 52, 56), (120, 104, 80), (86, 92, 98), (38, 40, 60), (146, 126, 96))
_SHOES = ((40, 34, 32), (220, 218, 214), (96, 62, 40), (150, 44, 44))


def _region(name: str) -> Region:
    x0, y0, x1, y1 = _BANDS[name]
    # A little inside, so that neighbours do not bleed in when the picture is seen from afar.
    return (
        (x0 + _INSET) / _SIDE,
        1.0 - (y1 - _INSET) / _SIDE,
        (x1 - _INSET) / _SIDE,
        1.0 - (y0 + _INSET) / _SIDE,
    )


def _within(region: Region, share: Region) -> Region:
    u0, v0, u1, v1 = region
    width, height = u1 - u0, v1 - v0
    return (
        u0 + share[0] * width,
        v0 + share[1] * height,
        u0 + share[2] * width,
        v0 + share[3] * height,
    )


#: Where in the picture each material is; sleeves and legs leave out the buttons and the belt.
ATLAS: dict[str, Region] = {name: _region(name) for name in _BANDS}
ATLAS["sleeve"] = _within(ATLAS["shirt"], (0.0, 0.0, 0.34, 1.0))
ATLAS["leg"] = _within(ATLAS["trousers"], (0.0, 0.0, 0.6, 0.78))


def draw_skin(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw what one person wears, ``(128, 128, 3)`` uint8."""
    picture = np.zeros((_SIDE, _SIDE, 3), np.float32)

    def fill(name: str, rgb: Field, grey: Field) -> None:
        x0, y0, x1, y1 = _BANDS[name]
        picture[y0:y1, x0:x1] = np.asarray(rgb, np.float32) + np.asarray(grey)[..., None]

    skin = _pick(rng, _SKINS)
    hair = _pick(rng, _HAIRS)
    fill("shirt", _pick(rng, _SHIRTS), _cloth(rng, "shirt"))
    fill("trousers", _pick(rng, _TROUSERS), _noise(rng, "trousers", 7.0))
    fill("skin", skin, _noise(rng, "skin", 2.5))
    fill("face", skin, _noise(rng, "face", 2.5))
    fill("hair", hair, _noise(rng, "hair", 8.0))
    fill("shoes", _pick(rng, _SHOES), _noise(rng, "shoes", 5.0))
    image = Image.fromarray(to_uint8(picture))
    _draw_face(ImageDraw.Draw(image), skin, hair)
    _draw_seams(ImageDraw.Draw(image), rng)
    return np.asarray(image)


def _pick(rng: np.random.Generator, colors: tuple[Rgb, ...]) -> Field:
    base = np.asarray(colors[int(rng.integers(0, len(colors)))], np.float32)
    return np.clip(base + rng.normal(0.0, 7.0, 3), 16, 240).astype(np.float32)


def _shape(name: str) -> tuple[int, int]:
    x0, y0, x1, y1 = _BANDS[name]
    return y1 - y0, x1 - x0


def _noise(rng: np.random.Generator, name: str, level: float) -> NDArray[np.float32]:
    return octaves(rng, _shape(name), 0.01, level, (0.04, 0.10, 0.25))


def _cloth(rng: np.random.Generator, name: str) -> NDArray[np.float32]:
    """Plain, striped across, striped along, checked, or dotted."""
    rows, columns = np.mgrid[tuple(slice(0, size) for size in _shape(name))]
    grey = _noise(rng, name, 5.0)
    style = int(rng.integers(0, 5))
    if style == 1:
        grey += 44.0 * ((rows // 5) % 2) - 22.0
    elif style == 2:
        grey += 34.0 * ((columns // 4) % 2) - 17.0
    elif style == 3:
        grey += 26.0 * ((columns // 6) % 2) - 26.0 * ((rows // 6) % 2)
    elif style == 4:
        grey += 48.0 * (np.hypot(rows % 8 - 4, columns % 8 - 4) < 2.2)
    return grey


def _draw_face(draw: ImageDraw.ImageDraw, skin: Field, hair: Field) -> None:
    """Eyes, brows, nose, mouth in the middle of the band: that is the front."""
    x0, y0, x1, y1 = _BANDS["face"]
    middle, height = (x0 + x1) / 2.0, y1 - y0
    eyes, mouth = y0 + 0.42 * height, y0 + 0.74 * height
    dark = tuple(int(value) for value in np.clip(hair * 0.8, 0, 255))
    for side in (-1, 1):
        x = middle + side * 7.0
        draw.ellipse((x - 3.4, eyes - 1.6, x + 3.4, eyes + 1.8), fill=(240, 238, 234))
        draw.ellipse((x - 1.5, eyes - 1.6, x + 1.5, eyes + 1.6), fill=(40, 34, 32))
        draw.rectangle((x - 4.0, eyes - 4.6, x + 4.0, eyes - 3.4), fill=dark)
    shadow = tuple(int(value) for value in np.clip(skin * 0.82, 0, 255))
    draw.polygon(
        [(middle, eyes), (middle - 2.2, mouth - 4.0), (middle + 2.2, mouth - 4.0)], fill=shadow
    )
    lips = tuple(int(value) for value in np.clip(skin * (0.78, 0.56, 0.56), 0, 255))
    draw.rectangle((middle - 4.0, mouth - 0.4, middle + 4.0, mouth + 0.8), fill=lips)


def _draw_seams(draw: ImageDraw.ImageDraw, rng: np.random.Generator) -> None:
    """A row of buttons or a print on the chest, a belt at the top of the trousers."""
    x0, y0, x1, y1 = _BANDS["shirt"]
    middle = (x0 + x1) / 2.0
    if rng.random() < 0.5:
        for row in range(y0 + 6, y1 - 2, 7):
            draw.ellipse((middle - 1.2, row - 1.2, middle + 1.2, row + 1.2), fill=(246, 244, 238))
        draw.line((middle + 2.0, y0, middle + 2.0, y1 - 1), fill=(60, 58, 56))
    elif rng.random() < 0.6:
        color = tuple(int(value) for value in rng.integers(40, 240, 3))
        draw.ellipse((middle - 10, y0 + 8, middle + 10, y0 + 24), fill=color)
    x0, y0, x1, y1 = _BANDS["trousers"]
    draw.rectangle((x0, y0, x1 - 1, y0 + 3), fill=(46, 34, 26))
