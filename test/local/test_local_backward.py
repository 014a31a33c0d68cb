"""Driving backward: arcs bend to the side that geometry says, in every part that makes them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from astra_core import se2
from astra_core.records import Trajectory, TrajectorySource
from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig, RobotConfig, TrackerConfig
from astra_local.planner.candidates import primitives
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.docking import dock
from astra_local.planner.escape import escape
from astra_local.planner.rollout import Rollouts, roll_out
from astra_local.planner.tracker import TrajectoryTracker
from astra_local.types import RobotState
from astra_local.voxel.occupancy import OccupancyView

CONFIG, ROBOT = PlannerConfig(), RobotConfig()
S = 1_000_000_000


def steady(v: float, w: float, steps: int, pose=(0.0, 0.0, 0.0)) -> Rollouts:
    """Return a way at constant controls that the robot has already."""
    shape = (1, steps)
    return roll_out(
        RobotState(np.array(pose), v, w),
        np.full(shape, v, np.float32),
        np.full(shape, w, np.float32),
        0.1,
        ROBOT,
    )


@pytest.mark.parametrize("theta", [0.0, 2.5])
@pytest.mark.parametrize("w", [0.5, -0.5])
@pytest.mark.parametrize("v", [-0.15, 0.3])
def test_an_arc_is_a_piece_of_its_circle(v: float, w: float, theta: float) -> None:
    way = steady(v, w, 20, (1.0, -2.0, theta))
    # In the frame of the start: x = v/w sin(wt), y = v/w (1 - cos(wt)), whatever their signs.
    turned = w * 2.0
    expected = se2.compose(
        [1.0, -2.0, theta],
        [v / w * math.sin(turned), v / w * (1.0 - math.cos(turned)), turned],
    )
    end = [way.x[0, -1], way.y[0, -1], way.theta[0, -1]]
    np.testing.assert_allclose(end[:2], expected[:2], atol=2e-4)
    assert math.remainder(end[2] - expected[2], math.tau) == pytest.approx(0.0, abs=1e-5)


def test_backward_and_turning_left_ends_behind_to_the_right() -> None:
    way = steady(-0.15, 0.5, 10)
    # 0.15 m/s and 0.5 rad/s for a second: a circle of 0.3 m.
    assert way.x[0, -1] == pytest.approx(-0.3 * math.sin(0.5), abs=1e-4)
    assert way.y[0, -1] == pytest.approx(-0.3 * (1.0 - math.cos(0.5)), abs=1e-4)
    assert way.theta[0, -1] == pytest.approx(0.5)


def test_the_sure_candidates_bend_to_both_sides_ahead_and_back() -> None:
    v, w = primitives(32, ROBOT)
    batch = roll_out(RobotState(np.zeros(3)), v, w, 0.1, ROBOT)
    sides = {(np.sign(a), np.sign(b)) for a, b in zip(batch.x[:, -1], batch.y[:, -1], strict=True)}
    assert {(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)} <= sides
    assert v.min() == pytest.approx(-ROBOT.max_reverse_mps)


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_escape_backs_away_from_what_stands_behind_on_one_side(side: float) -> None:
    """A wall ahead that touches, and a box behind on one side: out by the other."""
    occupied = np.zeros((160, 160), bool)
    occupied[:, 84:90] = True  # x 0.2 to 0.5: 2 cm inside the footprint
    low, high = (87, 120) if side > 0.0 else (40, 73)
    occupied[low:high, 40:76] = True  # x -2 to -0.2, beside the way back on that side
    view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 0)
    belief = WorldBelief.from_occupancy(view, 2.0)
    way, source = escape(TrajectoryCheck.of(belief, RobotState(np.zeros(3)), ROBOT, CONFIG))
    assert source is TrajectorySource.CREEP
    assert way.x[0, -1] < -0.1
    assert side * way.y[0, -1] < -0.02


def test_escape_does_not_leave_through_a_thin_wall() -> None:
    """Behind either of the two there would be more room than between them."""
    occupied = np.zeros((160, 160), bool)
    occupied[:, 84:90] = True  # ahead: 2 cm inside the footprint
    occupied[:, 70:72] = True  # behind: x -0.5 to -0.4
    view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 0)
    belief = WorldBelief.from_occupancy(view, 2.0)
    swift = replace(CONFIG, creep_mps=0.5)
    strong = replace(ROBOT, max_reverse_mps=0.5)
    check = TrajectoryCheck.of(belief, RobotState(np.zeros(3)), strong, swift)
    found = escape(check)
    assert found is None or np.abs(found[0].x).max() < 0.3


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_docking_backs_onto_a_goal_behind_on_one_side(side: float) -> None:
    goal, state = (-0.25, 0.12 * side), RobotState(np.zeros(3))
    turned = []
    for _ in range(80):
        plan = dock(state, goal, 0.6, CONFIG, ROBOT)
        state = RobotState(
            np.array([plan.x[0, 0], plan.y[0, 0], plan.theta[0, 0]]),
            float(plan.v[0, 0]),
            float(plan.w[0, 0]),
        )
        turned.append(float(state.pose[2]))
        assert plan.v[0].max() <= 1e-6  # it never drives ahead
    assert math.dist(state.pose[:2], goal) < 0.06
    # Its back turns towards the goal: to the right for a goal on the left.
    assert side * min(turned, key=lambda angle: side * angle) < -0.2


def backward_plan(w: float) -> Trajectory:
    way = steady(-0.12, w, 30)
    poses = np.stack([way.x[0], way.y[0], way.theta[0]], axis=-1).astype(float)
    velocities = np.repeat([[-0.12, w]], 30, axis=0)
    return Trajectory(0, 0.1, poses, velocities, TrajectorySource.PLANNER, 1.0, "mppi")


@pytest.mark.parametrize("w", [0.0, 0.6, -0.6])
@pytest.mark.parametrize("age_ms", [0, 130, 480])
def test_on_a_plan_backward_the_command_is_the_plan(w: float, age_ms: int) -> None:
    t = age_ms / 1e3
    pose = [-0.12 * t, 0.0, 0.0]
    if w:
        pose = [-0.12 / w * math.sin(w * t), -0.12 / w * (1.0 - math.cos(w * t)), w * t]
    tracker = TrajectoryTracker(TrackerConfig(), ROBOT)
    command, _ = tracker.command(backward_plan(w), np.array(pose), age_ms * 1_000_000)
    assert command.linear_mps == pytest.approx(-0.12, abs=1e-4)
    assert command.angular_rad_s == pytest.approx(w, abs=1e-3)


@pytest.mark.parametrize("w", [1.0, -1.0])
def test_within_a_long_step_backward_the_reference_lies_on_the_arc(w: float) -> None:
    """Half way through a step of 1 s; a wrong side of the chord would be 3 cm off."""
    turned = w * 1.0
    end = [-0.12 / w * math.sin(turned), -0.12 / w * (1.0 - math.cos(turned)), turned]
    plan = Trajectory(
        0, 1.0, np.array([end]), np.array([[-0.12, w]]), TrajectorySource.PLANNER, 1.0, "mppi"
    )
    half = [-0.12 / w * math.sin(turned / 2), -0.12 / w * (1.0 - math.cos(turned / 2)), turned / 2]
    command, _ = TrajectoryTracker(TrackerConfig(), ROBOT).command(plan, np.array(half), S // 2)
    assert command.linear_mps == pytest.approx(-0.12, abs=2e-3)
    assert command.angular_rad_s == pytest.approx(w, abs=3e-3)


@pytest.mark.parametrize(
    ("pose", "linear_mps", "angular_rad_s"),
    [
        # By equation 9: v cos(e) + 1.0 e_x and 6.0 v e_y + 2.0 sin(e), v = -0.12.
        ((0.0, 0.05, 0.0), -0.12, 6.0 * 0.12 * 0.05),  # left of it: backward and left leads right
        ((0.0, -0.05, 0.0), -0.12, -6.0 * 0.12 * 0.05),
        ((0.02, 0.0, 0.0), -0.14, 0.0),  # not far enough back: faster
        ((-0.02, 0.0, 0.0), -0.10, 0.0),
        ((0.0, 0.0, 0.2), -0.12 * math.cos(0.2), -2.0 * math.sin(0.2)),
    ],
)
def test_feedback_on_a_plan_backward_has_the_right_signs(pose, linear_mps, angular_rad_s) -> None:
    tracker = TrajectoryTracker(TrackerConfig(), ROBOT)
    command, _ = tracker.command(backward_plan(0.0), np.array(pose), 0)
    assert command.linear_mps == pytest.approx(linear_mps, abs=1e-4)
    assert command.angular_rad_s == pytest.approx(angular_rad_s, abs=1e-4)
