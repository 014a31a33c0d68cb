"""Nearness to obstacles, by the signed distance field."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_local.planner.check import collides
from astra_local.planner.costs.context import CostContext
from astra_local.planner.rollout import Rollouts

__all__ = ["obstacle_cost"]

_SUSPECT_M = 0.3


def obstacle_cost(batch: Rollouts, context: CostContext) -> NDArray[np.float32]:
    """Return squared lack of clearance, averaged, plus a wall where it touches (earlier is worse).

    What was never seen beside an obstacle may well be more of it: a bed whose near edge lies in
    the blind ring under the cameras.
    """
    c = context.config
    lack = np.clip(1.0 - context.clearance / np.float32(c.margin_m), 0.0, 3.0)
    suspect = np.clip(1.0 - context.clearance / np.float32(_SUSPECT_M), 0.0, 1.0)
    suspect = np.where(context.unseen_distance <= 0.0, suspect, 0.0)
    near = c.obstacle_weight * np.mean(lack * lack + suspect, axis=1)
    touching = collides(context.clearance, context.start_clearance_m, c.safe_clearance_m)
    steps = batch.v.shape[1]
    first = np.where(touching.any(axis=1), touching.argmax(axis=1), steps)
    wall = np.where(first < steps, c.collision_cost * (2.0 - first / steps), 0.0)
    return np.asarray(near + wall, dtype=np.float32)
