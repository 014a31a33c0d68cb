"""Who walks: predicted at constant velocity, given a berth, never driven into.

To stand costs nothing, wherever it is: people walk around what stands, and a robot that waits is
not to blame. So it slows down or passes behind rather than cutting in front.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.config import PlannerConfig
from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["people_cost", "runs_into"]

_NOISE_M = 0.005
_MOVING_MPS = 0.03
_LEAST_SURE = 0.4


def runs_into(
    batch: Rollouts, gap: NDArray[np.float32], start_gap_m: float, config: PlannerConfig
) -> NDArray[np.bool_]:
    """Return where the robot moves into somebody, ``(K, T)``.

    Only as far ahead as the prediction is firm. Who is too near already may not get nearer.
    """
    sure = round(config.people_sure_s / config.step_s)
    touching = (gap < min(0.0, start_gap_m) - _NOISE_M) & (np.abs(batch.v) > _MOVING_MPS)
    touching[:, sure:] = False
    return touching


def people_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the squared lack of berth times the speed, averaged, plus a wall where it touches.

    Later steps count less: nobody knows where people go.
    """
    c, gap = context.config, context.people_gap
    count, steps = batch.v.shape
    if not len(context.movers):
        return np.zeros(count, dtype=np.float32)
    lack = np.clip(1.0 - gap / np.float32(c.people_margin_m), 0.0, 2.0)
    time_s = batch.times_s(c.step_s)
    late = np.clip((time_s - c.people_sure_s) / max(steps * c.step_s - c.people_sure_s, 1e-6), 0, 1)
    belief = (1.0 - (1.0 - _LEAST_SURE) * late).astype(np.float32)
    share = np.abs(batch.v) / np.float32(max(context.robot.max_linear_mps, 1e-6))
    near = c.people_weight * np.mean(lack * lack * share * belief, axis=1)
    touching = runs_into(batch, gap, context.start_people_gap_m, c)
    first = np.where(touching.any(axis=1), touching.argmax(axis=1), steps)
    wall = np.where(first < steps, c.collision_cost * (2.0 - first / steps), 0.0)
    return (near + wall).astype(np.float32)
