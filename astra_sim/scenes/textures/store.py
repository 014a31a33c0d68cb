"""The textures of one scene by name, drawn only when the scene is known to need them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures import materials
from astra_sim.scenes.textures.palette import COLORS, WOODS, shade

__all__ = ["Draw", "TextureStore"]

#: Draws an image ``(H, W, 3)`` uint8 from a random stream.
Draw = Callable[[np.random.Generator], NDArray[np.uint8]]


class TextureStore:
    """Collects what is to be drawn.

    Furniture is tried in many arrangements before a room is done; drawing every attempt would
    take longer than everything else. A texture depends on the scene's seed and its name only, so
    it does not matter when it is drawn.
    """

    def __init__(self, seed: int) -> None:
        """Start empty."""
        self._seed = seed
        self._draws: dict[str, Draw] = {}

    def add(self, name: str, draw: Draw) -> str:
        """Register a picture under a name (made unique by a number) and return that name."""
        unique, number = name, 1
        while unique in self._draws:
            number += 1
            unique = f"{name}_{number}"
        self._draws[unique] = draw
        return unique

    def material(self, kind: str, color: str = "white", variant: int = 0) -> str:
        """Return the name of a repeating surface; equal requests share one.

        Args:
            kind: Function name in :mod:`astra_sim.scenes.textures.materials`, for example
                ``fabric``, or the name of a wood, for example ``oak``.
            color: Colour word (ignored by woods).
            variant: Different numbers give different pictures of the same material.
        """
        wood = kind in WOODS
        word = "" if wood else f"_{color.replace(' ', '-')}"
        name = f"{kind}{word}_{variant}"
        if name not in self._draws:
            draw = materials.wood if wood else getattr(materials, kind)
            self._draws[name] = partial(_surface, draw, WOODS[kind][0] if wood else COLORS[color])
        return name

    def mark(self) -> dict[str, Draw]:
        """Return what is registered so far, for :meth:`restore`."""
        return dict(self._draws)

    def restore(self, mark: dict[str, Draw]) -> None:
        """Forget everything registered since a mark."""
        self._draws = dict(mark)

    def draw(self, names: Iterable[str]) -> dict[str, NDArray[np.uint8]]:
        """Draw the named textures, in the order of their names."""
        return {n: self._draws[n](stream(self._seed, "texture", n)) for n in sorted(set(names))}


def _surface(
    draw: Callable[..., NDArray[np.uint8]], rgb: tuple[int, int, int], rng: np.random.Generator
) -> NDArray[np.uint8]:
    return draw(rng, shade(rgb, rng, 8.0))
