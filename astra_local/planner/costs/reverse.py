"""Backward is for leaving tight places, not for travelling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["reverse_cost"]


def reverse_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return the mean backward speed."""
    backward = np.mean(np.maximum(-batch.v, 0.0), axis=1)
    return np.asarray(context.config.reverse_weight * backward, dtype=np.float32)
