"""Who plans at the states of the planner's table: stacks, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.records import Trajectory
from astra_core.robot import RobotConfig
from astra_core.stack_spec import StackSpec
from astra_eval.leg import LegCase
from astra_eval.leg_loop import LegState, in_map

if TYPE_CHECKING:
    from astra_data.expert import Expert
    from astra_local.pipeline import AstraLocal

__all__ = [
    "MAX_SPEED_MPS",
    "NUM_STEPS",
    "STEP_S",
    "Paths",
    "PlanMethod",
    "expert_of",
    "expert_plan",
    "planners",
]

STEP_S = 0.1
#: Steps of a plan: 3.2 s.
NUM_STEPS = 32
MAX_SPEED_MPS = RobotConfig().max_linear_mps
_SAMPLES = 10

#: Positions ``(NUM_STEPS + 1, 2)`` of plans in ``map``, the chosen one first.
Paths = list[NDArray[np.float64]]
PlanMethod = Callable[[LegState], Paths]


def planners(
    case: LegCase, built: Mapping[str, tuple[StackSpec, AstraLocal]], expert: Expert
) -> dict[str, PlanMethod]:
    """Return who plans, by name; the stack that is evaluated first.

    Args:
        case: The leg.
        built: By name what each stack is made of, and the Astra-Local that senses for it.
        expert: The privileged planner in the scene of the leg.
    """
    stacks = {name: _stack_planner(case, spec, local) for name, (spec, local) in built.items()}

    def privileged(state: LegState) -> Paths:
        trajectory = expert_plan(case, expert)(state)
        return [np.concatenate([state.pose[None, :2], trajectory.poses[:, :2]])]

    def straight(state: LegState) -> Paths:
        goal = se2.compose(state.pose, se2.between(state.odom, state.sub_goal.pose))[:2]
        away = goal - state.pose[:2]
        way_m = np.minimum(np.arange(NUM_STEPS + 1) * STEP_S * MAX_SPEED_MPS, np.hypot(*away))
        return [state.pose[:2] + way_m[:, None] * away / max(float(np.hypot(*away)), 1e-9)]

    def stand(state: LegState) -> Paths:
        return [np.repeat(state.pose[None, :2], NUM_STEPS + 1, axis=0)]

    return {**stacks, "expert": privileged, "straight": straight, "stand": stand}


def _stack_planner(case: LegCase, spec: StackSpec, local: AstraLocal) -> PlanMethod:
    from astra_local.config import LocalConfig, PlannerConfig
    from astra_local.stack import build_open_loop_planner

    config = LocalConfig(planner=replace(PlannerConfig(), num_steps=NUM_STEPS, step_s=STEP_S))
    planner = build_open_loop_planner(spec, config)
    rng = np.random.default_rng([case.run_seed, 2])

    def plan(state: LegState) -> Paths:
        # What the stack knows, and nothing else of the state: it is full of what is privileged.
        assert local.belief is not None and local.odometry is not None
        state = _in_odom_of(local.odometry.pose, state)
        found = planner.plan(
            local.belief,
            state.sub_goal.pose,
            local.odometry.velocity,
            rng,
            pose=local.odometry.pose,
            num_samples=_SAMPLES,
            is_final=state.sub_goal.is_final,
            max_speed_mps=MAX_SPEED_MPS,
        )
        return [in_map(trajectory, state) for trajectory in found.trajectories]

    return plan


def _in_odom_of(odom: NDArray[np.float64], state: LegState) -> LegState:
    """Return a state with its sub-goal in the ``odom`` of another odometry, ``(3,)`` there."""
    if np.array_equal(odom, state.odom):
        return state
    pose = se2.compose(odom, se2.between(state.odom, state.sub_goal.pose))
    return replace(state, odom=odom, sub_goal=replace(state.sub_goal, pose=pose))


def expert_of(case: LegCase) -> Expert:
    """Return the privileged planner in the scene of a leg."""
    from astra_data.expert import EXPERT_CONFIG, Expert

    config = replace(EXPERT_CONFIG, num_steps=NUM_STEPS, step_s=STEP_S)
    plan = case.plan
    return Expert(plan.occupied, plan.resolution_m, plan.origin_m, config=config)


def expert_plan(case: LegCase, expert: Expert) -> Callable[[LegState], Trajectory]:
    """Return what the expert plans at a state, from the truth alone."""
    from astra_local.moving.movers import Movers

    def plan(state: LegState) -> Trajectory:
        people = state.people
        movers = Movers(people[:, :2], people[:, 2:4], people[:, 4])
        return expert.plan(state.pose, state.velocity, case.goal, movers, state.stamp_ns)

    return plan
