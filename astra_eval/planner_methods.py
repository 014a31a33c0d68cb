"""Who plans at the states of the planner's table: stacks, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.records import Trajectory
from astra_core.robot import RobotConfig
from astra_core.stack_spec import StackSpec
from astra_eval.leg import LegCase
from astra_eval.leg_loop import LegState, in_map, placed_in_map

if TYPE_CHECKING:
    from astra_data.expert import Expert
    from astra_local.pipeline import AstraLocal

__all__ = [
    "MAX_SPEED_MPS",
    "NUM_STEPS",
    "STEP_S",
    "PlanMethod",
    "Plans",
    "expert_of",
    "expert_plan",
    "planners",
]

STEP_S = 0.1
#: Steps of a plan: 3.2 s.
NUM_STEPS = 32
MAX_SPEED_MPS = RobotConfig().max_linear_mps
_SAMPLES = 10


@dataclass(frozen=True, eq=False)
class Plans:
    """What a planner says at one state.

    Attributes:
        paths: Positions ``(NUM_STEPS + 1, 2)`` in ``map``; the first is its single answer.
        picked: Which of them it would drive by what it knows.
        rounds: How many plans the time was spent on: planning again, not answering more.
    """

    paths: list[NDArray[np.float64]]
    picked: int = 0
    rounds: int = 1


PlanMethod = Callable[[LegState], Plans]


def planners(
    case: LegCase,
    built: Mapping[str, tuple[StackSpec, AstraLocal]],
    expert: Expert,
    beside: Mapping[str, StackSpec],
) -> dict[str, PlanMethod]:
    """Return who plans, by name; the stack that is evaluated first.

    Args:
        case: The leg.
        built: By name what each stack is made of, and the Astra-Local that senses for it.
        expert: The privileged planner in the scene of the leg.
        beside: More planners by name, which see what the evaluated stack senses.
    """
    senses = next(iter(built.values()))[1]
    seeing = {**built, **{name: (spec, senses) for name, spec in beside.items()}}
    stacks = {
        name: (_sampling_planner if spec.planner == "mppi" else _net_planner)(case, spec, local)
        for name, (spec, local) in seeing.items()
    }

    def privileged(state: LegState) -> Plans:
        trajectory = expert_plan(case, expert)(state)
        return Plans([np.concatenate([state.pose[None, :2], trajectory.poses[:, :2]])])

    def straight(state: LegState) -> Plans:
        goal = se2.compose(state.pose, se2.between(state.odom, state.sub_goal.pose))[:2]
        away = goal - state.pose[:2]
        way_m = np.minimum(np.arange(NUM_STEPS + 1) * STEP_S * MAX_SPEED_MPS, np.hypot(*away))
        return Plans([state.pose[:2] + way_m[:, None] * away / max(float(np.hypot(*away)), 1e-9)])

    def stand(state: LegState) -> Plans:
        return Plans([np.repeat(state.pose[None, :2], NUM_STEPS + 1, axis=0)])

    return {**stacks, "expert": privileged, "straight": straight, "stand": stand}


def _sampling_planner(case: LegCase, spec: StackSpec, local: AstraLocal) -> PlanMethod:
    """Return MPPI: every plan is already the best of its many samples; asked again, it differs."""
    from astra_local.config import LocalConfig, PlannerConfig
    from astra_local.stack import build_open_loop_planner

    config = LocalConfig(planner=replace(PlannerConfig(), num_steps=NUM_STEPS, step_s=STEP_S))
    planner = build_open_loop_planner(spec, config)
    rng = np.random.default_rng([case.run_seed, 2])

    def plan(state: LegState) -> Plans:
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
        paths = [in_map(trajectory, state) for trajectory in found.trajectories]
        return Plans(paths, rounds=len(paths))

    return plan


def _net_planner(case: LegCase, spec: StackSpec, local: AstraLocal) -> PlanMethod:
    """Return a learned head: its draws as they come, and the one that it would drive.

    Neither MPPI behind it nor the behaviours near the goal: the head alone.
    """
    from astra_local.config import LocalConfig
    from astra_local.planner.checked import driven
    from astra_local.planner.cost_to_go import cost_to_go
    from astra_local.ports import PlanQuery
    from astra_local.stack import PLANNERS, load_local
    from astra_local.types import RobotState

    config = LocalConfig()
    proposer = PLANNERS[spec.planner](load_local(spec, config), config.planner, config.robot)
    rng = np.random.default_rng([case.run_seed, 3])

    def plan(state: LegState) -> Plans:
        assert local.belief is not None and local.odometry is not None
        pose, velocity = local.odometry.pose, local.odometry.velocity
        state = _in_odom_of(pose, state)
        belief = local.belief
        sub_goal = replace(state.sub_goal, max_speed_mps=MAX_SPEED_MPS)
        here = (float(pose[0]), float(pose[1]))
        goal = (float(sub_goal.pose[0]), float(sub_goal.pose[1]))
        radius_m = config.robot.footprint_radius_m
        query = PlanQuery(
            RobotState(pose, velocity.linear_mps, velocity.angular_rad_s),
            belief,
            sub_goal,
            cost_to_go(belief, here, goal, radius_m, config.planner.field_resolution_m),
            config.robot,
            belief.stamp_ns,
            rng,
        )
        candidates = proposer.propose(query)
        paths = []
        for candidate in candidates:
            way = driven(candidate, query)
            assert way is not None and candidate.step_s == STEP_S
            poses = np.stack([way.x[0], way.y[0], way.theta[0]], axis=-1)
            paths.append(placed_in_map(poses, state))
        return Plans(paths, picked=int(np.argmax([one.score for one in candidates])))

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
