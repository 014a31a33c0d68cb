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
        resolution_m: Side of a cell.
    """

    def __init__(self, plan: FloorPlan, radius_m: float, comfort_m: float, penalty: float) -> None:
        """Build the graph.

        Args:
            plan: Floor plan.
            radius_m: Smallest distance to an obstacle.
            comfort_m: Distance from which on a cell costs nothing extra.
            penalty: Extra cost factor at ``radius_m``, falling linearly to 0 at ``comfort_m``.
        """
        self.resolution_m = plan.resolution_m
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
        largest = np.argmax(np.bincount(labels)) if count else 0
        kept = np.flatnonzero(labels == largest)
        graph = graph[kept][:, kept]
        self._graph = graph + graph.T
        cells = np.argwhere(free)[kept]
        self.points = np.asarray(plan.origin_m) + (cells[:, ::-1] + 0.5) * plan.resolution_m
        self.clearance_m = distance[free][kept]

    def costs_between(self, nodes: NDArray[np.intp], reach: float = 8.0) -> NDArray[np.float64]:
        """Return the cost ``(K, K)`` of the cheapest way between any two of K nodes.

        A large building has too many cells to search all of it from every node. Ways that cost
        more than ``reach`` are put together from shorter ones between the nodes themselves, so
        they may come out a little too dear.
        """
        costs = np.full((len(nodes), len(nodes)), np.inf)
        while True:
            for row, node in enumerate(nodes):
                costs[row] = dijkstra(self._graph, indices=node, limit=reach)[nodes]
            between = dijkstra(csr_matrix(np.where(np.isfinite(costs), costs, 0.0)), directed=False)
            if np.isfinite(between).all():
                both_ways: NDArray[np.float64] = np.minimum(between, between.T)
                return both_ways
            reach *= 2.0

    def walk(self, start: int, goal: int, most: float = np.inf) -> NDArray[np.float64]:
        """Return the points ``(M, 2)`` of the cheapest way, which costs no more than ``most``."""
        # A hair more: the same sum may round differently from the other end.
        _, before = dijkstra(
            self._graph,
            indices=start,
            limit=most * (1.0 + 1e-9) + 1e-9,
            return_predecessors=True,
        )
        nodes = [goal]
        while nodes[-1] != start:
            nodes.append(int(before[nodes[-1]]))
        way: NDArray[np.float64] = self.points[nodes[::-1]]
        return way
