"""From a pose to a goal pose: graph search, then a smooth line on the free space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.errors import GoalUnreachable
from astra_core.polyline import resample
from astra_global.route.config import RouteConfig
from astra_global.route.free_space import Blockage, FreeSpace
from astra_global.route.graph import GraphPath, GraphSearch
from astra_global.route.grid_path import clearance_cost, grid_path, near_polyline
from astra_global.route.route import Route
from astra_global.types import AstraMap

__all__ = ["GraphRoutePlanner"]

# Nodes without a free straight line to a pose may still connect it, round a corner, at this price.
_ROUND_A_CORNER = 3.0


class GraphRoutePlanner:
    """Plans global trajectories on one map (line 2 of the paper's algorithm 1)."""

    def __init__(self, map: AstraMap, config: RouteConfig | None = None) -> None:
        """Prepare the graph and the free space."""
        self.map = map
        self.config = config or RouteConfig()
        self.space = FreeSpace.from_map(map, self.config.robot_radius_m)
        self._graph = GraphSearch(map, self.config)

    def plan(
        self, start: ArrayLike, goal_pose: ArrayLike, blockages: Sequence[Blockage] = ()
    ) -> Route:
        """Return a route from a pose to a goal pose.

        Args:
            start: ``(3,)`` or ``(2,)`` in ``map``.
            goal_pose: ``(3,)`` in ``map``.
            blockages: Places to avoid; passed only where nothing else leads to the goal.

        Raises:
            GoalUnreachable: Neither the graph nor the free space has a way.
        """
        begin = np.asarray(start, dtype=np.float64)[:2]
        goal = np.asarray(goal_pose, dtype=np.float64)
        space = self.space.blocked_by(blockages) if self.space else None
        if self._is_straight(space, begin, goal[:2]):
            straight = np.stack([begin, goal[:2]])
            length_m = float(np.linalg.norm(straight[1] - straight[0]))
            return self._route(straight, goal, (), "straight", length_m)
        path = self._graph.search(
            self._attach(space, begin), self._attach(space, goal[:2]), blockages
        )
        if space is None:
            if path is None:
                raise GoalUnreachable("the map's graph has no way from here to the goal")
            return self._route(
                self._through(begin, path, goal), goal, path.node_ids, "graph", path.cost
            )
        line, source = self._smooth_line(space, begin, path, goal)
        if line is None and self.space is not None and blockages:
            line, source = self._smooth_line(self.space, begin, path, goal)
        if line is None:
            raise GoalUnreachable("the map has no free way from here to the goal")
        nodes = path.node_ids if path and source == "graph" else ()
        cost = path.cost if path else self._cost(space, line)
        return self._route(self._shortened(space, line), goal, nodes, source, cost)

    def _smooth_line(
        self,
        space: FreeSpace,
        begin: NDArray[np.float64],
        path: GraphPath | None,
        goal: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64] | None, str]:
        """Return the cheapest way in a corridor along the nodes; anywhere, if that fails or pays.

        The tour need not have gone the short way: two aisles may be neighbours on the floor and far
        apart on the graph.
        """
        anywhere = grid_path(space, begin, goal, self.config)
        if path is None or anywhere is None:
            return anywhere, "grid"
        nodes = self._through(begin, path, goal)
        allowed = near_polyline(space.planning, nodes, self.config.corridor_m)
        along = grid_path(space, begin, goal, self.config, allowed)
        if along is None:
            return anywhere, "grid"
        pays = self._cost(space, along) > self.config.shortcut_ratio * self._cost(space, anywhere)
        return (anywhere, "grid") if pays else (along, "graph")

    def _through(
        self, begin: NDArray[np.float64], path: GraphPath, goal: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        nodes = [self.map.node_by_id[name].pose[:2] for name in path.node_ids]
        return np.vstack([begin, *nodes, goal[:2]])

    def _attach(self, space: FreeSpace | None, xy: NDArray[np.float64]) -> dict[str, float]:
        """Return the nodes that connect a place to the graph, with the cost of reaching them."""
        config = self.config
        away = np.linalg.norm(self.map.node_poses[:, :2] - xy, axis=1)
        order = np.argsort(away, kind="stable")
        near = [number for number in order if away[number] <= config.attach_radius_m]
        if space is not None:
            radius_m = config.robot_radius_m + config.margin_m
            near = [
                number
                for number in near
                if space.line_clearance(xy, self.map.node_poses[number, :2]) >= radius_m
            ]
        if near:
            return {
                self.map.nodes[number].id: float(away[number])
                for number in near[: config.attach_count]
            }
        return {
            self.map.nodes[number].id: _ROUND_A_CORNER * float(away[number]) for number in order[:3]
        }

    def _is_straight(
        self, space: FreeSpace | None, begin: NDArray[np.float64], goal: NDArray[np.float64]
    ) -> bool:
        if np.linalg.norm(goal - begin) > self.config.straight_m:
            return False
        if space is None:
            return bool(np.linalg.norm(goal - begin) < 0.5)
        # Only where the line is as wide as the robot likes; otherwise the smooth way is better.
        return space.line_clearance(begin, goal) >= 0.7 * self.config.preferred_clearance_m

    def _shortened(self, space: FreeSpace, line: NDArray[np.float64]) -> NDArray[np.float64]:
        """Replace zigzags of the grid by straight lines that cost no more."""
        steps = 0.5 * np.linalg.norm(np.diff(line, axis=0), axis=1)
        cost = clearance_cost(space.clearance_at(line), self.config)
        along = np.concatenate([[0.0], np.cumsum(steps * (cost[:-1] + cost[1:]))])
        radius_m = self.config.robot_radius_m + self.config.margin_m
        kept, here = [0], 0
        while here < len(line) - 1:
            reach = here + 1
            step = 1
            while here + step < len(line):
                there = here + step
                clearance, price = self._along_straight(space, line[here], line[there])
                if clearance < radius_m or price > 1.02 * (along[there] - along[here]):
                    break
                reach, step = there, step * 2
            # The doubling stopped somewhere between reach and 2 reach: the lower end will do.
            kept.append(reach)
            here = reach
        return line[kept]

    def _along_straight(
        self, space: FreeSpace, start: NDArray[np.float64], end: NDArray[np.float64]
    ) -> tuple[float, float]:
        """Return the smallest clearance on a straight line, and its cost."""
        clearance = space.clearance_along(start, end)
        cost = clearance_cost(clearance, self.config)
        length_m = float(np.hypot(*(end - start)))
        mean = (cost.sum() - 0.5 * (cost[0] + cost[-1])) / (len(cost) - 1)
        return float(clearance.min()), length_m * float(mean)

    def _cost(self, space: FreeSpace, line: NDArray[np.float64]) -> float:
        points = resample(line, 0.5 * space.resolution_m)
        cost = clearance_cost(space.clearance_at(points), self.config)
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        return float((0.5 * steps * (cost[:-1] + cost[1:])).sum())

    def _route(
        self,
        line: NDArray[np.float64],
        goal: NDArray[np.float64],
        nodes: tuple[str, ...],
        source: str,
        cost: float,
    ) -> Route:
        points = resample(line, self.config.step_m)
        if len(points) < 2 or np.allclose(points[0], points[-1]):
            points = np.stack([line[0], goal[:2]])
        return Route(points, goal, nodes, source, cost)
