"""Grids for the page: map and distances as pictures on the floor, obstacles as points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["distance_picture", "map_picture", "occupied_points"]

_OCCUPIED = 50
_FLOOR, _WALL = (236, 236, 232, 255), (70, 74, 80, 255)
_NEAR = np.array([230.0, 60.0, 40.0])
_FAR = np.array([60.0, 120.0, 230.0])


def map_picture(cells: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Return RGBA ``(H, W, 4)`` of the map: floor light, walls dark, unknown see-through.

    Args:
        cells: ``(H, W)`` as in ``nav_msgs/OccupancyGrid``, row 0 at the lowest y.
    """
    picture = np.zeros((*cells.shape, 4), dtype=np.uint8)
    picture[cells >= 0] = _FLOOR
    picture[cells >= _OCCUPIED] = _WALL
    return picture


def occupied_points(
    cells: NDArray[np.int8], origin_m: tuple[float, float], resolution_m: float
) -> NDArray[np.float64]:
    """Return the centres ``(N, 2)`` of occupied cells, metres.

    Args:
        cells: ``(H, W)`` as in ``nav_msgs/OccupancyGrid``, row 0 at the lowest y.
        origin_m: Lower left corner.
        resolution_m: Side of a cell.
    """
    rows, columns = np.nonzero(cells >= _OCCUPIED)
    centres = np.column_stack([columns, rows]).astype(np.float64) + 0.5
    points: NDArray[np.float64] = centres * resolution_m + np.asarray(origin_m)
    return points


def distance_picture(cells: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Return RGBA ``(H, W, 4)`` of distances: 100 (an obstacle) red, 0 (far) blue."""
    near = np.clip(cells, 0, 100).astype(np.float64)[..., None] / 100.0
    picture = np.empty((*cells.shape, 4), dtype=np.uint8)
    picture[..., :3] = near * _NEAR + (1.0 - near) * _FAR
    # See-through would hide the floor below all the same, as it is drawn later.
    picture[..., 3] = 255
    return picture
