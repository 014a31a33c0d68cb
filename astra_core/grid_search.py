"""Cheapest ways on a grid: one graph of its cells, one search (Dijkstra, by SciPy).

Everybody who looks for a way on a grid does it here: the planner's remaining way, routes on the
map, tours and floor plans of the simulator, scores. They differ in which cells may be entered,
what a metre costs there, how many directions a step can take, and whether it may cut a corner.

Letters: ``H``, ``W`` rows and columns of the grid, ``N`` cells that may be entered, in the order of
``np.flatnonzero``. A cell is (row, column).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["GridGraph", "GridWays", "grid_graph", "whole_grid_distance"]

Offsets = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class GridGraph:
    """The cells that may be entered, each joined to those around it.

    Attributes:
        cells: ``(N,)`` their flat indices, ascending.
        numbers: ``(H, W)`` place of each cell among them, -1 where none may be entered.
        matrix: ``(N, N)`` sparse: cost of a step. Each edge stands there once, from the cell that
            comes first, and can be gone both ways.
    """

    cells: NDArray[np.intp]
    numbers: NDArray[np.int32]
    matrix: Any

    def distances(self, sources: NDArray[np.bool_], limit: float = np.inf) -> NDArray[np.float64]:
        """Return the cost ``(H, W)`` of the cheapest way to each cell from the nearest source.

        Args:
            sources: ``(H, W)`` cells to start from; those that may not be entered are ignored.
            limit: Dearer ways need not be found.

        Returns:
            Infinite where no way leads.
        """
        from scipy.sparse.csgraph import dijkstra

        starts = self.numbers[sources & (self.numbers >= 0)]
        distance = np.full(self.numbers.shape, np.inf)
        if len(starts):
            distance.flat[self.cells] = dijkstra(
                self.matrix, directed=False, indices=starts, min_only=True, limit=limit
            )
        return distance

    def ways_from(self, source: ArrayLike) -> GridWays:
        """Search from one cell ``(2,)``, which may be entered, to all others."""
        from scipy.sparse.csgraph import dijkstra

        row, column = np.asarray(source)
        distance, previous = dijkstra(
            self.matrix,
            directed=False,
            indices=self.numbers[row, column],
            return_predecessors=True,
        )
        return GridWays(self, distance, previous)


@dataclass(frozen=True, eq=False)
class GridWays:
    """The cheapest way from one cell to every other.

    Attributes:
        graph: Where they lead.
        distance: ``(N,)`` cost, infinite where no way leads.
        previous: ``(N,)`` the cell before on the way; negative at the source and beyond reach.
    """

    graph: GridGraph
    distance: NDArray[np.float64]
    previous: NDArray[np.int32]

    def way_to(self, target: ArrayLike) -> NDArray[np.intp] | None:
        """Return the cells ``(M, 2)`` from the source to a target ``(2,)``; ``None`` = no way."""
        row, column = np.asarray(target)
        number = int(self.graph.numbers[row, column])
        if number < 0 or not np.isfinite(self.distance[number]):
            return None
        steps = [number]
        while self.previous[steps[-1]] >= 0:
            steps.append(int(self.previous[steps[-1]]))
        width = self.graph.numbers.shape[1]
        return np.stack(np.divmod(self.graph.cells[steps[::-1]], width), axis=1)


def grid_graph(
    enterable: NDArray[np.bool_],
    resolution_m: float,
    price: NDArray[np.float64] | None = None,
    *,
    directions: int = 8,
    cuts_corners: bool = True,
) -> GridGraph:
    """Join the cells of a grid. A step costs its length times the mean price of its two ends.

    Args:
        enterable: ``(H, W)`` cells that may be entered.
        resolution_m: Side of a cell.
        price: ``(N,)`` of a metre in each of them, in the order of ``np.flatnonzero``; ``None`` is
            1, infinite as good as not to be entered.
        directions: 8, or 16 with the moves of a knight: ways on open floor are then at most 3 %
            too long instead of 8 %.
        cuts_corners: Whether a diagonal step may pass a cell that may not be entered (8 only).
    """
    from scipy.sparse import csr_matrix

    height, width = enterable.shape
    cells = np.flatnonzero(enterable)
    numbers = np.full(enterable.shape, -1, dtype=np.int32)
    numbers.flat[cells] = np.arange(len(cells), dtype=np.int32)
    rows, columns = np.divmod(cells, width)
    sources, targets, costs = [], [], []
    for down, right in _half(directions):
        stays = (rows + down < height) & (columns + right < width) & (columns + right >= 0)
        here = np.flatnonzero(stays)
        there = numbers.flat[cells[here] + down * width + right]
        joined = there >= 0
        if not cuts_corners:
            joined &= numbers.flat[cells[here] + right] >= 0
            joined &= numbers.flat[cells[here] + down * width] >= 0
        here, there = here[joined], there[joined]
        step_m = math.hypot(down, right) * resolution_m
        if price is None:
            cost = np.full(len(here), step_m)
        else:
            cost = 0.5 * step_m * (price[here] + price[there])
        sources.append(here.astype(np.int32))
        targets.append(there)
        costs.append(cost)
    ends = (np.concatenate(sources), np.concatenate(targets))
    size = (len(cells), len(cells))
    return GridGraph(cells, numbers, csr_matrix((np.concatenate(costs), ends), shape=size))


def whole_grid_distance(
    price: NDArray[np.float64], resolution_m: float, source: tuple[int, int]
) -> NDArray[np.float64]:
    """Return the cost ``(H, W)`` of the cheapest 8-connected way to each cell of a whole grid.

    The same as :func:`grid_graph` with every cell enterable, for searches that come ten times per
    second on grids of one size: which cells are neighbours is worked out once.

    Args:
        price: ``(H, W)`` of a metre in each cell, finite.
        resolution_m: Side of a cell.
        source: Cell from which the ways are measured.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    height, width = price.shape
    near, far, length, row_starts = _whole_grid_edges(height, width)
    flat = price.ravel()
    costs = length * resolution_m * 0.5 * (flat[near] + flat[far])
    graph = csr_matrix((costs, far, row_starts), shape=(flat.size, flat.size))
    distance = dijkstra(graph, indices=source[0] * width + source[1])
    return np.asarray(distance, dtype=np.float64).reshape(height, width)


