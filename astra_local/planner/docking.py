"""The last half metre: face the goal, roll onto it, turn to its heading.

Near the end a sampling planner dithers, because every sample is equally good. This is a plain
controller, rolled out and checked like everything else.
"""

from __future__ import annotations

import math

import numpy as np

from astra_core.angles import wrap_angle
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.types import RobotState

__all__ = ["DOCKING_RANGE_M", "dock"]

DOCKING_RANGE_M = 0.6
_FACING_RAD = 0.25


def dock(
    state: RobotState,
    goal_xy: tuple[float, float],
    max_speed_mps: float,
    config: PlannerConfig,
    robot: RobotConfig,
) -> Rollouts:
    """Return a turn-then-roll way onto the goal, ``(1, T)``; it backs up to a goal just behind.

    Args:
        state: Where the robot is.
        goal_xy: Goal in ``odom``, metres.
        max_speed_mps: Limit asked for.
        config: Steps of the horizon.
        robot: Limits.
    """
    v = np.zeros((1, config.num_steps), dtype=np.float32)
    w = np.zeros_like(v)
    x, y, theta = (float(value) for value in state.pose)
    speed, rate, dt = state.linear_mps, state.angular_rad_s, config.step_s
    largest_v = robot.max_linear_acceleration_mps2 * dt
    largest_w = robot.max_angular_acceleration_rad_s2 * dt
    gentle = 0.5 * robot.max_linear_acceleration_mps2
    distance = math.hypot(goal_xy[0] - x, goal_xy[1] - y)
    ahead = wrap_angle(math.atan2(goal_xy[1] - y, goal_xy[0] - x) - theta)
    backward = abs(ahead) > 0.65 * math.pi and distance < 0.35
    for step in range(config.num_steps):
        dx, dy = goal_xy[0] - x, goal_xy[1] - y
        distance = math.hypot(dx, dy)
        bearing = math.atan2(dy, dx) - theta + (math.pi if backward else 0.0)
        error = wrap_angle(bearing)
        wanted_v = wanted_w = 0.0
        # Half the tolerance: aim inside, not at the rim.
        if distance > 0.5 * config.position_tolerance_m:
            limit = robot.max_reverse_mps if backward else min(max_speed_mps, 0.4)
            along = distance * max(math.cos(error), 0.0)
            if abs(error) < _FACING_RAD or (distance < 0.15 and abs(error) < 0.8):
                wanted_v = min(limit, math.sqrt(2.0 * gentle * along), along / (2.0 * dt))
            wanted_w = min(max(2.5 * error, -1.0), 1.0)
        if backward:
            wanted_v = -wanted_v
        speed = min(max(wanted_v, speed - largest_v), speed + largest_v)
        rate = min(max(wanted_w, rate - largest_w), rate + largest_w)
        v[0, step], w[0, step] = speed, rate
        middle = theta + 0.5 * rate * dt
        x += speed * math.cos(middle) * dt
        y += speed * math.sin(middle) * dt
        theta += rate * dt
    return roll_out(state, v, w, dt, robot)
