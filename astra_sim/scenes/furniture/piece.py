"""What every piece of furniture has in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astra_sim.scenes.textures.palette import ACCENTS, WOODS
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import Part

__all__ = ["Kit", "Piece"]


@dataclass(frozen=True)
class Piece:
    """One thing before it has a place.

    Attributes:
        kind: What it is, also the category of its landmark.
        parts: Its solids in its own frame: x is its front, the wall is behind (-x).
        size_m: Extents (depth, width, height) of what must not overlap others.
        color: Colour word of the landmark.
        material: Material word of the landmark.
        access_m: Free floor kept in front of it, metres.
        movable: Whether it may stand elsewhere later.
        landmark: Whether people would name it.
        collides: Whether the robot can touch it (not so for a rug).
        text: What is written on it.
    """

    kind: str
    parts: tuple[Part, ...]
    size_m: tuple[float, float, float]
    color: str
    material: str
    access_m: float = 0.6
    movable: bool = False
    landmark: bool = True
    collides: bool = True
    text: str = ""


class Kit:
    """What makers of furniture draw from: the scene's textures and the taste of the household.

    Attributes:
        rng: Random stream of the furniture being made.
        textures: Textures of the scene.
        wood: The wood most furniture here is made of.
        dark_wood: Another wood.
    """

    def __init__(self, rng: np.random.Generator, textures: TextureStore, style: int) -> None:
        """Fix the household's taste; ``style`` picks its two woods."""
        names = list(WOODS)
        self.rng = rng
        self.textures = textures
        self.wood = names[style % len(names)]
        self.dark_wood = names[(style // len(names) + style + 2) % len(names)]

    def accent(self) -> str:
        """Return the word of a colour that stands out."""
        return ACCENTS[int(self.rng.integers(0, len(ACCENTS)))]

    def timber(self) -> tuple[str, str]:
        """Return a wood of the household: texture name and colour word."""
        wood = self.wood if self.rng.random() < 0.65 else self.dark_wood
        variant = int(self.rng.integers(0, 2))
        return self.textures.material(wood, variant=variant), WOODS[wood][1]

    def surface(self, kind: str, color: str, variants: int = 1) -> str:
        """Return a texture of a material in a colour, one of so many variants."""
        return self.textures.material(kind, color, int(self.rng.integers(0, variants)))

    def uniform(self, low: float, high: float) -> float:
        """Return a size between two bounds, in whole centimetres."""
        return round(float(self.rng.uniform(low, high)), 2)
