"""Whether a way may be driven: the rules, and the one check that applies them to any trajectory."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.robot import RobotConfig
from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig
from astra_local.planner.rollout import Rollouts
from astra_local.types import RobotState

__all__ = ["TrajectoryCheck", "collides", "runs_into"]

_NOISE_M = 0.005
_MOVING_MPS = 0.03


def collides(
    clearance: NDArray[np.floating], start_clearance_m: float, safe_clearance_m: float
) -> NDArray[np.bool_]:
    """Return where along a way the footprint is too near to what stands, ``(*, T)``.

    A robot that finds itself too near already (noise, a door that closed) may move as long as it
    does not get nearer still, else it could never leave.
    """
    return clearance < min(safe_clearance_m, start_clearance_m) - _NOISE_M


def runs_into(
    speed_mps: NDArray[np.floating],
    gap: NDArray[np.floating],
    start_gap_m: float,
    num_sure_steps: int,
) -> NDArray[np.bool_]:
    """Return where the robot moves into somebody, ``(K, T)``.

    Only as far ahead as the prediction is firm. Who is too near already may not get nearer. To
    stand is never wrong: people walk around what stands.

    Args:
        speed_mps: ``(K, T)``.
        gap: ``(K, T)`` between footprint and whoever moves, metres.
        start_gap_m: The same where the robot stands, now.
        num_sure_steps: Steps for which predictions are firm.
    """
    too_near = gap < min(0.0, start_gap_m) - _NOISE_M
    touching: NDArray[np.bool_] = too_near & (np.abs(speed_mps) > _MOVING_MPS)
    touching[:, num_sure_steps:] = False
    return touching


@dataclass(frozen=True, eq=False)
class TrajectoryCheck:
    """The check at one moment, by what the robot believes and where it stands.

    Attributes:
        belief: Brought forward to the moment.
        state: Where the robot is.
        limits: Its footprint.
        config: How near is too near, and how long predictions are firm.
        standing_m: Clearance of the footprint where it is, to what stands.
        moving_m: The same to who moves.
    """

    belief: WorldBelief
    state: RobotState
    limits: RobotConfig
    config: PlannerConfig
    standing_m: float
    moving_m: float

    @classmethod
    def of(
        cls, belief: WorldBelief, state: RobotState, limits: RobotConfig, config: PlannerConfig
    ) -> TrajectoryCheck:
        """Look up where the robot stands."""
        x_m, y_m = (float(value) for value in state.pose[:2])
        standing_m, moving_m = belief.clearance_now(x_m, y_m, limits.footprint_radius_m)
        return cls(belief, state, limits, config, standing_m, moving_m)

    def is_safe(self, way: Rollouts, step_s: float | None = None) -> bool:
        """Return whether all of a way ``(1, T)`` is free; see :meth:`safe`."""
        return bool(self.safe(way, step_s)[0])

    def safe(self, ways: Rollouts, step_s: float | None = None) -> NDArray[np.bool_]:
        """Return which of some ways ``(K, T)`` are free of what stands and of who moves, ``(K,)``.

        Args:
            ways: Driven from the state.
            step_s: Their time per step; ``None`` is that of the configuration. Longer steps are
                looked at in between as well, so that nothing thin slips through.
        """
        c = self.config
        step_s = c.step_s if step_s is None else step_s
        parts = max(1, math.ceil(step_s / c.step_s - 1e-6))
        x, y, v = self._fine(ways, parts)
        step_s /= parts
        times_s = (np.arange(1, x.shape[1] + 1) * step_s).astype(np.float32)
        clear = self.belief.clearance(x, y, times_s, self.limits.footprint_radius_m)
        touching = collides(clear.standing_m, self.standing_m, c.safe_clearance_m)
        num_sure = round(c.people_sure_s / step_s)
        touching |= runs_into(v, clear.moving_m, self.moving_m, num_sure)
        return np.asarray(~touching.any(axis=1))

    def _fine(
        self, ways: Rollouts, parts: int
    ) -> tuple[NDArray[np.floating], NDArray[np.floating], NDArray[np.floating]]:
        """Return x, y and speed ``(K, T * parts)`` of ways, points in between on the chord."""
        if parts == 1:
            return ways.x, ways.y, ways.v
        steps = np.arange(ways.v.shape[1] + 1)
        between = np.arange(1, ways.v.shape[1] * parts + 1) / parts
        x, y = (
            np.array([np.interp(between, steps, [start, *row]) for row in rows])
            for start, rows in ((self.state.pose[0], ways.x), (self.state.pose[1], ways.y))
        )
        return x, y, np.repeat(ways.v, parts, axis=1)
