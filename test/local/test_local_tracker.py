"""From plan to command: every gain, sign and moment by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.records import Trajectory
from astra_local.config import RobotConfig, TrackerConfig
from astra_local.planner.tracker import TrajectoryTracker

ROBOT = RobotConfig()
START_NS = 1_000
STEPS = np.arange(1, 31) * 0.1


def straight_plan(v: float) -> Trajectory:
    """Return a plan along x at a speed, with the default gains of 1 / s, 6 / m2 and 2 / s."""
    poses = np.stack([v * STEPS, 0.0 * STEPS, 0.0 * STEPS], axis=-1)
    velocities = np.repeat([[v, 0.0]], len(STEPS), axis=0)
    return Trajectory(START_NS, 0.1, poses, velocities, "mppi", 1.0)


def command(
    plan: Trajectory, x: float, y: float, theta: float, age_ms: int = 0
) -> tuple[float, float]:
    """Return speed and turn rate for a robot at a pose when the plan is so old."""
    tracker = TrajectoryTracker(TrackerConfig(), ROBOT)
    velocity, _ = tracker.command(plan, np.array([x, y, theta]), START_NS + age_ms * 1_000_000)
    return velocity.linear_mps, velocity.angular_rad_s


def test_who_is_behind_is_faster() -> None:
    assert command(straight_plan(0.3), -0.04, 0.0, 0.0) == pytest.approx((0.34, 0.0))
    # By no more than 0.1 m/s.
    assert command(straight_plan(0.3), -0.5, 0.0, 0.0) == pytest.approx((0.4, 0.0))


def test_who_is_beside_the_plan_turns_towards_it() -> None:
    assert command(straight_plan(0.3), 0.0, 0.05, 0.0) == pytest.approx((0.3, -6.0 * 0.3 * 0.05))
    # As if it were 0.1 m at most.
    assert command(straight_plan(0.3), 0.0, -0.4, 0.0) == pytest.approx((0.3, 6.0 * 0.3 * 0.1))


def test_who_is_turned_away_turns_back_and_drives_only_what_is_along_the_plan() -> None:
    expected = 0.3 * math.cos(0.2), -2.0 * math.sin(0.2)
    assert command(straight_plan(0.3), 0.0, 0.0, 0.2) == pytest.approx(expected)


def test_ahead_and_beside_are_those_of_the_robot_and_not_of_the_plan() -> None:
    # Turned by 0.3 rad to the left, the point 0.05 m along the plan lies ahead to the right.
    speed = 0.3 * math.cos(0.3) + 0.05 * math.cos(0.3)
    turn = -6.0 * 0.3 * 0.05 * math.sin(0.3) - 2.0 * math.sin(0.3)
    assert command(straight_plan(0.3), -0.05, 0.0, 0.3) == pytest.approx((speed, turn))


def test_backward_the_side_is_corrected_the_other_way_round() -> None:
    # Left of a plan that leads backward: turning left takes the tail to the right.
    assert command(straight_plan(-0.1), 0.0, 0.05, 0.0) == pytest.approx((-0.1, 6.0 * 0.1 * 0.05))
    # Late on it: faster, but never faster backward than the base may.
    late = command(straight_plan(-0.14), 0.08, 0.0, 0.0)
    assert late == pytest.approx((-ROBOT.max_reverse_mps, 0.0))


def test_the_step_is_the_one_that_time_has_come_to() -> None:
    plan = straight_plan(0.4)
    plan.velocities[1:, 0] = 0.2
    for age_ms, speed in ((0, 0.4), (90, 0.4), (100, 0.2)):
        step = age_ms // 100
        # Where that step has the robot at this moment.
        x = plan.poses[step, 0] - speed * ((step + 1) * 0.1 - age_ms / 1e3)
        assert command(plan, x, 0.0, 0.0, age_ms) == pytest.approx((speed, 0.0), abs=1e-9)


def test_a_plan_a_little_ahead_of_the_clock_is_followed_from_its_start() -> None:
    assert command(straight_plan(0.3), 0.0, 0.0, 0.0, age_ms=-40) == pytest.approx((0.3, 0.0))
    assert command(straight_plan(0.3), 0.0, 0.0, 0.0, age_ms=-60) == (0.0, 0.0)
