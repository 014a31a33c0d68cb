"""Goals, ways and kicks in a building drawn by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.errors import SceneError
from astra_core.records import Velocity
from astra_core.robot import RobotConfig
from astra_data.course import Course, CourseConfig, kick_room_m
from astra_data.cut_building import Cut
from astra_data.expert import Expert
from astra_data.legs import Leg, draw_leg
from astra_global.route.route import Route
from astra_local.moving.movers import Movers
from astra_local.types import GridField
from astra_sim.scenes.floor_plan import FloorPlan

CELL_M = 0.05


def two_ways() -> np.ndarray:
    """Return 8 x 6 m with a block in the middle: a gap of 0.7 m below it, 2 m above.

    From one side to the other the gap is the shorter way by a decimetre, and the dearer one.
    """
    occupied = np.zeros((120, 160), bool)
    occupied[[0, -1]] = occupied[:, [0, -1]] = True
    occupied[15:80, 70:90] = True
    return occupied


def plan_of(occupied: np.ndarray) -> FloorPlan:
    return FloorPlan(occupied, np.ones_like(occupied), (0.0, 0.0), CELL_M, ())


def expert_in(occupied: np.ndarray) -> Expert:
    return Expert(occupied, CELL_M, (0.0, 0.0))


def test_the_experts_own_way_is_the_one_that_its_plans_take():
    expert = expert_in(two_ways())
    start, goal = (1.0, 2.3), (7.0, 2.3)
    shortest = expert.route(start, goal)
    own = expert.own_route(start, goal, 0.1)
    assert shortest is not None and own is not None
    # Below: 2 sqrt(2.5^2 + 1.9^2) + 1 = 7.28 m, above 7.40. In the gap the robot has 13 cm on each
    # side, where 20 are comfortable: a metre costs 1 + 3 (1 - 13 / 20)^2 = 1.37.
    assert shortest.points_m[:, 1].min() < 0.6
    assert own.points_m[:, 1].max() > 4.0
    esdf = GridField(np.where(two_ways(), -1.0, 1.0).astype(np.float32), (0.0, 0.0), CELL_M)
    assert (esdf.sample(own.points_m[:, 0], own.points_m[:, 1]) > 0.0).all()
    plan = expert.plan(np.array([*start, 0.0]), Velocity(), np.array([*goal, 0.0]))
    assert plan.poses[-1, 1] > 2.5


def test_a_new_goal_beside_the_old_one_is_driven_to_even_if_its_way_was_asked_first():
    expert = expert_in(two_ways())
    old, new = np.array([2.0, 3.0, 0.0]), np.array([2.0, 3.15, 0.0])
    assert expert.plan(old, Velocity(), old).source == "hold"
    expert.own_route((2.0, 3.0), (2.0, 3.15), 0.1)
    assert expert.plan(old, Velocity(), new).source == "dock"


def test_asking_for_the_way_changes_no_plan():
    pose, goal = np.array([1.0, 0.8, 0.0]), np.array([7.0, 0.8, 0.0])
    asked, silent = expert_in(two_ways()), expert_in(two_ways())
    asked.own_route((1.0, 0.8), (7.0, 0.8), 0.2)
    for _ in range(3):
        one = asked.plan(pose, Velocity(), goal)
        other = silent.plan(pose, Velocity(), goal)
        np.testing.assert_array_equal(one.poses, other.poses)


def test_a_way_to_nowhere_is_none():
    closed = two_ways()
    closed[:, 80] = True
    assert expert_in(closed).own_route((1.0, 0.8), (7.0, 0.8), 0.1) is None


def test_two_points_are_joined_where_the_footprint_gets_through():
    here, there = (1.0, 0.8), (7.0, 0.8)
    assert expert_in(two_ways()).joined(here, there)
    # A wall with one doorway: 0.35 m is too tight for a footprint of 0.2 m, 0.6 m is not.
    for rows, through in ((7, False), (12, True)):
        wall = two_ways()
        wall[:, 80] = True
        wall[90 : 90 + rows, 80] = False
        expert = expert_in(wall)
        assert expert.joined(here, there) is through
        assert (expert.own_route(here, there, 0.1) is not None) is through
    # Inside the block nothing leads anywhere, not even to itself.
    assert not expert_in(two_ways()).joined((4.0, 2.3), (4.0, 2.3))


def test_legs_lead_from_here_to_a_free_goal():
    plan, rng = plan_of(two_ways()), np.random.default_rng(0)
    expert, pose = expert_in(two_ways()), np.array([1.0, 3.0, 0.5])
    for _ in range(4):
        leg = draw_leg(plan, expert, pose, rng)
        np.testing.assert_allclose(leg.route.points_m[0], pose[:2])
        np.testing.assert_allclose(leg.route.points_m[-1], leg.goal[:2])
        assert 2.0 < np.hypot(*(leg.goal - pose)[:2]) < 12.0
        assert plan.is_free(leg.goal[0], leg.goal[1], 0.35)
        steps = np.hypot(*np.diff(leg.route.points_m, axis=0).T)
        assert steps.max() < 0.12


def test_where_no_goal_is_far_enough_there_is_no_leg():
    small = np.ones((60, 60), bool)
    small[5:30, 5:30] = False
    with pytest.raises(SceneError, match="can be reached"):
        draw_leg(
            plan_of(small), expert_in(small), np.array([0.8, 0.8, 0.0]), np.random.default_rng(0)
        )


def test_the_place_on_a_way_that_crosses_itself_is_found_near_the_last():
    # Right along y = 0 to (4, 0), up, back along y = 3, down again across the beginning.
    corners = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 3.0], [1.0, 3.0], [1.0, -2.0]])
    leg = Leg(np.array([1.0, -2.0, 0.0]), Route(corners, np.array([1.0, -2.0, 0.0])))
    leg.follow(np.array([0.9, 0.1, 0.0]), 0)
    assert leg.station_m == pytest.approx(0.9)
    leg.station_m = 12.8
    leg.follow(np.array([1.1, 0.0, 0.0]), 3)
    # 4 + 3 + 3 + 3: at the crossing for the second time, not 1.1 m from the start.
    assert leg.station_m == pytest.approx(13.0)


def test_who_does_not_come_on_is_noticed():
    route = Route(np.array([[0.0, 0.0], [5.0, 0.0]]), np.array([5.0, 0.0, 0.0]))
    leg = Leg(route.goal_pose, route)
    leg.follow(np.array([0.0, 0.0, 0.0]), 10)
    leg.follow(np.array([0.1, 0.0, 0.0]), 30)
    assert leg.waited_s(40, 0.1) == pytest.approx(3.0)
    leg.follow(np.array([0.4, 0.0, 0.0]), 50)
    assert leg.waited_s(60, 0.1) == pytest.approx(1.0)


def cut() -> Cut:
    heights = np.where(two_ways(), np.float32(2.5), np.float32(0.0))
    return Cut(plan_of(two_ways()), heights, two_ways())


def test_an_arrived_robot_gets_another_goal_and_the_limit_of_the_drive_holds():
    config = CourseConfig(slow_share=1.0, slowest_mps=0.3, goal_change_share=0.0)
    pose = np.array([1.0, 3.0, 0.0])
    course = Course(cut(), RobotConfig(), pose, np.random.default_rng(1), config)
    limit = course.robot.max_linear_mps
    assert 0.3 <= limit < 0.6
    first = course.leg
    course.follow(pose, 0)
    assert course.leg is first
    sub_goal = course.sub_goal(pose, 5)
    assert sub_goal.max_speed_mps == limit
    # Between one and two metres along the way, as the drive looks ahead.
    ahead, _ = first.route.project(sub_goal.pose[:2])
    assert sub_goal.is_final or 1.0 <= ahead <= 2.0
    plan = course.plan(pose, Velocity(), Movers(), 0)
    assert plan.velocities[:, 0].max() <= limit + 1e-6
    # Standing at the goal, turned as asked: the expert holds, and the next goal is drawn.
    there = first.goal.copy()
    assert course.plan(there, Velocity(), Movers(), 10**9).source == "hold"
    course.follow(there, 10)
    assert course.leg is not first


def test_patience_ends():
    config = CourseConfig(goal_change_share=0.0, patience_s=2.0)
    pose = np.array([1.0, 3.0, 0.0])
    course = Course(cut(), RobotConfig(), pose, np.random.default_rng(1), config)
    first = course.leg
    course.follow(pose, 0)
    course.follow(pose, 19)
    assert course.leg is first
    course.follow(pose, 21)
    assert course.leg is not first


def far_field(wall_x_m: float) -> GridField:
    x = (np.arange(200) + 0.5) * CELL_M
    values = np.broadcast_to((wall_x_m - x).astype(np.float32), (200, 200))
    return GridField(np.ascontiguousarray(values), (0.0, 0.0), CELL_M)


def room_m(velocity: Velocity, heading: float = 0.0, people=()) -> float:
    pose = np.array([2.0, 5.0, heading])
    people = np.array(people).reshape(-1, 2)
    return kick_room_m(pose, velocity, 0.8, far_field(5.0), people, np.full(len(people), 0.25))


def test_the_room_for_a_kick_counts_the_way_to_stop():
    # 3 m to the wall; 0.8 m/s needs 0.4 m at 0.8 m/s^2.
    assert room_m(Velocity()) == pytest.approx(3.0, abs=1e-5)
    assert room_m(Velocity(0.8, 0.0)) == pytest.approx(2.6, abs=1e-5)
    assert room_m(Velocity(-0.8, 0.0)) == pytest.approx(3.0, abs=1e-5)
    assert room_m(Velocity(0.8, 0.0), heading=math.pi / 2) == pytest.approx(3.0, abs=1e-5)
    # Turning by pi in that second: half-way through, 0.3 m on, the chord points pi / 4 aside.
    turning = room_m(Velocity(0.8, math.pi))
    assert turning == pytest.approx(3.0 - 0.3 * math.cos(math.pi / 4), abs=1e-5)


def test_the_room_for_a_kick_counts_people():
    # One a metre ahead: 0.75 to their edge, 0.35 after braking.
    assert room_m(Velocity(), people=[[3.0, 5.0]]) == pytest.approx(0.75, abs=1e-5)
    assert room_m(Velocity(0.8, 0.0), people=[[3.0, 5.0]]) == pytest.approx(0.35, abs=1e-5)
