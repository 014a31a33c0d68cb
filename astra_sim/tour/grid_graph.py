"""Ways through a floor plan that keep away from furniture.

Cells the robot's centre may occupy are nodes, 8-connected; an edge costs its length times a
factor that grows towards obstacles, so that the cheapest way runs through the middle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

if TYPE_CHECKING:
    from astra_sim.scenes.floor_plan import FloorPlan

__all__ = ["GridGraph"]

# One of each pair of opposite neighbours (dy, dx): the graph is undirected.
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


class GridGraph:
    """The largest connected part of the free floor as a graph.

    Attributes:
        points: ``(N, 2)`` centres of its cells, metres in ``map``.
        clearance_m: ``(N,)`` distance of each to the nearest obstacle.
    """

    def __init__(self, plan: FloorPlan, radius_m: float, comfort_m: float, penalty: float) -> None:
        """Build the graph.

        Args:
            plan: Floor plan.
            radius_m: Smallest distance to an obstacle.
            comfort_m: Distance from which on a cell costs nothing extra.
            penalty: Extra cost factor at ``radius_m``, falling linearly to 0 at ``comfort_m``.
        """
        distance = plan.free_distance_m
        free = distance >= radius_m
        number = np.full(free.shape, -1)
        number[free] = np.arange(np.count_nonzero(free))
        crowding = np.clip((comfort_m - distance) / max(comfort_m - radius_m, 1e-6), 0.0, 1.0)
        price = 1.0 + penalty * crowding

        rows, columns, costs = [], [], []
        height, width = free.shape
        for dy, dx in _NEIGHBOURS:
            low, high = max(0, -dx), min(width, width - dx)
            here = (slice(0, height - dy), slice(low, high))
            there = (slice(dy, height), slice(low + dx, high + dx))
            both = free[here] & free[there]
            step_m = plan.resolution_m * np.hypot(dy, dx)
            rows.append(number[here][both])
            columns.append(number[there][both])
            costs.append(0.5 * step_m * (price[here][both] + price[there][both]))
        count = int(np.count_nonzero(free))
        graph = csr_matrix(
            (np.concatenate(costs), (np.concatenate(rows), np.concatenate(columns))),
            shape=(count, count),
        )
        _, labels = connected_components(graph, directed=False)
        kept = np.flatnonzero(labels == np.argmax(np.bincount(labels))) if count else []
        self._graph = graph[kept][:, kept]
        cells = np.argwhere(free)[kept]
        self.points = np.asarray(plan.origin_m) + (cells[:, ::-1] + 0.5) * plan.resolution_m
        self.clearance_m = distance[free][kept]

    def costs(self, nodes: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Return cost ``(K, N)`` from K nodes to all, and predecessors ``(K, N)`` on the way."""
        return dijkstra(self._graph, directed=False, indices=nodes, return_predecessors=True)

    def walk(self, predecessors: NDArray[np.int32], goal: int) -> NDArray[np.float64]:
        """Return the points ``(M, 2)`` from the start of one row of predecessors to ``goal``."""
        nodes = [goal]
        while (before := int(predecessors[nodes[-1]])) >= 0:
            nodes.append(before)
        return self.points[nodes[::-1]]
