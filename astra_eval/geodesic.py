"""Shortest ways on a grid, round obstacles: for SPL, time limits and distance to the goal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

__all__ = ["geodesic_distance"]


def geodesic_distance(
    free: NDArray[np.bool_],
    sources: NDArray[np.bool_],
    resolution_m: float,
    limit_m: float = np.inf,
) -> NDArray[np.float64]:
    """Return the length of the shortest 8-connected way from any source cell to each cell.

    A diagonal step is allowed only when both cells beside it are free, so that the way never cuts
    a corner. On open floor the 8-connected length exceeds the straight one by up to 8 %.

    Args:
        free: ``(H, W)`` cells that may be crossed.
        sources: ``(H, W)`` cells to start from; those that are not free are ignored.
        resolution_m: Side of a cell.
        limit_m: Farther cells need not be looked at.

    Returns:
        ``(H, W)`` metres; infinity where no way leads within the limit.
    """
    starts = np.flatnonzero(sources & free)
    if len(starts) == 0:
        return np.full(free.shape, np.inf)
    height, width = free.shape
    index = np.arange(height * width).reshape(height, width)
    rows, columns, lengths = [], [], []

    def connect(
        a: NDArray[np.intp], b: NDArray[np.intp], allowed: NDArray[np.bool_], step: float
    ) -> None:
        rows.append(a[allowed])
        columns.append(b[allowed])
        lengths.append(np.full(int(allowed.sum()), step * resolution_m))

    connect(index[:, :-1], index[:, 1:], free[:, :-1] & free[:, 1:], 1.0)
    connect(index[:-1], index[1:], free[:-1] & free[1:], 1.0)
    block = free[:-1, :-1] & free[:-1, 1:] & free[1:, :-1] & free[1:, 1:]
    connect(index[:-1, :-1], index[1:, 1:], block, float(np.sqrt(2.0)))
    connect(index[:-1, 1:], index[1:, :-1], block, float(np.sqrt(2.0)))
    graph = coo_array(
        (np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))),
        shape=(height * width, height * width),
    ).tocsr()
    distance = dijkstra(graph, directed=False, indices=starts, min_only=True, limit=limit_m)
    return np.asarray(distance).reshape(height, width)
