"""Mirror and turn a plan: the same rooms from four sides."""

from __future__ import annotations

import numpy as np

from astra_sim.scenes.layout.types import Rect

__all__ = ["turned"]


def turned(rng: np.random.Generator, cells: list[Rect]) -> list[Rect]:
    """Mirror and turn a plan at random and put its middle near the origin, on the 0.1 m grid."""
    array = np.asarray(cells)
    if rng.random() < 0.5:
        array = array[:, [1, 0, 3, 2]]
    extent = array[:, 2:].max(axis=0)
    for axis in range(2):
        if rng.random() < 0.5:
            mirrored = extent[axis] - array[:, [axis + 2, axis]]
            array[:, axis], array[:, axis + 2] = mirrored[:, 0], mirrored[:, 1]
    shift = np.round(extent / 2.0, 1)
    array = np.round(array - np.tile(shift, 2), 1)
    return [tuple(float(value) for value in cell) for cell in array]  # type: ignore[misc]
