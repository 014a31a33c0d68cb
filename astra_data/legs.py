"""Where a drive goes next, and the way there that sub-goals lie on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from astra_core.errors import SceneError
from astra_core.polyline import resample
from astra_data.expert import Expert
from astra_global.route.route import Route
from astra_sim.scenes.floor_plan import FloorPlan

__all__ = ["Leg", "draw_leg"]

_SHORTEST_M, _LONGEST_M = 2.0, 12.0
_GOAL_CLEARANCE_M = 0.35
_TRIES = 60
_STEP_M = 0.05
#: What ways keep from obstacles where they are pulled straight: corners cut as the shortest way
#: does, or rounded as the route planner of the stack likes it.
_KEEP_M = (0.1, 0.35)
_SMOOTH_POINTS = 9
_GAIN_M = 0.15


@dataclass(eq=False)
class Leg:
    """A goal, the way to it, and how far the robot has come.

    Attributes:
        goal: ``(3,)`` in ``map``.
        route: From where the leg began to the goal.
        station_m: Of the robot on it.
    """

    goal: NDArray[np.float64]
    route: Route
    station_m: float = 0.0
    _best_m: float = 0.0
    _best_tick: int | None = None

    def follow(self, pose: NDArray[np.float64], tick: int) -> None:
        """Find the robot's place on the way, near where it was before.

        No farther on than it can have come since, or a way that turns back behind a wall would be
        taken for the one before it.
        """
        self.station_m, _ = self.route.project(pose[:2], self.station_m - 0.7, self.station_m + 1.0)
        if self._best_tick is None or self.station_m > self._best_m + _GAIN_M:
            self._best_m, self._best_tick = self.station_m, tick

    def waited_s(self, tick: int, tick_s: float) -> float:
        """Return for how long the robot has not come on."""
        return 0.0 if self._best_tick is None else (tick - self._best_tick) * tick_s


def draw_leg(
    plan: FloorPlan, expert: Expert, pose: NDArray[np.float64], rng: np.random.Generator
) -> Leg:
    """Draw a goal that the expert can reach from a pose.

    Args:
        plan: Where goals may lie.
        expert: Who will drive; the way is its own.
        pose: ``(3,)`` of the robot.
        rng: All chance.

    Raises:
        SceneError: There is none.
    """
    here = (float(pose[0]), float(pose[1]))
    keep_m = float(rng.uniform(*_KEEP_M))
    for _ in range(_TRIES):
        goal = np.array(plan.sample_free_pose(rng, _GOAL_CLEARANCE_M))
        if not _SHORTEST_M < np.hypot(*(goal - pose)[:2]) < _LONGEST_M:
            continue
        there = (float(goal[0]), float(goal[1]))
        if not expert.joined(here, there):
            continue
        way = expert.own_route(here, there, keep_m)
        if way is not None and way.length_m > 0.5:
            return Leg(goal, Route(_smoothed(way.points_m), goal))
    raise SceneError(f"no goal {_SHORTEST_M:g} to {_LONGEST_M:g} m from {here} can be reached")


def _smoothed(corners_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round the corners of a way, a decimetre or two; both ends stay."""
    line = resample(corners_m, _STEP_M)
    smooth: NDArray[np.float64] = uniform_filter1d(line, _SMOOTH_POINTS, axis=0, mode="nearest")
    smooth[0], smooth[-1] = line[0], line[-1]
    return smooth
