"""Control sequences that are worth trying every time, whatever the noise brings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.ports import PlanQuery

__all__ = ["follow_descent", "primitives"]

Controls = tuple[NDArray[np.float32], NDArray[np.float32]]

_SPEEDS = np.array([1.0, 0.7, 0.45, 0.25])
_GAINS = np.array([2.0, 3.0])
_AHEAD_M = 0.15


def follow_descent(query: PlanQuery, config: PlannerConfig) -> Controls:
    """Simulate drivers that turn towards the descent of the cost-to-go and drive when they face it.

    They slow down where it is tight.

    Args:
        query: Where they start, what they descend, the surroundings and the limits.
        config: Steps of the horizon.

    Returns:
        Speeds and turn rates ``(8, T)``: four speeds times two steering gains.
    """
    state, to_go, robot = query.state, query.to_go, query.limits
    esdf, radius = query.belief.esdf, np.float32(robot.footprint_radius_m)
    speed = np.repeat(_SPEEDS, len(_GAINS)) * robot.max_linear_mps
    gain = np.tile(_GAINS, len(_SPEEDS))
    count = len(speed)
    x, y, theta = (np.full(count, float(value)) for value in state.pose)
    v = np.empty((count, config.num_steps), dtype=np.float32)
    w = np.empty_like(v)
    speed_now = np.full(count, state.linear_mps)
    turn_now = np.full(count, state.angular_rad_s)
    largest_v = robot.max_linear_acceleration_mps2 * config.step_s
    largest_w = robot.max_angular_acceleration_rad_s2 * config.step_s
    goal_x, goal_y = to_go.goal_xy
    for step in range(config.num_steps):
        if step % 2 == 0:  # the fields change little within two steps
            # Read it a little ahead as well, which rounds its corners.
            near_x, near_y = to_go.direction(x, y)
            far_x, far_y = to_go.direction(x + _AHEAD_M * near_x, y + _AHEAD_M * near_y)
            wanted_theta = np.arctan2(near_y + far_y, near_x + far_x)
            tight = 0.15 + 2.0 * np.maximum(esdf.sample(x, y) - radius, 0.0)
        error = wrap_angle(wanted_theta - theta)
        remaining = np.hypot(goal_x - x, goal_y - y)
        wanted_v = np.minimum(speed, tight) * np.maximum(np.cos(error), 0.0) ** 3
        wanted_v = np.minimum(wanted_v, np.maximum(1.5 * remaining, 0.05))
        wanted_w = _within(gain * error, -robot.max_angular_rad_s, robot.max_angular_rad_s)
        wanted_w = np.where(remaining < 0.05, 0.0, wanted_w)
        speed_now = _within(wanted_v, speed_now - largest_v, speed_now + largest_v)
        turn_now = _within(wanted_w, turn_now - largest_w, turn_now + largest_w)
        v[:, step], w[:, step] = speed_now, turn_now
        middle = theta + 0.5 * turn_now * config.step_s
        x = x + speed_now * np.cos(middle) * config.step_s
        y = y + speed_now * np.sin(middle) * config.step_s
        theta = theta + turn_now * config.step_s
    return v, w


def primitives(num_steps: int, robot: RobotConfig) -> Controls:
    """Return constant controls ``(P, T)``: stop, turn in place, arcs, straight, creeping back."""
    fast, slow, back = robot.max_linear_mps, 0.3 * robot.max_linear_mps, -robot.max_reverse_mps
    turn = robot.max_angular_rad_s
    pairs = [(0.0, 0.0)]
    pairs += [(0.0, share * turn) for share in (-1.0, -0.6, -0.3, 0.3, 0.6, 1.0)]
    pairs += [(speed, share * turn) for speed in (slow, fast) for share in (-0.4, 0.0, 0.4)]
    pairs += [(back, share * turn) for share in (-0.4, 0.0, 0.4)]
    controls = np.repeat(np.array(pairs, dtype=np.float32)[:, :, None], num_steps, axis=2)
    return controls[:, 0], controls[:, 1]


def _within(
    values: NDArray[np.floating],
    low: NDArray[np.floating] | float,
    high: NDArray[np.floating] | float,
) -> NDArray[np.floating]:
    # np.clip costs three times as much on eight numbers.
    within: NDArray[np.floating] = np.minimum(np.maximum(values, low), high)
    return within
