"""Who walks: predicted at constant velocity, given a berth, never driven into.

To stand costs nothing, wherever it is: people walk around what stands, and a robot that waits is
not to blame. So it slows down or passes behind rather than cutting in front.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.check import runs_into
from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["people_cost"]

_LEAST_SURE = 0.4


def people_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the squared lack of berth times the speed, averaged, plus a wall where it touches.

    Later steps count less: nobody knows where people go.
    """
    c, gap = context.config, context.people_gap
    count, steps = batch.v.shape
    if not context.query.belief.foresees:
        return np.zeros(count, dtype=np.float32)
    lack = np.clip(1.0 - gap / np.float32(c.people_margin_m), 0.0, 2.0)
    time_s = batch.times_s(c.step_s)
    late = np.clip((time_s - c.people_sure_s) / max(steps * c.step_s - c.people_sure_s, 1e-6), 0, 1)
    belief = (1.0 - (1.0 - _LEAST_SURE) * late).astype(np.float32)
    share = np.abs(batch.v) / np.float32(max(context.query.limits.max_linear_mps, 1e-6))
    near = c.people_weight * np.mean(lack * lack * share * belief, axis=1)
    num_sure = round(c.people_sure_s / c.step_s)
    touching = runs_into(batch.v, gap, context.start_people_gap_m, num_sure)
    first = np.where(touching.any(axis=1), touching.argmax(axis=1), steps)
    wall = np.where(first < steps, c.collision_cost * (2.0 - first / steps), 0.0)
    return np.asarray(near + wall, dtype=np.float32)