def _half(directions: int) -> Offsets:
    """Return one of each pair of opposite steps (rows down, columns right)."""
    reach = {8: 1, 16: 2}[directions]
    span = range(-reach, reach + 1)
    return tuple(
        (down, right)
        for down in span
        for right in span
        if (down, right) > (0, 0) and math.gcd(down, abs(right)) == 1
    )


@lru_cache(maxsize=4)
def _whole_grid_edges(
    height: int, width: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.int32]]:
    """Return all 8-neighbour edges, both ways, by rows: near, far, length in cells, row starts."""
    cells = np.arange(height * width, dtype=np.int32).reshape(height, width)
    nears, fars, lengths = [], [], []
    for down, right in (step for half in _half(8) for step in (half, (-half[0], -half[1]))):
        rows, columns = _span(height, down), _span(width, right)
        nears.append(cells[rows, columns].ravel())
        fars.append(nears[-1] + down * width + right)
        lengths.append(np.full(nears[-1].size, math.hypot(down, right)))
    near, far = np.concatenate(nears), np.concatenate(fars)
    order = np.lexsort((far, near))
    row_starts = np.zeros(height * width + 1, dtype=np.int32)
    np.cumsum(np.bincount(near, minlength=height * width), out=row_starts[1:])
    return near[order], far[order], np.concatenate(lengths)[order], row_starts


def _span(size: int, step: int) -> slice:
    return slice(max(-step, 0), size - max(step, 0))
