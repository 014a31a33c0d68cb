"""No faster than the place allows: the sub-goal's limit, tight places, unseen places."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["speed_cost", "speed_limit"]

_TIGHT_MPS = 0.18
_TIGHT_PER_S = 2.5  # speed gained per metre of clearance


def speed_limit(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the allowed speed ``(K, T)``.

    Towards the unseen the robot must be able to stop at its border: v^2 <= 2 a d. Inside it (the
    blind ring under the cameras at the start) it may only creep.
    """
    tight = _TIGHT_MPS + _TIGHT_PER_S * np.maximum(context.clearance, 0.0)
    deceleration = context.query.limits.max_linear_acceleration_mps2
    stop = np.sqrt(2.0 * deceleration * context.unseen_distance)
    stop = np.maximum(stop, np.float32(context.config.unknown_speed_mps))
    limit: NDArray[np.float32] = np.minimum(tight, stop)
    return np.minimum(limit, np.float32(context.query.max_speed_mps))


def speed_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the squared excess over the limit, averaged."""
    excess = np.maximum(np.abs(batch.v) - speed_limit(batch, context), 0.0)
    cost = context.config.speed_weight * np.mean(excess * excess, axis=1)
    return np.asarray(cost, dtype=np.float32)
