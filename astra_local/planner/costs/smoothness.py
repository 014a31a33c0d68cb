"""Even driving: changes of control between steps and from the present speed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["smoothness_cost"]


def smoothness_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return squared changes relative to what the base can do per step, averaged, plus turning."""
    robot, step = context.query.limits, context.config.step_s
    dv = np.diff(batch.v, axis=1, prepend=np.float32(context.query.state.linear_mps))
    dw = np.diff(batch.w, axis=1, prepend=np.float32(context.query.state.angular_rad_s))
    dv /= robot.max_linear_acceleration_mps2 * step
    dw /= robot.max_angular_acceleration_rad_s2 * step
    turning = batch.w / robot.max_angular_rad_s
    total = np.mean(dv * dv + dw * dw + 0.3 * turning * turning, axis=1)
    return np.asarray(context.config.smoothness_weight * total, dtype=np.float32)
