"""The parts of the planner, each by hand: rollouts, cost-to-go, cost terms, turning, docking."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from astra_core.angles import wrap_angle
from astra_core.records import SubGoal
from astra_local.belief import FutureField, WorldBelief
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.planner.candidates import follow_descent
from astra_local.planner.check import TrajectoryCheck, collides
from astra_local.planner.cost_to_go import cost_to_go
from astra_local.planner.costs import (
    CostContext,
    heading_cost,
    obstacle_cost,
    people_cost,
    progress_cost,
    reverse_cost,
    smoothness_cost,
    speed_cost,
)
from astra_local.planner.docking import dock
from astra_local.planner.escape import escape
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.planner.turn import SpinTracker, turn_by
from astra_local.ports import PlanQuery
from astra_local.types import GridField, RobotState
from astra_local.voxel.occupancy import OccupancyView

CONFIG, ROBOT = PlannerConfig(), RobotConfig()
STILL = RobotState(np.zeros(3))


def world_of(*boxes: tuple[float, float, float, float], known: bool = True) -> WorldBelief:
    """Return an 8 x 8 m world centred at the origin with boxes x0, y0, x1, y1."""
    occupied = np.zeros((160, 160), bool)
    for x0, y0, x1, y1 in boxes:
        columns = slice(round((x0 + 4) / 0.05), round((x1 + 4) / 0.05))
        occupied[round((y0 + 4) / 0.05) : round((y1 + 4) / 0.05), columns] = True
    seen = np.full((160, 160), known) | occupied
    return WorldBelief.from_occupancy(OccupancyView(occupied, seen, (-4.0, -4.0), 0.05, 0), 2.0)


def constant(v: float, w: float, state: RobotState = STILL) -> Rollouts:
    shape = (1, CONFIG.num_steps)
    return roll_out(state, np.full(shape, v, np.float32), np.full(shape, w, np.float32), 0.1, ROBOT)


def query_of(world: WorldBelief, goal=(2.0, 0.0), state=STILL, **sub_goal) -> PlanQuery:
    to_go = cost_to_go(world, tuple(state.pose[:2]), goal, 0.22, 0.1)
    wish = SubGoal(0, np.array([*goal, 0.0]), **sub_goal)
    return PlanQuery(state, world, wish, to_go, ROBOT, 0, np.random.default_rng(0))


def check_of(world: WorldBelief, state: RobotState = STILL) -> TrajectoryCheck:
    return TrajectoryCheck.of(world, state, ROBOT, CONFIG)


def context_of(batch: Rollouts, world: WorldBelief, goal=(2.0, 0.0), **changes) -> CostContext:
    query = query_of(world, goal, **changes)
    return CostContext.of(batch, query, check_of(world, query.state))


# rollouts ---------------------------------------------------------------------------------


def test_a_rollout_keeps_the_limits_from_the_present_speed() -> None:
    rng = np.random.default_rng(0)
    state = RobotState(np.array([1.0, 2.0, 0.5]), 0.4, -0.3)
    wild = rng.normal(0.0, 5.0, (2, 50, 30)).astype(np.float32)
    batch = roll_out(state, wild[0], wild[1], 0.1, ROBOT)
    assert batch.v.min() >= -0.15 - 1e-6
    assert batch.v.max() <= 0.6 + 1e-6
    assert np.abs(batch.w).max() <= 1.5 + 1e-6
    assert np.abs(np.diff(batch.v, axis=1, prepend=0.4)).max() <= 0.08 + 1e-5
    assert np.abs(np.diff(batch.w, axis=1, prepend=-0.3)).max() <= 0.3 + 1e-5


def test_a_circle_closes() -> None:
    steps = 100
    w = 2.0 * math.pi / (steps * 0.1)
    state = RobotState(np.array([3.0, -1.0, 0.7]), 0.3, w)
    shape = (1, steps)
    batch = roll_out(
        state, np.full(shape, 0.3, np.float32), np.full(shape, w, np.float32), 0.1, ROBOT
    )
    assert batch.x[0, -1] == pytest.approx(3.0, abs=1e-4)
    assert batch.y[0, -1] == pytest.approx(-1.0, abs=1e-4)
    assert batch.theta[0, -1] == pytest.approx(0.7 + 2.0 * math.pi, abs=1e-4)


# fields -----------------------------------------------------------------------------------


def test_bilinear_sampling_by_hand() -> None:
    values = np.array([[0.0, 1.0], [2.0, 3.0]], np.float32)
    field = GridField(values, (10.0, 20.0), 1.0)
    assert field.at(10.5, 20.5) == 0.0
    assert field.at(11.0, 21.0) == pytest.approx(1.5)
    assert field.at(11.5, 20.75) == pytest.approx(1.5)
    assert field.at(-99.0, 99.0) == 2.0  # outside: the border
    assert GridField(np.array([[7.0]], np.float32), (0.0, 0.0), 1.0).at(5.0, 5.0) == 7.0
    assert field.cell_of(11.2, 20.3) == (0, 1)


def test_the_straight_way_is_the_distance() -> None:
    to_go = cost_to_go(world_of(), (0.0, 0.0), (2.0, 1.0), 0.22, 0.1)
    assert to_go.field.at(-1.0, 1.0) == pytest.approx(3.0, abs=0.01)
    direction = to_go.direction(np.array([0.0]), np.array([0.0]))
    assert math.atan2(direction[1][0], direction[0][0]) == pytest.approx(
        math.atan2(1.0, 2.0), abs=0.02
    )


def test_the_way_leads_around_a_wall() -> None:
    wall = (1.0, -1.5, 1.2, 4.0)  # open below y = -1.5
    to_go = cost_to_go(world_of(wall), (0.0, 0.0), (2.0, 0.0), 0.22, 0.1)
    around = 2.0 * math.hypot(1.0, 1.5)
    assert around < to_go.field.at(0.0, 0.0) < 2.5 * around
    _, follow_y = to_go.direction(np.array([0.0]), np.array([0.0]))
    assert follow_y[0] < -0.3
    assert np.isfinite(to_go.field.values).all()


def test_a_goal_in_an_obstacle_is_moved_out() -> None:
    world = world_of((1.0, -0.5, 2.0, 0.5))
    to_go = cost_to_go(world, (0.0, 0.0), (1.1, 0.0), 0.22, 0.1)
    assert world.esdf.at(*to_go.goal_xy) > 0.22
    assert math.dist(to_go.goal_xy, (1.1, 0.0)) < 0.6
    outside = cost_to_go(world_of(), (0.0, 0.0), (100.0, 0.0), 0.22, 0.1)
    assert outside.goal_xy[0] == pytest.approx(3.95)


def test_unseen_floor_beside_an_obstacle_is_avoided() -> None:
    occupied = np.zeros((160, 160), bool)
    occupied[76:84, 110:114] = True  # x 1.5 to 1.7, y -0.2 to 0.2
    known = np.ones((160, 160), bool)
    known[70:90, 90:110] = False  # before it: maybe more of it
    view = OccupancyView(occupied, known, (-4.0, -4.0), 0.05, 0)
    hidden = WorldBelief.from_occupancy(view, 2.0)
    open_view = OccupancyView(occupied, known | True, (-4.0, -4.0), 0.05, 0)
    seen = WorldBelief.from_occupancy(open_view, 2.0)
    over = constant(0.5, 0.0, RobotState(np.array([-0.2, 0.3, 0.0]), 0.5))
    assert obstacle_cost(over, context_of(over, hidden)) > 0.05 + obstacle_cost(
        over, context_of(over, seen)
    )


# cost terms -------------------------------------------------------------------------------


def test_touching_costs_more_than_anything_and_sooner_more() -> None:
    near, far = world_of((0.6, -1.0, 0.8, 1.0)), world_of((1.1, -1.0, 1.3, 1.0))
    batch = constant(0.6, 0.0)
    cost_near = obstacle_cost(batch, context_of(batch, near))[0]
    cost_far = obstacle_cost(batch, context_of(batch, far))[0]
    assert cost_near > cost_far > 1000.0
    assert obstacle_cost(batch, context_of(batch, world_of()))[0] == 0.0


def test_who_is_too_near_may_leave_and_not_go_deeper() -> None:
    leaving, deeper = np.array([-0.05, -0.02, 0.1]), np.array([-0.05, -0.07, 0.1])
    assert not collides(leaving, -0.05, 0.0).any()
    assert collides(deeper, -0.05, 0.0).tolist() == [False, True, False]
    assert collides(leaving, 0.3, 0.0).tolist() == [True, True, False]


def test_a_forecast_is_given_a_berth_like_who_walks() -> None:
    x = (np.arange(160) + 0.5) * 0.05 - 4.0
    wall = np.repeat(np.abs(x - 0.9)[None] - 0.2, 160, axis=0).astype(np.float32)[None]
    forecast = FutureField(wall, np.array([1.0]), (-4.0, -4.0), 0.05)
    foreseen = replace(world_of(), future=forecast)
    batch, still = constant(0.6, 0.0), constant(0.0, 0.0)
    assert people_cost(batch, context_of(batch, foreseen))[0] > CONFIG.collision_cost
    assert people_cost(batch, context_of(batch, world_of()))[0] == 0.0
    assert people_cost(still, context_of(still, foreseen))[0] == 0.0


def test_progress_rewards_the_way_made() -> None:
    forward, still = constant(0.6, 0.0), constant(0.0, 0.0)
    world = world_of()
    assert progress_cost(forward, context_of(forward, world))[0] < -3.0
    assert progress_cost(still, context_of(still, world))[0] == pytest.approx(0.0, abs=1e-5)


def test_a_sub_goal_on_the_way_is_no_reason_to_stop() -> None:
    state = RobotState(np.zeros(3), 0.6)
    batch, world = constant(0.6, 0.0, state), world_of()
    through = progress_cost(batch, context_of(batch, world, goal=(0.6, 0.0), state=state))[0]
    last = context_of(batch, world, goal=(0.6, 0.0), state=state, is_final=True)
    assert through < progress_cost(batch, last)[0] - 1.0


def test_heading_prefers_to_face_the_way() -> None:
    world = world_of()
    batches = [constant(0.0, 0.0, RobotState(np.array([0.0, 0.0, a]))) for a in (0.0, 1.57, 3.14)]
    costs = [heading_cost(b, context_of(b, world))[0] for b in batches]
    assert costs[0] == pytest.approx(0.0, abs=1e-3)
    assert costs[1] == pytest.approx(CONFIG.heading_weight, rel=0.05)
    assert costs[2] == pytest.approx(2.0 * CONFIG.heading_weight, rel=0.05)


def test_smoothness_and_reverse_by_hand() -> None:
    state = RobotState(np.zeros(3), -0.1)
    back = constant(-0.1, 0.0, state)
    context = context_of(back, world_of(), state=state)
    assert reverse_cost(back, context)[0] == pytest.approx(0.1 * CONFIG.reverse_weight)
    assert smoothness_cost(back, context)[0] == pytest.approx(0.0, abs=1e-9)
    start = constant(0.6, 0.0)  # from rest: eight steps at the full acceleration
    assert smoothness_cost(start, context_of(start, world_of()))[0] == pytest.approx(
        CONFIG.smoothness_weight * 7.5 / 30, rel=0.1
    )


def test_speed_is_limited_by_wish_tightness_and_the_unseen() -> None:
    state = RobotState(np.zeros(3), 0.5)
    batch = constant(0.5, 0.0, state)
    free = context_of(batch, world_of(), state=state)
    assert speed_cost(batch, free)[0] == 0.0
    slow = context_of(batch, world_of(), state=state, max_speed_mps=0.3)
    assert speed_cost(batch, slow)[0] == pytest.approx(CONFIG.speed_weight * 0.04, rel=1e-3)
    unseen = context_of(batch, world_of(known=False), state=state)
    assert speed_cost(batch, unseen)[0] == pytest.approx(CONFIG.speed_weight * 0.0625, rel=1e-3)
    gap = context_of(batch, world_of((-4, 0.3, 4, 0.5), (-4, -0.5, 4, -0.3)), state=state)
    assert speed_cost(batch, gap)[0] > 0.1


# behaviours -------------------------------------------------------------------------------


def test_candidates_follow_the_descent_around_a_wall() -> None:
    world = world_of((0.8, -1.0, 1.0, 4.0))
    query = query_of(world, (1.8, 0.0))
    to_go = query.to_go
    v, w = follow_descent(query, CONFIG)
    batch = roll_out(STILL, v, w, 0.1, ROBOT)
    left = to_go.field.sample(batch.x[:, -1:], batch.y[:, -1:])
    assert left.min() < to_go.field.at(0.0, 0.0) - 0.8
    assert (world.esdf.sample(batch.x, batch.y).min(axis=1) > 0.22).any()


@pytest.mark.parametrize("angle", [0.3, -1.0, 2.0])
def test_a_turn_ends_where_asked_without_overshoot(angle: float) -> None:
    state, turned = RobotState(np.zeros(3)), 0.0
    for _ in range(60):  # replanned every step, as on the robot
        plan = turn_by(state, angle - turned, 0.8, CONFIG, ROBOT)
        turned = float(plan.theta[0, 0])
        state = RobotState(np.array([0.0, 0.0, turned]), 0.0, float(plan.w[0, 0]))
        assert abs(turned) < abs(angle) + 0.02
    assert turned == pytest.approx(angle, abs=0.02)
    assert (plan.v == 0.0).all()


def test_a_spin_may_be_longer_than_a_full_turn() -> None:
    spin, heading, turned = SpinTracker(), 0.5, 0.0
    left = spin.left(7, -7.0, np.array([0.0, 0.0, heading]))
    assert left == -7.0
    while turned > -7.0:
        heading, turned = wrap_angle(heading - 0.4), turned - 0.4
        left = spin.left(7, -7.0, np.array([0.0, 0.0, heading]))
        assert left == pytest.approx(-7.0 - turned)
    assert spin.left(8, 1.0, np.zeros(3)) == 1.0


@pytest.mark.parametrize("goal", [(0.4, 0.1), (0.2, -0.3), (-0.25, 0.02), (0.0, 0.5)])
def test_docking_rolls_onto_the_goal(goal: tuple[float, float]) -> None:
    state = STILL
    for _ in range(80):
        plan = dock(state, goal, 0.6, CONFIG, ROBOT)
        state = RobotState(
            np.array([plan.x[0, 0], plan.y[0, 0], plan.theta[0, 0]]),
            float(plan.v[0, 0]),
            float(plan.w[0, 0]),
        )
    assert math.dist(state.pose[:2], goal) < CONFIG.position_tolerance_m
    assert abs(state.linear_mps) < 0.02


def test_escape_creeps_out_of_the_inflation() -> None:
    world = world_of((0.2, -1.0, 0.4, 1.0))  # 0.02 m inside the footprint, ahead
    rollout, name = escape(check_of(world))
    clearance = world.esdf.sample(rollout.x, rollout.y)[0] - 0.22
    assert name == "creep"
    assert rollout.v[0, -1] < 0.0
    assert clearance[-1] > 0.05
    assert clearance.min() > world.esdf.at(0.0, 0.0) - 0.22 - 0.006


def test_escape_between_two_walls_turns_along_them() -> None:
    world = world_of((-1.0, 0.15, 1.0, 4.0), (-1.0, -4.0, 1.0, -0.2))
    assert escape(check_of(world)) is not None
    nowhere = world_of(
        (-4.0, 0.2, 4.0, 4.0), (-4.0, -4.0, 4.0, -0.2), (0.2, -4, 4, 4), (-4, -4, -0.2, 4)
    )
    stuck = escape(check_of(nowhere))
    assert stuck is None or stuck[1] == "rotate"
