"""The remaining way: along the horizon and at its end."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["progress_cost"]


def progress_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the cost-to-go, mean along the way and at the end, relative to where the robot is.

    A sub-goal on the route is not a place to stop: past it the way counts as done from the moment
    of passing, otherwise the robot would circle around it.
    """
    left = context.query.to_go.field.sample(batch.x, batch.y)
    x, y = float(context.query.state.pose[0]), float(context.query.state.pose[1])
    here = context.query.to_go.field.at(x, y)
    if not context.query.stop_at_goal:
        passed = np.minimum.accumulate(left, axis=1)
        gone_by = passed < 0.25
        left = np.where(gone_by, passed, left)
    # One metre of the dearest kind must not drown the other terms.
    change = np.clip(left - np.float32(here), -10.0, 10.0)
    if not math.isfinite(here):
        change = np.zeros_like(left)
    total = 0.5 * change.mean(axis=1) + 0.5 * change[:, -1]
    return np.asarray(context.config.progress_weight * total, dtype=np.float32)
