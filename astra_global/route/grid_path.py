"""Cheapest ways on the occupancy grid, away from walls where there is room."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from astra_global.route.config import RouteConfig
from astra_global.route.free_space import FreeSpace

__all__ = ["clearance_cost", "grid_path", "near_polyline", "path_distance"]

# Leaving a spot that is tighter than the robot likes (parked beside a chair) must be possible.
_ESCAPE_M = 0.5


def clearance_cost(clearance_m: NDArray[np.float64], config: RouteConfig) -> NDArray[np.float64]:
    """Return the cost per metre ``(*,)``: 1 in the open, rising quadratically near obstacles."""
    lack = np.clip(1.0 - clearance_m / config.preferred_clearance_m, 0.0, 1.0)
    return 1.0 + config.clearance_weight * lack**2


def near_polyline(
    space: FreeSpace, line_m: NDArray[np.float64], width_m: float
) -> NDArray[np.bool_]:
    """Return the cells ``(H, W)`` within ``width_m`` of a polyline ``(N, 2)``."""
    away = np.ones(space.clearance_m.shape, dtype=bool)
    for start, end in itertools.pairwise(line_m):
        count = int(np.linalg.norm(end - start) / space.resolution_m) + 2
        points = start + np.linspace(0.0, 1.0, count)[:, None] * (end - start)
        cells = np.clip(space.occupancy.cell_of(points), 0, np.array(away.shape) - 1)
        away[cells[:, 0], cells[:, 1]] = False
    return np.asarray(distance_transform_edt(away)) * space.resolution_m <= width_m


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
        allowed: Cells ``(H, W)`` that may be used; ``None`` = all.
    """
    start = np.asarray(start_m, dtype=np.float64)[:2]
    goal = np.asarray(goal_m, dtype=np.float64)[:2]
    usable = _usable(space, (start, goal), config, allowed)
    source, target = space.occupancy.cell_of(np.stack([start, goal]))
    if not (_inside(source, usable) and _inside(target, usable)):
        return None
    numbers, graph = _grid_graph(space, usable, config)
    _, previous = dijkstra(
        graph, directed=False, indices=numbers[tuple(source)], return_predecessors=True
    )
    cells = np.argwhere(usable)
    steps = [int(numbers[tuple(target)])]
    while previous[steps[-1]] >= 0:
        steps.append(int(previous[steps[-1]]))
    if steps[-1] != numbers[tuple(source)]:
        return None
    inner = space.occupancy.center_of(cells[steps[::-1]])[1:-1]
    return np.vstack([start, inner, goal])


def path_distance(
    space: FreeSpace, start_m: ArrayLike, config: RouteConfig, allowed: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the cost ``(H, W)`` of the way from one point to each cell; infinite = no way."""
    start = np.asarray(start_m, dtype=np.float64)[:2]
    usable = _usable(space, (start,), config, allowed)
    distance = np.full(usable.shape, np.inf)
    source = space.occupancy.cell_of(start)
    if not _inside(source, usable):
        return distance
    numbers, graph = _grid_graph(space, usable, config)
    distance[usable] = dijkstra(graph, directed=False, indices=numbers[tuple(source)])
    return distance


def _usable(
    space: FreeSpace,
    ends: tuple[NDArray[np.float64], ...],
    config: RouteConfig,
    allowed: NDArray[np.bool_] | None,
) -> NDArray[np.bool_]:
    wide = space.clearance_m >= config.robot_radius_m + config.margin_m
    rows, columns = np.indices(wide.shape, sparse=True)
    for end in ends:
        row, column = space.occupancy.cell_of(end)
        near = np.hypot(rows - row, columns - column) * space.resolution_m <= _ESCAPE_M
        wide |= near & (space.clearance_m > 0.5 * config.robot_radius_m)
        if 0 <= row < wide.shape[0] and 0 <= column < wide.shape[1]:
            wide[row, column] = True
    return wide if allowed is None else wide & allowed


def _inside(cell: NDArray[np.intp], usable: NDArray[np.bool_]) -> bool:
    return bool((cell >= 0).all() and (cell < usable.shape).all() and usable[tuple(cell)])


def _grid_graph(
    space: FreeSpace, usable: NDArray[np.bool_], config: RouteConfig
) -> tuple[NDArray[np.int64], csr_matrix]:
    """Return cell numbers ``(H, W)`` (-1 = none) and the 8-connected graph of the usable cells."""
    count = int(usable.sum())
    numbers = np.full(usable.shape, -1, dtype=np.int64)
    numbers[usable] = np.arange(count)
    cost = clearance_cost(space.clearance_m, config)
    height, width = usable.shape
    sources, targets, weights = [], [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, height - down), slice(max(0, -right), width - max(0, right)))
        there = (slice(down, height), slice(max(0, right), width - max(0, -right)))
        both = usable[here] & usable[there]
        sources.append(numbers[here][both])
        targets.append(numbers[there][both])
        length_m = space.resolution_m * float(np.hypot(down, right))
        weights.append(0.5 * length_m * (cost[here][both] + cost[there][both]))
    indices = (np.concatenate(sources), np.concatenate(targets))
    return numbers, csr_matrix((np.concatenate(weights), indices), shape=(count, count))
