"""A route as a line that the robot follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.polyline import Polyline

__all__ = ["Route"]


@dataclass(frozen=True, eq=False)
class Route(Polyline):
    """A way to a goal pose (the trajectory Tr of the paper's algorithm 1).

    Attributes:
        points_m: ``(N, 2)`` in ``map``, N >= 2, from the robot to the goal.
        goal_pose: ``(3,)`` in ``map``.
        node_ids: Nodes of the graph on the way.
        source: ``graph``, ``straight`` (no node needed) or ``grid`` (the graph knew no way).
        cost: What the search paid, in metres.
        remark: For people: how its goal differs from what was asked; empty if it does not.
    """

    goal_pose: NDArray[np.float64]
    node_ids: tuple[str, ...] = ()
    source: str = "graph"
    cost: float = 0.0
    remark: str = ""

    def heading_at(self, station_m: float) -> float:
        """Return the direction of the route at a station, radians."""
        before = self.point_at(max(0.0, station_m - 0.15))
        after = self.point_at(min(self.length_m, station_m + 0.15))
        if np.linalg.norm(after - before) < 1e-6:
            return float(self.goal_pose[2])
        return float(np.arctan2(after[1] - before[1], after[0] - before[0]))
