"""Colours with the words people use for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.textures.types import Color

__all__ = ["ACCENTS", "COLORS", "WALL_TINTS", "WOODS", "shade"]

#: Colour word to RGB, 0 to 255.
COLORS: dict[str, tuple[int, int, int]] = {
    "white": (226, 226, 222),
    "black": (38, 38, 42),
    "grey": (132, 134, 138),
    "silver": (176, 180, 184),
    "red": (178, 48, 42),
    "blue": (48, 86, 158),
    "light blue": (128, 172, 206),
    "green": (62, 124, 68),
    "turquoise": (56, 148, 146),
    "yellow": (214, 178, 62),
    "orange": (210, 116, 44),
    "brown": (112, 74, 46),
    "beige": (206, 188, 158),
    "pink": (206, 134, 148),
    "purple": (108, 70, 134),
}

#: Colours of cloth and lacquer that stand out in a room.
ACCENTS = (
    "red",
    "blue",
    "light blue",
    "green",
    "turquoise",
    "yellow",
    "orange",
    "pink",
    "purple",
    "beige",
    "grey",
)

#: Name of a wood to its RGB and the word for its colour.
WOODS: dict[str, tuple[tuple[int, int, int], str]] = {
    "oak": ((176, 132, 84), "brown"),
    "pine": ((206, 168, 116), "beige"),
    "walnut": ((98, 66, 44), "brown"),
    "cherry": ((142, 78, 50), "brown"),
    "birch": ((214, 192, 156), "beige"),
}

#: Wall colours, light as in homes but told apart at a glance.
WALL_TINTS: tuple[tuple[int, int, int], ...] = (
    (214, 206, 190),
    (196, 208, 212),
    (202, 212, 190),
    (222, 204, 178),
    (208, 196, 210),
    (190, 204, 196),
    (224, 212, 164),
    (214, 186, 172),
    (176, 194, 212),
    (198, 196, 190),
)


def shade(rgb: Color, rng: np.random.Generator, spread: float = 12.0) -> NDArray[np.float64]:
    """Return a variation ``(3,)`` float of a colour: lighter or darker, slightly off in hue."""
    base = np.asarray(rgb, dtype=np.float64)
    return np.clip(base + rng.normal(0.0, spread) + rng.normal(0.0, spread / 3.0, 3), 12, 244)
