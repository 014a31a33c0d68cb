"""What the cost terms look at beside the rollouts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_local.config import PlannerConfig, RobotConfig
from astra_local.moving.movers import Movers
from astra_local.planner.cost_to_go import CostToGo
from astra_local.planner.rollout import Rollouts
from astra_local.planner.world import LocalWorld
from astra_local.types import RobotState

__all__ = ["CostContext"]


@dataclass(frozen=True, eq=False)
class CostContext:
    """Everything one evaluation needs; lookups that several terms share are made once.

    Attributes:
        config: Weights.
        robot: Limits and footprint.
        state: Where the robot is.
        world: Distance fields.
        to_go: Remaining way.
        max_speed_mps: Limit asked for by the sub-goal.
        stop_at_goal: Whether the sub-goal is the end of the way.
        clearance: ``(K, T)`` of the footprint along the rollouts, metres.
        unseen_distance: ``(K, T)`` to the nearest cell never seen, metres; 0 inside.
        start_clearance_m: Of the footprint where the robot stands.
        movers: Who walks about, now.
        people_gap: ``(K, T)`` between footprint and movers at each step, metres.
        start_people_gap_m: The same where the robot stands, now.
    """

    config: PlannerConfig
    robot: RobotConfig
    state: RobotState
    world: LocalWorld
    to_go: CostToGo
    max_speed_mps: float
    stop_at_goal: bool
    clearance: NDArray[np.float32]
    unseen_distance: NDArray[np.float32]
    start_clearance_m: float
    movers: Movers
    people_gap: NDArray[np.float32]
    start_people_gap_m: float

    @classmethod
    def of(
        cls,
        batch: Rollouts,
        *,
        config: PlannerConfig,
        robot: RobotConfig,
        state: RobotState,
        world: LocalWorld,
        to_go: CostToGo,
        max_speed_mps: float,
        stop_at_goal: bool,
        movers: Movers,
    ) -> CostContext:
        """Look up the clearance of a batch and keep the rest."""
        radius = robot.footprint_radius_m
        x, y = (float(value) for value in state.pose[:2])
        here = movers.clearance(np.array([[x]]), np.array([[y]]), np.zeros(1), radius)
        return cls(
            config,
            robot,
            state,
            world,
            to_go,
            max_speed_mps,
            stop_at_goal,
            world.clearance(batch.x, batch.y, radius),
            world.unknown_distance.sample(batch.x, batch.y),
            world.esdf.at(x, y) - radius,
            movers,
            movers.clearance(batch.x, batch.y, batch.times_s(config.step_s), radius),
            float(here[0, 0]),
        )
