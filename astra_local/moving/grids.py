"""Arrays of one rolling grid brought into another one, moved by whole cells."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from astra_local.voxel.occupancy import OccupancyView

__all__ = ["shifted", "surely_free"]

Scalar = TypeVar("Scalar", bound=np.generic)


def shifted(values: NDArray[Scalar], old: OccupancyView, new: OccupancyView) -> NDArray[Scalar]:
    """Return an array ``(H, W)`` of the old grid on the cells of the new one, zero elsewhere."""
    dx, dy = (
        round((new.origin_m[axis] - old.origin_m[axis]) / new.resolution_m) for axis in (0, 1)
    )
    if dx == 0 and dy == 0:
        return values
    height, width = values.shape
    result = np.zeros_like(values)
    if abs(dx) < width and abs(dy) < height:
        target = (_target(dy, height), _target(dx, width))
        source = (_target(-dy, height), _target(-dx, width))
        result[target] = values[source]
    return result


def surely_free(view: OccupancyView) -> NDArray[np.bool_]:
    """Return the cells ``(H, W)`` that are known to be free and touch nothing occupied.

    Beside matter, noise of depth and odometry makes matter come and go.
    """
    occupied = view.occupied
    wide = occupied.copy()
    wide[:, 1:] |= occupied[:, :-1]
    wide[:, :-1] |= occupied[:, 1:]
    tall = wide.copy()
    tall[1:] |= wide[:-1]
    tall[:-1] |= wide[1:]
    return view.known & ~tall


def _target(shift: int, size: int) -> slice:
    return slice(max(-shift, 0), size - max(shift, 0))
