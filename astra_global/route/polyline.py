"""A route as a line that the robot follows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Route", "resample"]


def resample(line_m: ArrayLike, step_m: float) -> NDArray[np.float64]:
    """Return points ``(M, 2)`` at most ``step_m`` apart on a polyline ``(N, 2)``; corners stay."""
    line = np.asarray(line_m, dtype=np.float64)
    pieces = [line[:1]]
    for start, end in itertools.pairwise(line):
        count = max(1, int(np.ceil(np.linalg.norm(end - start) / step_m - 1e-9)))
        pieces.append(start + np.arange(1, count + 1)[:, None] / count * (end - start))
    return np.vstack(pieces)


@dataclass(frozen=True, eq=False)
class Route:
    """A way to a goal pose (the trajectory Tr of the paper's algorithm 1).

    Attributes:
        points_m: ``(N, 2)`` in ``map``, N >= 2, from the robot to the goal.
        goal_pose: ``(3,)`` in ``map``.
        node_ids: Nodes of the graph on the way.
        source: ``graph``, ``straight`` (no node needed) or ``grid`` (the graph knew no way).
        cost: What the search paid, in metres.
    """

    points_m: NDArray[np.float64]
    goal_pose: NDArray[np.float64]
    node_ids: tuple[str, ...] = ()
    source: str = "graph"
    cost: float = 0.0

    @cached_property
    def stations_m(self) -> NDArray[np.float64]:
        """Return the distance ``(N,)`` of each point along the route."""
        steps = np.linalg.norm(np.diff(self.points_m, axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        """Return the length of the route."""
        return float(self.stations_m[-1])

    def project(
        self, xy_m: ArrayLike, from_m: float = 0.0, to_m: float = np.inf
    ) -> tuple[float, float]:
        """Return the station nearest to a point and the distance to it.

        Args:
            xy_m: ``(2,)`` in ``map``.
            from_m: Stations before it are not considered, so that crossings do not confuse.
            to_m: Stations after it are not considered.
        """
        point = np.asarray(xy_m, dtype=np.float64)[:2]
        start, end = self.points_m[:-1], self.points_m[1:]
        along = end - start
        squared = np.maximum(1e-12, (along**2).sum(axis=1))
        share = np.clip(((point - start) * along).sum(axis=1) / squared, 0.0, 1.0)
        station = self.stations_m[:-1] + share * np.sqrt(squared)
        away = np.linalg.norm(start + share[:, None] * along - point, axis=1)
        outside = (station < from_m - 1e-9) | (station > to_m + 1e-9)
        away_or_far = np.where(outside, np.inf, away)
        if not np.isfinite(away_or_far).any():
            station_m = float(np.clip(from_m, 0.0, self.length_m))
            return station_m, float(np.linalg.norm(self.point_at(station_m) - point))
        best = int(np.argmin(away_or_far))
        return float(station[best]), float(away[best])

    def point_at(self, station_m: float) -> NDArray[np.float64]:
        """Return the point ``(2,)`` at a station, clamped to the ends."""
        return np.array(
            [np.interp(station_m, self.stations_m, self.points_m[:, axis]) for axis in (0, 1)]
        )

    def heading_at(self, station_m: float) -> float:
        """Return the direction of the route at a station, radians."""
        before = self.point_at(max(0.0, station_m - 0.15))
        after = self.point_at(min(self.length_m, station_m + 0.15))
        if np.linalg.norm(after - before) < 1e-6:
            return float(self.goal_pose[2])
        return float(np.arctan2(after[1] - before[1], after[0] - before[0]))
