"""Cheapest ways on the occupancy grid, away from walls where there is room."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import label

from astra_core.grid_search import GridGraph, grid_graph
from astra_core.polyline import resample
from astra_global.route.config import RouteConfig
from astra_global.route.free_space import FreeSpace
from astra_global.route.planning_grid import PlanningGrid

__all__ = ["clearance_cost", "grid_path", "near_polyline", "path_distance"]

# Leaving a spot that is tighter than the robot likes (parked beside a chair) must be possible.
_ESCAPE_M = 0.5


def clearance_cost(clearance_m: NDArray[np.float64], config: RouteConfig) -> NDArray[np.float64]:
    """Return the cost per metre ``(*,)``: 1 in the open, rising quadratically near obstacles."""
    lack = np.clip(1.0 - clearance_m / config.preferred_clearance_m, 0.0, 1.0)
    return 1.0 + config.clearance_weight * lack**2


def near_polyline(
    grid: PlanningGrid, line_m: NDArray[np.float64], width_m: float
) -> NDArray[np.bool_]:
    """Return the cells ``(H, W)`` of a planning grid within ``width_m`` of a polyline ``(N, 2)``.

    Discs at every half width are stamped into the grid: on a large map much faster than asking
    every cell for its distance.
    """
    near = np.zeros(grid.clearance_m.shape, dtype=bool)
    for center in grid.cell_of(resample(line_m, 0.5 * width_m)):
        _stamp(near, center, 1.1 * width_m / grid.resolution_m)
    return near


def grid_path(
    space: FreeSpace,
    start_m: ArrayLike,
    goal_m: ArrayLike,
    config: RouteConfig,
    allowed: NDArray[np.bool_] | None = None,
) -> NDArray[np.float64] | None:
    """Return the cheapest way ``(N, 2)`` from start to goal, both ends exact; ``None`` = no way.

    Args:
        space: Clearance grid.
        start_m: ``(2,)`` in ``map``.
        goal_m: ``(2,)`` in ``map``.
        config: Radius, margin and cost of closeness.
        allowed: Cells ``(H, W)`` of the planning grid that may be used; ``None`` = all.
    """
    start = np.asarray(start_m, dtype=np.float64)[:2]
    goal = np.asarray(goal_m, dtype=np.float64)[:2]
    grid = space.planning
    source, target = grid.cell_of(np.stack([start, goal]))
    usable = _usable(grid, (source, target), config, allowed)
    if not (_inside(source, usable) and _inside(target, usable)):
        return None
    # Asking first whether there is any way spares a search of the whole building.
    islands, _ = label(usable, structure=np.ones((3, 3)))
    if islands[tuple(source)] != islands[tuple(target)]:
        return None
    cells = _graph(grid, usable, config).ways_from(source).way_to(target)
    if cells is None:
        return None
    return np.vstack([start, grid.points_of(cells)[1:-1], goal])


def path_distance(
    space: FreeSpace,
    start_m: ArrayLike,
    targets_m: NDArray[np.float64],
    config: RouteConfig,
    reach_m: float,
) -> NDArray[np.float64]:
    """Return the cost ``(N,)`` of the way from one point to each target; infinite = no way.

    Args:
        space: Clearance grid.
        start_m: ``(2,)`` in ``map``.
        targets_m: ``(N, 2)`` in ``map``.
        config: Radius, margin and cost of closeness.
        reach_m: How far around all these points the way may lead.
    """
    grid = space.planning
    start = np.asarray(start_m, dtype=np.float64)[:2]
    source, cells = grid.cell_of(start), grid.cell_of(targets_m)
    reach = reach_m / grid.resolution_m
    low = np.maximum(0, np.minimum(source, cells.min(axis=0)) - reach).astype(int)
    high = (np.maximum(source, cells.max(axis=0)) + reach + 1).astype(int)
    allowed = np.zeros(grid.clearance_m.shape, dtype=bool)
    allowed[low[0] : high[0], low[1] : high[1]] = True
    usable = _usable(grid, (source,), config, allowed)
    here = np.zeros(usable.shape, dtype=bool)
    if _inside(source, usable):
        here[tuple(source)] = True
    distance = _graph(grid, usable, config).distances(here)
    return distance[cells[:, 0], cells[:, 1]]


def _usable(
    grid: PlanningGrid,
    ends: tuple[NDArray[np.intp], ...],
    config: RouteConfig,
    allowed: NDArray[np.bool_] | None,
) -> NDArray[np.bool_]:
    clearance = grid.clearance_m
    wide = clearance >= config.robot_radius_m + config.margin_m
    near = np.zeros(wide.shape, dtype=bool)
    for end in ends:
        _stamp(near, end, _ESCAPE_M / grid.resolution_m)
    wide |= near & (clearance > 0.5 * config.robot_radius_m)
    for row, column in ends:
        if 0 <= row < wide.shape[0] and 0 <= column < wide.shape[1]:
            wide[row, column] = True
    return wide if allowed is None else wide & allowed


def _stamp(mask: NDArray[np.bool_], center: NDArray[np.intp], radius: float) -> None:
    """Set the cells of a disc, all in cells."""
    reach = int(radius)
    first = np.maximum(0, center - reach)
    last = np.minimum(mask.shape, center + reach + 1)
    if (last <= first).any():
        return
    rows, columns = np.ogrid[first[0] : last[0], first[1] : last[1]]
    disc = (rows - center[0]) ** 2 + (columns - center[1]) ** 2 <= radius**2
    mask[first[0] : last[0], first[1] : last[1]] |= disc


def _inside(cell: NDArray[np.intp], usable: NDArray[np.bool_]) -> bool:
    return bool((cell >= 0).all() and (cell < usable.shape).all() and usable[tuple(cell)])


def _graph(grid: PlanningGrid, usable: NDArray[np.bool_], config: RouteConfig) -> GridGraph:
    return grid_graph(usable, grid.resolution_m, clearance_cost(grid.clearance_m[usable], config))
