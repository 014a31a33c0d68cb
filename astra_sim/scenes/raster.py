"""Footprints on a grid, on the safe side: cells within half a cell count."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from astra_sim.scenes.parts import Footprint

__all__ = ["draw_footprint", "draw_rectangle", "free_distance"]


def draw_footprint(
    grid: NDArray[np.bool_],
    origin_m: tuple[float, float],
    resolution_m: float,
    foot: Footprint,
    value: bool = True,
) -> None:
    """Set the cells of a grid that a footprint covers or touches within half a cell.

    Args:
        grid: ``(H, W)``, row along y, changed in place.
        origin_m: Lower left corner of cell (0, 0) in ``map``.
        resolution_m: Side of a cell.
        foot: The footprint.
        value: What to write.
    """
    margin = resolution_m / 2.0
    x0, y0, x1, y1 = foot.bounds()
    col0 = max(0, math.floor((x0 - margin - origin_m[0]) / resolution_m))
    col1 = min(grid.shape[1], math.ceil((x1 + margin - origin_m[0]) / resolution_m))
    row0 = max(0, math.floor((y0 - margin - origin_m[1]) / resolution_m))
    row1 = min(grid.shape[0], math.ceil((y1 + margin - origin_m[1]) / resolution_m))
    if col0 >= col1 or row0 >= row1:
        return
    x = origin_m[0] + (np.arange(col0, col1) + 0.5) * resolution_m - foot.x_m
    y = (origin_m[1] + (np.arange(row0, row1) + 0.5) * resolution_m - foot.y_m)[:, None]
    if foot.round:
        inside = np.hypot(x, y) <= foot.half_x_m + margin
    else:
        cos, sin = math.cos(foot.yaw_rad), math.sin(foot.yaw_rad)
        along, across = cos * x + sin * y, -sin * x + cos * y
        inside = (np.abs(along) <= foot.half_x_m + margin - 1e-9) & (
            np.abs(across) <= foot.half_y_m + margin - 1e-9
        )
    grid[row0:row1, col0:col1][inside] = value


def draw_rectangle(
    grid: NDArray[np.bool_],
    origin_m: tuple[float, float],
    resolution_m: float,
    bounds_m: tuple[float, float, float, float],
    value: bool,
) -> None:
    """Set the cells whose centre lies in an axis-aligned rectangle (x0, y0, x1, y1)."""
    x0, y0, x1, y1 = bounds_m
    cols = [math.ceil((x - origin_m[0]) / resolution_m - 0.5) for x in (x0, x1)]
    rows = [math.ceil((y - origin_m[1]) / resolution_m - 0.5) for y in (y0, y1)]
    grid[max(0, rows[0]) : max(0, rows[1]), max(0, cols[0]) : max(0, cols[1])] = value


def free_distance(occupied: NDArray[np.bool_], resolution_m: float) -> NDArray[np.float64]:
    """Return ``(H, W)`` distance from the cell's centre to the nearest occupied cell, metres.

    Half a cell is taken off, so that the value is a bound from below; 0 in occupied cells.
    """
    if not occupied.any():
        return np.full(occupied.shape, np.inf)
    distance: NDArray[np.float64] = ndimage.distance_transform_edt(~occupied) * resolution_m
    bound: NDArray[np.float64] = np.maximum(0.0, distance - resolution_m / 2.0)
    return bound
