"""Out of a tight place: creep where the clearance grows, else turn to where it would."""

from __future__ import annotations

import math

import numpy as np

from astra_core.angles import wrap_angle
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.costs import collides
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.planner.turn import turn_by
from astra_local.planner.world import LocalWorld
from astra_local.types import RobotState

__all__ = ["escape"]

_GAIN_M = 0.01


def escape(
    state: RobotState, world: LocalWorld, config: PlannerConfig, robot: RobotConfig
) -> tuple[Rollouts, str] | None:
    """Find a slow way that leaves the obstacle.

    Args:
        state: Where the robot is.
        world: Distance fields.
        config: Creeping speed.
        robot: Limits.

    Returns:
        The way ``(1, T)`` and its name (``creep`` or ``rotate``), or ``None`` where nothing helps.
    """
    radius = robot.footprint_radius_m
    x, y, theta = (float(value) for value in state.pose)
    start = world.esdf.at(x, y) - radius
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
    clearance = world.clearance(batch.x, batch.y, radius)
    free = ~collides(clearance, start, config.safe_clearance_m).any(axis=1)
    gain = np.where(free, clearance[:, -1] - start, -np.inf)
    # Between equals forward is first: the cameras see farther that way in most rigs.
    best = int(np.argmax(gain - 1e-3 * np.abs(w)))
    if gain[best] > _GAIN_M:
        return batch.only(best), "creep"
    step = world.esdf.resolution_m
    slope_x = world.esdf.at(x + step, y) - world.esdf.at(x - step, y)
    slope_y = world.esdf.at(x, y + step) - world.esdf.at(x, y - step)
    if math.hypot(slope_x, slope_y) < 1e-6:
        return None
    away = wrap_angle(math.atan2(slope_y, slope_x) - theta)
    if abs(away) < 0.1:
        return None
    return turn_by(state, away, config.spin_rate_rad_s, config, robot), "rotate"
