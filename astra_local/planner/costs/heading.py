"""Facing the way: turning in place does not shorten the way, but it must be worth something."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["heading_cost"]

_CLOSE_M = 0.3


def heading_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the mean of 1 - cos(angle between heading and descent), fading out near the goal.

    Every third step is enough: headings change slowly.
    """
    x, y, theta = batch.x[:, ::3], batch.y[:, ::3], batch.theta[:, ::3]
    direction_x, direction_y = context.query.to_go.direction(x, y)
    aligned = np.cos(theta) * direction_x + np.sin(theta) * direction_y
    goal_x, goal_y = context.query.to_go.goal_xy
    far = np.clip(np.hypot(x - goal_x, y - goal_y) / _CLOSE_M, 0.0, 1.0)
    cost = context.config.heading_weight * np.mean(far * (1.0 - aligned), axis=1)
    return np.asarray(cost, dtype=np.float32)
