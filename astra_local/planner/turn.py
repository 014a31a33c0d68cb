"""Turning in place, braking, and looking around by a given angle."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.types import RobotState

__all__ = ["SpinTracker", "brake", "turn_by"]


def brake(state: RobotState, config: PlannerConfig, robot: RobotConfig) -> Rollouts:
    """Return the shortest way to standstill from the present speed, ``(1, T)``."""
    zeros = np.zeros((1, config.num_steps), dtype=np.float32)
    hard = replace(robot, max_linear_acceleration_mps2=robot.max_linear_deceleration_mps2)
    return roll_out(state, zeros, zeros, config.step_s, hard)


def turn_by(
    state: RobotState,
    angle_rad: float,
    rate_rad_s: float,
    config: PlannerConfig,
    robot: RobotConfig,
) -> Rollouts:
    """Turn in place by a signed angle that may exceed pi, ``(1, T)``.

    The rate follows sqrt(2 a remaining), so that it ends without overshoot.
    """
    w = np.empty((1, config.num_steps), dtype=np.float32)
    rate, left = state.angular_rad_s, angle_rad
    largest = robot.max_angular_acceleration_rad_s2 * config.step_s
    # Half the deceleration: the base lags behind its command.
    gentle = 0.5 * robot.max_angular_acceleration_rad_s2
    for step in range(config.num_steps):
        # No faster than gets there in one step, or it would swing about the target.
        wanted = min(rate_rad_s, math.sqrt(2.0 * gentle * abs(left)), abs(left) / config.step_s)
        wanted = math.copysign(wanted, left)
        rate = min(max(wanted, rate - largest), rate + largest)
        w[0, step] = rate
        left -= rate * config.step_s
    return roll_out(state, np.zeros_like(w), w, config.step_s, robot)


class SpinTracker:
    """Remembers how much of a requested turn is done, across messages that repeat it."""

    def __init__(self) -> None:
        """Start with no turn."""
        self._sequence: int | None = None
        self._left_rad = 0.0
        self._last_rad = 0.0

    def reset(self) -> None:
        """Forget the turn; the next request starts anew even with the same number."""
        self._sequence = None

    def left(self, sequence: int, spin_rad: float, pose: NDArray[np.float64]) -> float:
        """Return what is left to turn, radians, signed.

        Must be called at least twice per turn of pi, which any planning rate does.
        """
        heading = float(pose[2])
        if sequence != self._sequence:
            self._sequence, self._left_rad = sequence, spin_rad
        else:
            self._left_rad -= wrap_angle(heading - self._last_rad)
        self._last_rad = heading
        return self._left_rad
