"""Where people can walk: goals, and ways to them that keep off walls and off who stands there."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from astra_sim.scenes.floor_plan import FloorPlan

__all__ = ["Ways"]

_CELL_M = 0.1
#: Half the width of what people plan to pass; they fit through a little less.
_PLAN_M = 0.27
#: Walking this close to things costs up to twice as much.
_ROOMY_M, _TIGHT_COST = 0.55, 1.0
_LONGEST_M = 18.0
_SHORTEST_M = 2.0
#: Nobody stops closer than this to a wall, to a passage and to the robot.
_GOAL_SPACE_M, _GOAL_DOOR_M, _GOAL_ROBOT_M = 0.42, 1.0, 1.6
#: Ways keep this far off the middle of what blocks them, or squeeze past like this.
_BLOCK_M, _SQUEEZE_M = 0.68, 0.55
_BLOCKED_COST = 1.0e4


class Ways:
    """A coarse graph over the free floor of a building."""

    def __init__(self, plan: FloorPlan, door_centers_m: NDArray[np.float64]) -> None:
        """Build the graph.

        Args:
            plan: Floor plan of the mission-time scene.
            door_centers_m: ``(D, 2)`` passages, where nobody stops.
        """
        self._plan = plan
        self._origin_m = np.asarray(plan.origin_m)
        step = max(1, round(_CELL_M / plan.resolution_m))
        first = step // 2
        space = plan.free_distance_m[first::step, first::step]
        free = (space >= _PLAN_M) & plan.reachable(_PLAN_M)[first::step, first::step]
        rows, columns = np.nonzero(free)
        self.points_m = np.stack(
            [
                plan.origin_m[0] + (columns * step + first + 0.5) * plan.resolution_m,
                plan.origin_m[1] + (rows * step + first + 0.5) * plan.resolution_m,
            ],
            axis=1,
        )
        self._space = np.minimum(space[rows, columns], 5.0)
        away = np.full(len(self.points_m), np.inf)
        for center in door_centers_m:
            away = np.minimum(away, np.hypot(*(self.points_m - center).T))
        self._stops = (self._space >= _GOAL_SPACE_M) & (away >= _GOAL_DOOR_M)
        self._graph = self._links(free, step * plan.resolution_m)

    def _links(self, free: NDArray[np.bool_], cell_m: float) -> sparse.csr_matrix:
        index = np.full(free.shape, -1, np.int64)
        index[free] = np.arange(int(free.sum()))
        right = free[:, :-1] & free[:, 1:]
        up = free[:-1] & free[1:]
        square = right[:-1] & right[1:]
        pairs = (
            (index[:, :-1][right], index[:, 1:][right], 1.0),
            (index[:-1][up], index[1:][up], 1.0),
            (index[:-1, :-1][square], index[1:, 1:][square], math.sqrt(2.0)),
            (index[:-1, 1:][square], index[1:, :-1][square], math.sqrt(2.0)),
        )
        tails = np.concatenate([a for a, _, _ in pairs])
        heads = np.concatenate([b for _, b, _ in pairs])
        length = np.concatenate([np.full(a.size, factor * cell_m) for a, _, factor in pairs])
        tight = np.clip((_ROOMY_M - self._space) / (_ROOMY_M - _PLAN_M), 0.0, 1.0)
        cost = length * (1.0 + _TIGHT_COST * 0.5 * (tight[tails] + tight[heads]))
        size = int(free.sum())
        both = (np.concatenate([tails, heads]), np.concatenate([heads, tails]))
        return sparse.csr_matrix((np.concatenate([cost, cost]), both), shape=(size, size))

    def draw_way(
        self,
        rng: np.random.Generator,
        start_m: NDArray[np.float64],
        blocks_m: NDArray[np.float64],
        robot_m: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], bool]:
        """Draw a goal and return the way to it.

        Args:
            rng: Random stream of the person.
            start_m: ``(2,)`` where the person stands.
            blocks_m: ``(B, 2)`` middles of what stands in the way; ways go round them where
                there is another, and goals behind them are not chosen.
            robot_m: ``(2,)``; nobody wants to stop near it.

        Returns:
            ``(N, 2)`` points in ``map``, the goal last, and whether it squeezes past a block.
        """
        source = int(np.argmin(np.hypot(*(self.points_m - start_m).T)))
        from_robot = np.hypot(*(self.points_m - robot_m).T)
        for width in (_BLOCK_M, _SQUEEZE_M):
            graph = self._around(blocks_m, width)
            cost, before = csgraph.dijkstra(
                graph, indices=source, return_predecessors=True, limit=_LONGEST_M
            )
            reached = np.isfinite(cost) & self._stops & (from_robot >= _GOAL_ROBOT_M)
            goals = np.flatnonzero(reached & (cost >= _SHORTEST_M))
            if goals.size or not len(blocks_m):
                break
        if goals.size == 0:
            goals = np.flatnonzero(reached & (cost >= 0.5))
        if goals.size == 0:
            # A small room with the robot in its door: anywhere well off; another try another place.
            near = np.flatnonzero(np.isfinite(cost))
            goals = near[from_robot[near] >= 0.7 * from_robot[near].max()]
        nodes = [int(goals[int(rng.integers(0, goals.size))])]
        while nodes[-1] != source:
            nodes.append(int(before[nodes[-1]]))
        return self.points_m[nodes[::-1]], width == _SQUEEZE_M

    def _around(self, blocks_m: NDArray[np.float64], width_m: float) -> sparse.csr_matrix:
        if not len(blocks_m):
            return self._graph
        shut = np.zeros(len(self.points_m), bool)
        for block in blocks_m:
            shut |= np.hypot(*(self.points_m - block).T) < width_m
        graph = self._graph.copy()
        graph.data[shut[graph.indices]] = _BLOCKED_COST
        return graph

    def start_points(self, robot_m: NDArray[np.float64], away_m: float) -> NDArray[np.float64]:
        """Return ``(N, 2)`` places to stand on, at least so far from the robot."""
        far = np.hypot(*(self.points_m - robot_m).T) >= away_m
        places: NDArray[np.float64] = self.points_m[self._stops & far]
        return places

    def sees(self, a_m: NDArray[np.float64], b_m: NDArray[np.float64], radius_m: float) -> bool:
        """Whether a disc can go straight from a to b."""
        plan = self._plan
        count = max(2, math.ceil(math.hypot(*(b_m - a_m)) / (0.8 * plan.resolution_m)))
        points = a_m + np.linspace(0.0, 1.0, count)[:, None] * (b_m - a_m)
        return bool((self.space_m(points) >= radius_m).all())

    def space_m(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the distance ``(...,)`` of points ``(..., 2)`` to the nearest thing, at least."""
        plan = self._plan
        height, width = plan.occupied.shape
        cells = ((points_m - self._origin_m) / plan.resolution_m).astype(np.intp)
        columns = np.minimum(np.maximum(cells[..., 0], 0), width - 1)
        rows = np.minimum(np.maximum(cells[..., 1], 0), height - 1)
        space: NDArray[np.float64] = plan.free_distance_m[rows, columns]
        return space

    def space_at_m(self, x_m: float, y_m: float) -> float:
        """Return the same for one point; 0 off the grid."""
        row, column = self._plan.cell(x_m, y_m)
        height, width = self._plan.occupied.shape
        if not (0 <= row < height and 0 <= column < width):
            return 0.0
        return float(self._plan.free_distance_m[row, column])
