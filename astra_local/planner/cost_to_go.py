"""How far it still is to the sub-goal, from everywhere: Dijkstra on a coarse local grid.

Without it a sampling planner with a horizon of three seconds is trapped by every sofa.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.grid_search import whole_grid_distance
from astra_local.belief import WorldBelief
from astra_local.types import GridField

__all__ = ["CostToGo", "cost_to_go", "way_prices"]

# Price of a metre: comfortable = 1. Squeezing through what the coarse grid calls too tight is dear
# but finite, so that a robot inside the inflation still knows which way is out.
_NEAR_PRICE = 3.0
_TIGHT_PRICE = 30.0
_SOLID_PRICE = 300.0
_UNKNOWN_PRICE = 0.7
_SUSPECT_PRICE = 4.0  # never seen and beside an obstacle: may well be more of it
_COMFORT_M = 0.2
_SUSPECT_M = 0.3


@dataclass(frozen=True, eq=False)
class CostToGo:
    """The remaining way in "comfortable metres".

    Attributes:
        field: The way from each cell.
        gradient: ``(2, H, W)`` unit vectors (x, y) along which it falls fastest.
        goal_xy: Where it is zero (moved out of obstacles if need be).
    """

    field: GridField
    gradient: NDArray[np.float32]
    goal_xy: tuple[float, float]

    def direction(
        self, x: NDArray[np.floating], y: NDArray[np.floating]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the x and y parts ``(*)`` of the direction of descent at positions ``(*)``."""
        interpolate = self.field.samplers(x, y)
        along_x, along_y = interpolate(self.gradient[0]), interpolate(self.gradient[1])
        norm: NDArray[np.float32] = np.maximum(np.hypot(along_x, along_y), np.float32(1e-6))
        return along_x / norm, along_y / norm


def cost_to_go(
    belief: WorldBelief,
    start_xy: tuple[float, float],
    goal_xy: tuple[float, float],
    footprint_radius_m: float,
    resolution_m: float,
) -> CostToGo:
    """Compute the field.

    Where the straight way is comfortable the field is the plain distance, which has no grid
    artefacts; otherwise Dijkstra from the goal.

    Args:
        belief: Distance fields in ``odom``.
        start_xy: The robot, metres.
        goal_xy: The sub-goal, metres; outside the grid it is moved to the border.
        footprint_radius_m: Obstacles are inflated by it.
        resolution_m: Cell size of the result, a multiple of the cell size of the belief.
    """
    factor = max(1, round(resolution_m / belief.esdf.resolution_m))
    pooled = _max_pool(belief.esdf.values, factor)
    coarse = GridField(pooled, belief.esdf.origin_m, belief.esdf.resolution_m * factor)
    clearance = pooled - np.float32(footprint_radius_m)
    goal_xy = _free_goal(clearance, coarse, goal_xy)
    if _straight_is_free(belief, start_xy, goal_xy, footprint_radius_m + 0.1):
        field = _euclidean(coarse, goal_xy)
    else:
        unknown = _max_pool(belief.unknown_distance.values, factor) <= 0.0
        price, goal = way_prices(clearance, unknown), coarse.cell_of(*goal_xy)
        field = whole_grid_distance(price, coarse.resolution_m, goal).astype(np.float32)
    down_y, down_x = np.gradient(-field)
    return CostToGo(
        GridField(field, coarse.origin_m, coarse.resolution_m),
        np.stack([down_x, down_y]).astype(np.float32),
        goal_xy,
    )


def _max_pool(values: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    height, width = (side // factor * factor for side in values.shape)
    blocks = values[:height, :width].reshape(height // factor, factor, width // factor, factor)
    pooled: NDArray[np.float32] = blocks.max(axis=(1, 3))
    return pooled


def way_prices(clearance: NDArray[np.float32], unknown: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the price of a metre in each cell ``(H, W)``, 1 where it is comfortable.

    Args:
        clearance: ``(H, W)`` of the footprint, metres.
        unknown: ``(H, W)`` cells never seen.
    """
    lack = np.clip(1.0 - clearance / _COMFORT_M, 0.0, 1.0)
    suspect = np.clip(1.0 - clearance / _SUSPECT_M, 0.0, 1.0)
    price = 1.0 + _NEAR_PRICE * lack**2 + unknown * (_UNKNOWN_PRICE + _SUSPECT_PRICE * suspect)
    price = np.where(clearance < 0.0, _TIGHT_PRICE, price)
    # Inside matter the distance field is negative itself: clearance below minus the radius.
    return np.where(clearance < -0.2, _SOLID_PRICE, price)


def _free_goal(
    clearance: NDArray[np.float32], coarse: GridField, goal_xy: tuple[float, float]
) -> tuple[float, float]:
    """Move a goal that the robot cannot stand on to the nearest place within 0.6 m that it can."""
    height, width = clearance.shape
    half, resolution = coarse.resolution_m / 2.0, coarse.resolution_m
    low = (coarse.origin_m[0] + half, coarse.origin_m[1] + half)
    high = (low[0] + (width - 1) * resolution, low[1] + (height - 1) * resolution)
    x, y = (min(max(goal_xy[i], low[i]), high[i]) for i in (0, 1))
    row, column = coarse.cell_of(x, y)
    if clearance[row, column] > 0.03:
        return x, y
    reach = math.ceil(0.6 / resolution)
    rows = np.arange(max(row - reach, 0), min(row + reach + 1, height))
    columns = np.arange(max(column - reach, 0), min(column + reach + 1, width))
    window = clearance[np.ix_(rows, columns)] > 0.03
    if not window.any():
        return x, y
    free_rows, free_columns = np.nonzero(window)
    centers_x = low[0] + columns[free_columns] * resolution
    centers_y = low[1] + rows[free_rows] * resolution
    best = int(np.argmin((centers_x - x) ** 2 + (centers_y - y) ** 2))
    return float(centers_x[best]), float(centers_y[best])


def _straight_is_free(
    belief: WorldBelief, start: tuple[float, float], goal: tuple[float, float], needed_m: float
) -> bool:
    length = math.dist(start, goal)
    count = max(2, math.ceil(length / 0.05))
    share = np.linspace(0.0, 1.0, count)
    x = start[0] + share * (goal[0] - start[0])
    y = start[1] + share * (goal[1] - start[1])
    clear = belief.esdf.sample(x, y)
    unseen = belief.unknown_distance.sample(x, y) <= 0.0
    return bool((clear >= needed_m + _SUSPECT_M * unseen).all())


def _euclidean(coarse: GridField, goal_xy: tuple[float, float]) -> NDArray[np.float32]:
    height, width = coarse.values.shape
    x = coarse.origin_m[0] + (np.arange(width) + 0.5) * coarse.resolution_m - goal_xy[0]
    y = coarse.origin_m[1] + (np.arange(height) + 0.5) * coarse.resolution_m - goal_xy[1]
    return np.asarray(np.hypot(x[None, :], y[:, None]), dtype=np.float32)
