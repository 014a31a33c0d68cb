"""What the planner does with a sub-goal, and the way from plan to command."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.records import SubGoal, Trajectory, TrajectorySource
from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig, RobotConfig, TrackerConfig
from astra_local.planner.mppi import MppiProposer
from astra_local.planner.planner import LocalPlanner
from astra_local.planner.tracker import TrajectoryTracker
from astra_local.types import RobotState
from astra_local.voxel.occupancy import OccupancyView

CONFIG, ROBOT = PlannerConfig(), RobotConfig()
STEP_NS = 100_000_000


def world_of(*boxes: tuple[float, float, float, float]) -> WorldBelief:
    occupied = np.zeros((160, 160), bool)
    for x0, y0, x1, y1 in boxes:
        columns = slice(round((x0 + 4) / 0.05), round((x1 + 4) / 0.05))
        occupied[round((y0 + 4) / 0.05) : round((y1 + 4) / 0.05), columns] = True
    view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 0)
    return WorldBelief.from_occupancy(view, 2.0)


def planner(seed: int = 0) -> LocalPlanner:
    return LocalPlanner([MppiProposer(CONFIG)], CONFIG, ROBOT, np.random.default_rng(seed))


def drive(world: WorldBelief, pose, sub_goal: SubGoal, steps: int, seed: int = 0):
    """Follow every plan perfectly for one step; return poses, sources, smallest clearance."""
    local, state = planner(seed), RobotState(np.array(pose, dtype=float))
    sources, clearance = [], math.inf
    for number in range(steps):
        plan = local.plan(state, world, sub_goal, number * STEP_NS)
        sources.append(plan.source_name)
        state = RobotState(plan.poses[0], *plan.velocities[0])
        here = world.esdf.at(float(plan.poses[0, 0]), float(plan.poses[0, 1])) - 0.22
        clearance = min(clearance, here)
    return state, sources, clearance


def go(x: float, y: float, theta: float = 0.0, **more) -> SubGoal:
    return SubGoal(0, np.array([x, y, theta]), **more)


def test_reaches_a_final_goal_and_its_heading() -> None:
    state, sources, _ = drive(world_of(), (0.0, 0.0, 0.0), go(1.5, 0.5, 2.5, is_final=True), 150)
    assert math.dist(state.pose[:2], (1.5, 0.5)) < CONFIG.position_tolerance_m
    assert abs(math.remainder(state.pose[2] - 2.5, 2 * math.pi)) < CONFIG.heading_tolerance_rad
    assert sources[-1] == "hold"
    assert {"mppi", "dock", "align"} <= set(sources)


@pytest.mark.parametrize("theta", [0.0, math.pi / 2, math.pi, -2.0])
@pytest.mark.parametrize("width", [0.9, 0.6])
def test_passes_a_gap_from_any_heading(width: float, theta: float) -> None:
    half = width / 2.0
    world = world_of((1.0, half, 1.1, 4.0), (1.0, -4.0, 1.1, -half))
    state, _, clearance = drive(world, (0.0, 0.8, theta), go(1.8, -0.4), 150)
    assert state.pose[0] > 1.4
    assert clearance >= 0.0


def test_is_not_trapped_by_a_dead_end() -> None:
    cup = [(1.0, -0.8, 1.1, 0.8), (0.0, 0.7, 1.1, 0.8), (0.0, -0.8, 1.1, -0.7)]
    state, _, clearance = drive(world_of(*cup), (0.5, 0.0, 0.0), go(1.8, 0.0), 250)
    assert math.dist(state.pose[:2], (1.8, 0.0)) < 0.5
    assert clearance >= 0.0


def test_creeps_out_when_it_touches() -> None:
    wall = (0.18, -1.0, 0.3, 1.0)  # 0.04 m inside the footprint
    world = world_of(wall)
    state, _, clearance = drive(world, (0.0, 0.0, 0.0), go(-1.5, 0.0), 120)
    assert state.pose[0] < -1.0
    assert clearance > world.esdf.at(0.0, 0.0) - 0.22 - 0.01


def test_every_plan_is_free_and_equal_for_equal_seeds() -> None:
    world = world_of((0.8, -0.5, 1.4, 0.4), (0.5, 0.9, 1.5, 1.2))
    plans = []
    for _ in range(2):
        local = planner(3)
        plans.append(local.plan(RobotState(np.zeros(3), 0.3), world, go(2.0, 0.3), 0))
    assert plans[0].min_clearance_m >= 0.0
    np.testing.assert_array_equal(plans[0].poses, plans[1].poses)
    other = planner(4).plan(RobotState(np.zeros(3), 0.3), world, go(2.0, 0.3), 0)
    assert not np.array_equal(other.poses, plans[0].poses)
    assert plans[0].poses.shape == (32, 3)
    assert plans[0].velocities.shape == (32, 2)


def test_keeps_the_speed_limit_of_the_sub_goal() -> None:
    local, state = planner(), RobotState(np.zeros(3))
    for number in range(25):
        plan = local.plan(state, world_of(), go(3.0, 0.0, max_speed_mps=0.25), number * STEP_NS)
        state = RobotState(plan.poses[0], *plan.velocities[0])
        assert state.linear_mps < 0.32
    assert state.linear_mps > 0.18


def test_stops_when_told_and_when_blind() -> None:
    moving = RobotState(np.zeros(3), 0.5, 0.4)
    for sub_goal, world, source in (
        (None, world_of(), "hold"),
        (go(1.0, 0.0, halt=True), world_of(), "hold"),
        (go(1.0, 0.0), None, "stop"),
        (go(1.0, 0.0, spin_rad=1.0), None, "stop"),
        (go(math.nan, 0.0), world_of(), "stop"),
    ):
        plan = planner().plan(moving, world, sub_goal, 0)
        assert plan.source == source
        assert plan.source.is_fallback == (source == "stop")
        assert plan.velocities[0, 0] == pytest.approx(0.3)  # brakes as hard as it may
        assert (plan.velocities[10:] == 0.0).all()


def test_spins_in_place_and_then_holds() -> None:
    sub_goal = SubGoal(0, np.zeros(3), spin_rad=2.0 * math.pi, sequence=5)
    state, sources, _ = drive(world_of((0.3, -1, 0.5, 1)), (0.0, 0.0, 1.0), sub_goal, 110)
    assert set(sources) == {"spin", "hold"}
    assert sources[-1] == "hold"
    assert sources.count("spin") > 70  # a full turn, not zero
    assert abs(math.remainder(state.pose[2] - 1.0, 2 * math.pi)) < 0.1
    assert math.hypot(*state.pose[:2]) < 1e-6


# tracker ----------------------------------------------------------------------------------


def straight_plan(v: float = 0.5, w: float = 0.0) -> Trajectory:
    steps = np.arange(1, 31) * 0.1
    theta = w * steps
    radius = v / w if w else 0.0
    x = radius * np.sin(theta) if w else v * steps
    y = radius * (1.0 - np.cos(theta)) if w else 0.0 * steps
    velocities = np.repeat([[v, w]], 30, axis=0)
    return Trajectory(
        1_000, 0.1, np.stack([x, y, theta], axis=-1), velocities, TrajectorySource.PLANNER, 1.0
    )


def tracker() -> TrajectoryTracker:
    return TrajectoryTracker(TrackerConfig(), ROBOT)


@pytest.mark.parametrize("w", [0.0, 0.7])
@pytest.mark.parametrize("age_ms", [0, 130, 480])
def test_on_the_plan_the_command_is_the_plan(w: float, age_ms: int) -> None:
    t = age_ms / 1e3
    theta = w * t
    pose = (
        [0.5 / w * math.sin(theta), 0.5 / w * (1 - math.cos(theta)), theta]
        if w
        else [0.5 * t, 0, 0]
    )
    command, reason = tracker().command(
        straight_plan(w=w), np.array(pose), 1_000 + age_ms * 1_000_000
    )
    assert command.linear_mps == pytest.approx(0.5, abs=1e-3)
    assert command.angular_rad_s == pytest.approx(w, abs=1e-3)
    assert reason == ""


def test_feedback_has_the_right_signs() -> None:
    command, _ = tracker().command(straight_plan(), np.array([-0.05, 0.0, 0.0]), 1_000)
    assert command.linear_mps > 0.5  # behind: faster
    command, _ = tracker().command(straight_plan(), np.array([0.0, 0.05, 0.0]), 1_000)
    assert command.angular_rad_s < 0.0  # left of it: to the right
    command, _ = tracker().command(straight_plan(), np.array([0.0, 0.0, 0.2]), 1_000)
    assert command.angular_rad_s < 0.0
    command, _ = tracker().command(straight_plan(0.6), np.array([-9.0, 9.0, 2.0]), 1_000)
    assert abs(command.angular_rad_s) <= 1.5
    assert -0.15 <= command.linear_mps <= 0.6


def test_no_plan_old_plan_and_nonsense_are_a_stop() -> None:
    here = np.zeros(3)
    for plan, pose, now, why in (
        (None, here, 0, "no plan"),
        (straight_plan(), here, 1_000 + 510_000_000, "0.51 s old"),
        (straight_plan(), here, -100_000_000, "old"),
        (straight_plan(), np.array([math.nan, 0, 0]), 1_000, "not finite"),
    ):
        command, reason = tracker().command(plan, pose, now)
        assert command.linear_mps == command.angular_rad_s == 0.0
        assert why in reason


def test_who_cannot_get_closer_takes_near_enough_for_the_goal() -> None:
    # Something the planner does not see holds the robot 15 cm before its goal.
    local, world = planner(), world_of()
    state, goal = RobotState(np.zeros(3)), go(0.15, 0.0, is_final=True)
    sources = [local.plan(state, world, goal, number * STEP_NS).source for number in range(60)]
    assert set(sources[:40]) == {"dock"}
    assert sources[-1] == "hold"
