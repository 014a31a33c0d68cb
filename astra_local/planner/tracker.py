"""From a plan at 10 Hz to commands at 50 Hz."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.records import Trajectory, Velocity
from astra_core.time import to_seconds
from astra_local.config import RobotConfig, TrackerConfig

__all__ = ["TrajectoryTracker"]


class TrajectoryTracker:
    """Follows the newest plan from where odometry says the robot is, not from where it was.

    Y. Kanayama et al., "A stable tracking control method for an autonomous mobile robot",
    ICRA 1990, equation 9: v = v_r cos(e) + k_x e_x, w = w_r + k_y v_r e_y + k_theta sin(e).
    The plan's age is time that has passed on it, so computing and transport delay shift the
    reference and do not bend the path.
    """

    def __init__(self, config: TrackerConfig, robot: RobotConfig) -> None:
        """Keep gains and limits."""
        self._config, self._robot = config, robot

    def command(
        self, plan: Trajectory | None, pose: NDArray[np.float64], now_ns: int
    ) -> tuple[Velocity, str]:
        """Return the command for now.

        Args:
            plan: Newest plan.
            pose: ``(3,)`` in ``odom`` now.
            now_ns: Now.

        Returns:
            The command and why it is zero; the reason is empty while a plan is followed.
        """
        c, robot = self._config, self._robot
        if plan is None:
            return Velocity(), "no plan yet"
        age = to_seconds(now_ns - plan.stamp_ns)
        if not -0.05 <= age <= c.max_plan_age_s:
            return Velocity(), f"the plan is {age:.2f} s old"
        if not np.isfinite(pose).all():
            return Velocity(), "the pose is not finite"
        step = min(int(max(age, 0.0) / plan.dt_s + 1e-6), len(plan.velocities) - 1)
        v, w = (float(value) for value in plan.velocities[step])
        if v == 0.0 and w == 0.0:
            return Velocity(), ""
        reference = plan.poses[step]
        # The pose at this very moment: back from the end of the step.
        back = (step + 1) * plan.dt_s - max(age, 0.0)
        turn = w * back
        reference = se2.compose(
            reference, [-v * back * math.cos(turn / 2), v * back * math.sin(turn / 2), -turn]
        )
        ahead, side, error = (float(value) for value in se2.between(pose, reference))
        linear = v * math.cos(error) + _within(c.gain_along_per_s * ahead, 0.1)
        angular = w + c.gain_across_per_m2 * v * _within(side, 0.1)
        angular += c.gain_heading_per_s * math.sin(error)
        return Velocity(
            _clip(linear, -robot.max_reverse_mps, robot.max_linear_mps),
            _clip(angular, -robot.max_angular_rad_s, robot.max_angular_rad_s),
        ), ""


def _clip(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _within(value: float, limit: float) -> float:
    return _clip(value, -limit, limit)
