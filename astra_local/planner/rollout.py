"""Batched differential-drive rollouts. Letters: ``K`` samples, ``T`` steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_local.config import RobotConfig
from astra_local.types import RobotState

__all__ = ["Rollouts", "roll_out"]

Batch = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Rollouts:
    """Trajectories that the robot can drive.

    Attributes:
        v: ``(K, T)`` forward speed held during step k, m/s.
        w: ``(K, T)`` turn rate, rad/s.
        x: ``(K, T)`` position in ``odom`` after step k, metres.
        y: ``(K, T)``.
        theta: ``(K, T)`` heading, continuous (not wrapped).
    """

    v: Batch
    w: Batch
    x: Batch
    y: Batch
    theta: Batch

    def times_s(self, step_s: float) -> Batch:
        """Return when each step ends ``(T,)``, seconds from the start."""
        return (np.arange(1, self.v.shape[1] + 1) * step_s).astype(np.float32)

    def only(self, index: int) -> Rollouts:
        """Return one sample as a batch of one."""
        one = slice(index, index + 1)
        return Rollouts(self.v[one], self.w[one], self.x[one], self.y[one], self.theta[one])


def roll_out(state: RobotState, v: Batch, w: Batch, step_s: float, robot: RobotConfig) -> Rollouts:
    """Drive control sequences from one state, with the limits of the base applied.

    Accelerations are limited step by step from the robot's present speed, so what is asked for
    and cannot be done is not what is scored. Positions follow by the midpoint rule and cumsum.

    Args:
        state: Where the robot is and how fast.
        v: ``(K, T)`` wanted speeds, m/s.
        w: ``(K, T)`` wanted turn rates, rad/s.
        step_s: Time per step, seconds.
        robot: Limits.
    """
    v = np.clip(v, -robot.max_reverse_mps, robot.max_linear_mps).astype(np.float32)
    w = np.clip(w, -robot.max_angular_rad_s, robot.max_angular_rad_s).astype(np.float32)
    _limit_steps(v, state.linear_mps, robot.max_linear_acceleration_mps2 * step_s)
    _limit_steps(w, state.angular_rad_s, robot.max_angular_acceleration_rad_s2 * step_s)
    dt = np.float32(step_s)
    x0, y0, theta0 = state.pose
    turned = np.cumsum(w, axis=1) * dt
    middle = np.float32(theta0) + turned - np.float32(0.5) * w * dt
    # The path relative to the start in float32, the start itself added in float64.
    x = np.cumsum(v * np.cos(middle), axis=1, dtype=np.float64) * step_s + x0
    y = np.cumsum(v * np.sin(middle), axis=1, dtype=np.float64) * step_s + y0
    return Rollouts(v, w, x, y, np.float32(theta0) + turned)


def _limit_steps(values: Batch, start: float, largest: float) -> None:
    """Limit the change from column to column in place, beginning at ``start``."""
    last = np.full(values.shape[0], start, dtype=np.float32)
    for step in range(values.shape[1]):
        column = values[:, step]
        np.minimum(column, last + np.float32(largest), out=column)
        np.maximum(column, last - np.float32(largest), out=column)
        last = column
