"""A* on the map graph with costs for length, turns and blocked places (paper, section 1.1).

The paper only says "search-based planner on the map graph". To price turns the search runs on
directed edges instead of nodes: a state is "came from a, now at b".
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import rustworkx
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_global.route.config import RouteConfig
from astra_global.route.free_space import Blockage
from astra_global.types import AstraMap

__all__ = ["GraphPath", "GraphSearch"]

_SOURCE, _SINK = -1, -2


@dataclass(frozen=True)
class GraphPath:
    """Nodes on the way, and the cost in metres of getting from pose to pose through them."""

    node_ids: tuple[str, ...]
    cost: float


@dataclass(frozen=True)
class _State:
    """At a node, having come from another (``None`` at the ends of a search)."""

    came_from: int | None
    node: int


@dataclass(frozen=True)
class _Step:
    """A change of state: its cost without blockages, and the directed edge that it drives."""

    cost_m: float
    entered: tuple[int, int] | None


class GraphSearch:
    """The directed-edge graph of one map, built once and searched often. Not thread safe."""

    def __init__(self, map: AstraMap, config: RouteConfig) -> None:
        """Build the states of every edge in both directions."""
        self._map = map
        self._config = config
        self._xy: NDArray[np.float64] = map.node_poses[:, :2]
        index = {node.id: number for number, node in enumerate(map.nodes)}
        self._index = index
        self._graph: rustworkx.PyDiGraph = rustworkx.PyDiGraph()
        self._entering: dict[int, list[int]] = {}
        self._leaving: dict[int, list[int]] = {}
        self._lengths: dict[tuple[int, int], float] = {}
        for edge in map.edges:
            a, b = index[edge.a], index[edge.b]
            for first, second in ((a, b), (b, a)):
                if first == second or (first, second) in self._lengths:
                    continue
                self._lengths[first, second] = max(edge.length_m, 1e-3)
                state = self._graph.add_node(_State(first, second))
                self._entering.setdefault(second, []).append(state)
                self._leaving.setdefault(first, []).append(state)
        for node, states in self._entering.items():
            for state in states:
                origin = self._graph[state].came_from
                for following in self._leaving.get(node, ()):
                    target = self._graph[following].node
                    if target != origin:
                        cost_m = self._lengths[node, target] + self._turn_m(origin, node, target)
                        self._graph.add_edge(state, following, _Step(cost_m, (node, target)))

    def search(
        self,
        start_costs: Mapping[str, float],
        goal_costs: Mapping[str, float],
        blockages: Sequence[Blockage] = (),
    ) -> GraphPath | None:
        """Return the cheapest way between two sets of nodes.

        Args:
            start_costs: Node id to the cost in metres of reaching it from the start.
            goal_costs: Node id to the cost of reaching the goal from it.
            blockages: Places whose edges cost more.
        """
        index = self._index
        starts = {index[name]: cost for name, cost in start_costs.items()}
        goals = {index[name]: cost for name, cost in goal_costs.items()}
        extra = self._extra_costs(blockages)
        best = self._without_edges(starts, goals)
        temporary = [self._graph.add_node(_State(None, node)) for node in starts]
        source = self._graph.add_node(_State(None, _SOURCE))
        sink = self._graph.add_node(_State(None, _SINK))
        try:
            for state, cost in zip(temporary, starts.values(), strict=True):
                self._graph.add_edge(source, state, _Step(cost, None))
                for following in self._leaving.get(self._graph[state].node, ()):
                    entered = self._pair(following)
                    self._graph.add_edge(state, following, _Step(self._lengths[entered], entered))
            for node, cost in goals.items():
                for state in self._entering.get(node, ()):
                    self._graph.add_edge(state, sink, _Step(cost, None))
            found = self._run((source, sink), extra, goals)
        finally:
            self._graph.remove_nodes_from([*temporary, source, sink])
        if found is not None and (best is None or found.cost < best.cost):
            best = found
        return best

    def _run(
        self,
        ends: tuple[int, int],
        extra: Mapping[tuple[int, int] | None, float],
        goals: Mapping[int, float],
    ) -> GraphPath | None:
        def cost(step: _Step) -> float:
            return step.cost_m

        def cost_with_extra(step: _Step) -> float:
            return step.cost_m + extra.get(step.entered, 0.0)

        # Both are called for every state that the search looks at: keep them this short.
        step_cost = cost_with_extra if extra else cost
        targets = self._xy[list(goals)]
        away = np.linalg.norm(self._xy[:, None] - targets[None], axis=-1).min(axis=1)
        # The pseudo nodes -1 and -2 of the two ends find their zeros at the end of the list.
        remaining_m: list[float] = [*away.tolist(), 0.0, 0.0]

        def remaining(state: _State) -> float:
            return remaining_m[state.node]

        source, _sink = ends
        try:
            states = rustworkx.digraph_astar_shortest_path(
                self._graph, source, lambda state: state.node == _SINK, step_cost, remaining
            )
        except rustworkx.NoPathFound:
            return None
        steps = [self._graph.get_edge_data(a, b) for a, b in itertools.pairwise(states)]
        nodes = [self._graph[state].node for state in states[1:-1]]
        names = tuple(self._map.nodes[node].id for node in nodes)
        return GraphPath(names, sum(step_cost(step) for step in steps))

    def _extra_costs(self, blockages: Sequence[Blockage]) -> dict[tuple[int, int] | None, float]:
        """Return the cost of the directed edges that pass through blocked places."""
        if not blockages or not self._lengths:
            return {}
        pairs = np.array(list(self._lengths))
        start, end = self._xy[pairs[:, 0]], self._xy[pairs[:, 1]]
        along = end - start
        squared = np.maximum(1e-12, (along**2).sum(axis=1))
        extra = np.zeros(len(pairs))
        for blockage in blockages:
            center = np.array([blockage.x_m, blockage.y_m])
            share = np.clip(((center - start) * along).sum(axis=1) / squared, 0.0, 1.0)
            away = np.linalg.norm(start + share[:, None] * along - center, axis=1)
            reach = blockage.radius_m + self._config.robot_radius_m
            extra += np.where(away < reach, self._config.blockage_cost_m, 0.0)
        hit = np.flatnonzero(extra)
        return {(int(pairs[k, 0]), int(pairs[k, 1])): float(extra[k]) for k in hit}

    def _without_edges(
        self, starts: Mapping[int, float], goals: Mapping[int, float]
    ) -> GraphPath | None:
        """Return the best node that serves both ends alone."""
        both = {node: starts[node] + goals[node] for node in starts.keys() & goals.keys()}
        if not both:
            return None
        node = min(both, key=lambda number: both[number])
        return GraphPath((self._map.nodes[node].id,), both[node])

    def _pair(self, state: int) -> tuple[int, int]:
        here = self._graph[state]
        return here.came_from, here.node

    def _turn_m(self, a: int, b: int, c: int) -> float:
        into, out = self._xy[b] - self._xy[a], self._xy[c] - self._xy[b]
        turn = wrap_angle(math.atan2(out[1], out[0]) - math.atan2(into[1], into[0]))
        return self._config.turn_cost_m_per_rad * abs(turn)
