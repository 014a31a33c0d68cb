"""What the cost terms look at beside the rollouts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_local.config import PlannerConfig
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.rollout import Rollouts
from astra_local.ports import PlanQuery

__all__ = ["CostContext"]


@dataclass(frozen=True, eq=False)
class CostContext:
    """Everything one evaluation needs; lookups that several terms share are made once.

    Attributes:
        config: Weights.
        query: State, surroundings, remaining way and limits.
        clearance: ``(K, T)`` of the footprint to what stands along the rollouts, metres.
        people_gap: ``(K, T)`` of the footprint to who moves, then and there, metres.
        unseen_distance: ``(K, T)`` to the nearest cell never seen, metres; 0 inside.
        start_clearance_m: To what stands where the robot is.
        start_people_gap_m: To who moves where the robot is, now.
    """

    config: PlannerConfig
    query: PlanQuery
    clearance: NDArray[np.float32]
    people_gap: NDArray[np.float32]
    unseen_distance: NDArray[np.float32]
    start_clearance_m: float
    start_people_gap_m: float

    @classmethod
    def of(cls, batch: Rollouts, query: PlanQuery, check: TrajectoryCheck) -> CostContext:
        """Look up the clearance of a batch; the check knows weights and where the robot stands."""
        belief, radius = query.belief, query.limits.footprint_radius_m
        times_s = batch.times_s(check.config.step_s)
        clear = belief.clearance(batch.x, batch.y, times_s, radius)
        return cls(
            check.config,
            query,
            clear.standing_m,
            clear.moving_m,
            belief.unknown_distance.sample(batch.x, batch.y),
            check.standing_m,
            check.moving_m,
        )
