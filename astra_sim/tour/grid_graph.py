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

from astra_core.grid_search import grid_graph

if TYPE_CHECKING:
    from astra_sim.scenes.floor_plan import FloorPlan

__all__ = ["GridGraph"]


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
        crowding = np.clip((comfort_m - distance[free]) / max(comfort_m - radius_m, 1e-6), 0.0, 1.0)
        graph = grid_graph(free, plan.resolution_m, 1.0 + penalty * crowding).matrix
        _, labels = connected_components(graph, directed=False)
        largest = np.argmax(np.bincount(labels)) if len(labels) else 0
        kept = np.flatnonzero(labels == largest)
        graph = graph[kept][:, kept]
        # Both ways, because it is searched from hundreds of cells.
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
