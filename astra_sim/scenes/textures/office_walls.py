"""Walls of offices: paint with bands, large graphics, slats, felt, concrete, brick, tiles."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from astra_sim.scenes.textures.noise import smooth_noise
from astra_sim.scenes.textures.palette import ACCENTS, COLORS, WOODS, shade
from astra_sim.scenes.textures.types import Field, WallPainter
from astra_sim.scenes.textures.walls import WALL_STYLES

__all__ = ["OFFICE_WALLS"]


def _accent(rng: Generator) -> NDArray[np.float64]:
    return shade(COLORS[ACCENTS[int(rng.integers(0, len(ACCENTS)))]], rng, 10.0)


def _band(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Paint with one or two coloured bands, as offices guide people along."""
    height = float(y.max())
    for _ in range(int(rng.integers(1, 3))):
        top = height - rng.uniform(0.5, 1.9)
        color[(y > top) & (y < top + rng.uniform(0.08, 0.4))] = _accent(rng)


def _dado(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """The lower part in another colour, with a rail."""
    rail = float(y.max()) - rng.uniform(0.9, 1.25)
    color[y > rail] = 0.5 * color[0, 0] + 0.5 * _accent(rng)
    grey[np.abs(y - rail) < 0.03] -= 38.0


def _graphic(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Large discs, diagonals and blocks of colour: the wall of a firm that likes design."""
    wide, high = float(x.max()), float(y.max())
    for _ in range(max(3, round(wide * rng.uniform(0.7, 1.2)))):
        cx, cy, size = rng.uniform(0, wide), rng.uniform(0, high), rng.uniform(0.25, 0.9)
        kind = rng.integers(0, 4)
        if kind == 0:
            where = np.hypot(x - cx, y - cy) < size
        elif kind == 1:
            radius = np.hypot(x - cx, y - cy)
            where = (radius < size) & (radius > 0.72 * size)
        elif kind == 2:
            slope = rng.choice([-1.0, 1.0]) * rng.uniform(0.6, 1.6)
            where = np.abs(y - cy - slope * (x - cx)) < 0.3 * size
            where &= np.abs(x - cx) < 1.6 * size
        else:
            where = (np.abs(x - cx) < size) & (np.abs(y - cy) < 0.5 * size)
        color[where] = 0.35 * color[where] + 0.65 * _accent(rng)


def _slats(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Vertical wooden slats with dark gaps, on part of the wall."""
    pitch = rng.uniform(0.09, 0.16)
    wide = float(x.max())
    start, share = rng.uniform(0.0, 0.5) * wide, rng.uniform(0.4, 0.9)
    where = (x >= start) & (x <= start + share * wide)
    wood = WOODS[list(WOODS)[int(rng.integers(0, len(WOODS)))]][0]
    color[where] = shade(wood, rng, 10.0)
    slat = (x / pitch).astype(int)
    tones = rng.normal(0.0, 15.0, slat.max() + 1).astype(np.float32)
    grey[where] += tones[slat[where]]
    grey[where & (x % pitch < 0.25 * pitch)] -= 60.0


def _felt(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Acoustic panels in shades of one colour, some of another."""
    wide, high = rng.uniform(0.45, 0.8), rng.uniform(0.45, 0.9)
    row, column = (y / high).astype(int), (x / wide).astype(int)
    count = (row.max() + 1, column.max() + 1)
    other = rng.random(count) < 0.3
    color[:] = 0.4 * color + 0.6 * _accent(rng)
    color[other[row, column]] = _accent(rng)
    grey += rng.normal(0.0, 14.0, count).astype(np.float32)[row, column]
    grey[(y % high < 0.03) | (x % wide < 0.03)] -= 40.0


def _concrete(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Cast slabs with joints, tie holes and stains."""
    color[:] = shade((158, 156, 150), rng, 10.0)
    wide, high = rng.uniform(1.1, 1.5), rng.uniform(1.0, 1.3)
    row, column = (y / high).astype(int), (x / wide).astype(int)
    tones = rng.normal(0.0, 10.0, (row.max() + 1, column.max() + 1)).astype(np.float32)
    grey += tones[row, column] + 9.0 * smooth_noise(rng, grey.shape, (3.0, 7.0))
    grey[(y % high < 0.025) | (x % wide < 0.025)] -= 34.0
    for cy in (0.25, 0.75):
        for cx in (0.2, 0.8):
            hole = np.hypot(x % wide - cx * wide, y % high - cy * high) < 0.035
            grey[hole] -= 60.0


def _brick(rng: Generator, color: Field, grey: Field, y: Field, x: Field) -> None:
    """Bricks, painted in the colour of the wall or bare."""
    if rng.random() < 0.5:
        color[:] = shade((158, 96, 76), rng, 14.0)
    WALL_STYLES["brick"](rng, color, grey, y, x)


#: Name of a style to its painter, for :func:`~astra_sim.scenes.textures.walls.painted_wall`.
OFFICE_WALLS: dict[str, WallPainter] = {
    "band": _band,
    "dado": _dado,
    "graphic": _graphic,
    "slats": _slats,
    "felt": _felt,
    "concrete": _concrete,
    "brick": _brick,
    "tiles": WALL_STYLES["tiles"],
    "stripes": WALL_STYLES["stripes"],
    "panels": WALL_STYLES["panels"],
}
