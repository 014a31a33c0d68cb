"""Out of a tight place: creep where the clearance grows, else turn to where it would."""

from __future__ import annotations

import math

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.records import TrajectorySource
from astra_local.planner.check import TrajectoryCheck, collides
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.planner.turn import turn_by

__all__ = ["escape"]

_GAIN_M = 0.01


def escape(check: TrajectoryCheck) -> tuple[Rollouts, TrajectorySource] | None:
    """Find a slow way that leaves the obstacle.

    Args:
        check: Where the robot stands, among what, with which limits.

    Returns:
        The way ``(1, T)`` and what it is (``CREEP`` or ``ROTATE``); ``None`` where nothing helps.
    """
    state, robot, config, esdf = check.state, check.limits, check.config, check.belief.esdf
    x, y, theta = (float(value) for value in state.pose)
    speeds = np.array([1.0, -1.0]) * config.creep_mps
    turns = np.linspace(-1.0, 1.0, 9) * 0.6 * robot.max_angular_rad_s
    v = np.repeat(speeds, len(turns))
    w = np.tile(turns, len(speeds))
    steps = config.num_steps
    batch = roll_out(
        state,
        np.repeat(v[:, None], steps, axis=1).astype(np.float32),
        np.repeat(w[:, None], steps, axis=1).astype(np.float32),
        config.step_s,
        robot,
    )
    times_s = batch.times_s(config.step_s)
    clear = check.belief.clearance(batch.x, batch.y, times_s, robot.footprint_radius_m).standing_m
    free = ~collides(clear, check.standing_m, config.safe_clearance_m).any(axis=1)
    gain = np.where(free, clear[:, -1] - check.standing_m, -np.inf)
    # Between equals forward is first: the cameras see farther that way in most rigs.
    best = int(np.argmax(gain - 1e-3 * np.abs(w)))
    if gain[best] > _GAIN_M:
        return batch.only(best), TrajectorySource.CREEP
    step = esdf.resolution_m
    slope_x = esdf.at(x + step, y) - esdf.at(x - step, y)
    slope_y = esdf.at(x, y + step) - esdf.at(x, y - step)
    if math.hypot(slope_x, slope_y) < 1e-6:
        return None
    away = wrap_angle(math.atan2(slope_y, slope_x) - theta)
    if abs(away) < 0.1:
        return None
    way = turn_by(state, away, config.spin_rate_rad_s, config, robot)
    return way, TrajectorySource.ROTATE
