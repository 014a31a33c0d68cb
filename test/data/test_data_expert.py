"""The privileged expert in a small building drawn by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.records import Velocity
from astra_data.expert import Expert
from astra_local.moving.movers import Movers

RADIUS_M = 0.22
REST = Velocity()


def two_rooms() -> np.ndarray:
    """Return 6 x 4 m of 5 cm cells: a wall at x = 3 with a door of 0.9 m at the top end."""
    occupied = np.zeros((80, 120), bool)
    occupied[[0, -1]] = occupied[:, [0, -1]] = True
    occupied[:60, 60] = True  # y < 3
    return occupied


def expert() -> Expert:
    return Expert(two_rooms(), 0.05, (0.0, 0.0), RADIUS_M)


def test_the_route_leads_through_the_door_and_is_as_long_as_geometry_says() -> None:
    way = expert().route((1.0, 1.0), (5.0, 1.0))
    # Around the end of the wall, (3, 3) to (3.05, 3), at 0.32 m: two tangents and an arc.
    side = math.sqrt(2.0**2 + 2.0**2 - 0.32**2)
    turn = 2.0 * (math.pi / 4 + math.asin(0.32 / math.hypot(2.0, 2.0)))
    assert way.length_m == pytest.approx(2.0 * side + 0.32 * turn + 0.05, rel=0.01)
    np.testing.assert_allclose(way.points_m[[0, -1]], [[1.0, 1.0], [5.0, 1.0]])


def test_straight_is_straight_and_no_way_is_none() -> None:
    way = expert().route((0.6, 0.5), (2.4, 3.4))
    assert len(way.points_m) == 2
    assert way.length_m == pytest.approx(math.hypot(1.8, 2.9))
    closed = two_rooms()
    closed[:, 60] = True
    assert Expert(closed, 0.05, (0.0, 0.0), RADIUS_M).route((1.0, 1.0), (5.0, 1.0)) is None


def drive(planner: Expert, goal: np.ndarray, people, seconds: float):
    """Follow the plans without error; return poses and the smallest gap to people on the move."""
    pose, velocity = np.array([1.0, 1.0, 0.0]), REST
    poses, gap = [pose], math.inf
    for number in range(round(seconds * 10)):
        movers = people(0.1 * number)
        plan = planner.plan(pose, velocity, goal, movers)
        pose, velocity = plan.poses[0], Velocity(*plan.velocities[0])
        poses.append(pose)
        if len(movers) and abs(velocity.linear_mps) > 0.03:
            there = people(0.1 * number + 0.1)
            gaps = np.hypot(*(there.positions_m - pose[:2]).T) - there.radii_m - RADIUS_M
            gap = min(gap, float(gaps.min()))
    return np.array(poses), gap


def test_it_drives_to_the_other_room_fast_and_touches_nothing() -> None:
    goal = np.array([5.0, 1.0, -math.pi / 2])
    poses, _ = drive(expert(), goal, lambda _: Movers(), 16.0)
    np.testing.assert_allclose(poses[-1, :2], goal[:2], atol=0.1)
    assert abs(math.remainder(poses[-1, 2] - goal[2], 2 * math.pi)) < 0.15
    rows, columns = np.nonzero(two_rooms())
    x, y = (columns + 0.5) * 0.05, (rows + 0.5) * 0.05
    nearest = min(np.hypot(x - p[0], y - p[1]).min() for p in poses)
    assert nearest > RADIUS_M
    arrived = int(np.argmax(np.hypot(*(poses[:, :2] - goal[:2]).T) < 0.3))
    shortest_s = expert().route((1.0, 1.0), (5.0, 1.0)).length_m / 0.6
    assert 0.1 * arrived < 1.5 * shortest_s


def test_it_waits_for_who_comes_through_the_door() -> None:
    def people(time_s: float) -> Movers:
        x = 4.8 - 0.6 * time_s
        return Movers(np.array([[x, 3.4]]), np.array([[-0.6, 0.0]]), np.array([0.25]))

    poses, gap = drive(expert(), np.array([5.0, 3.0, 0.0]), people, 18.0)
    assert gap > 0.0
    assert math.dist(poses[-1, :2], (5.0, 3.0)) < 0.1


def test_it_repeats_itself_after_a_reset() -> None:
    planner, goal = expert(), np.array([5.0, 1.0, 0.0])
    first = planner.plan(np.array([1.0, 1.0, 0.0]), REST, goal)
    planner.plan(first.poses[0], REST, goal)
    planner.reset()
    again = planner.plan(np.array([1.0, 1.0, 0.0]), REST, goal)
    np.testing.assert_array_equal(first.poses, again.poses)


def test_a_gap_too_tight_is_no_short_cut_however_long_the_way_round() -> None:
    # 20 x 4 m, a wall at x = 3 with a gap of 0.35 m low down; the way round leads over x = 17.
    occupied = np.zeros((80, 400), bool)
    occupied[[0, -1]] = occupied[:, [0, -1]] = True
    occupied[40, 60:340] = True
    occupied[:40, 60] = True
    occupied[17:24, 60] = False
    planner = Expert(occupied, 0.05, (0.0, 0.0), RADIUS_M)
    goal = np.array([5.0, 1.0, 0.0])
    way = planner.route((1.0, 1.0), (5.0, 1.0))
    assert way.length_m > 27.0
    poses, _ = drive(planner, goal, lambda _: Movers(), 5.0)
    assert poses[-1, 1] > 2.0, "it stands before the gap"


def test_where_no_way_leads_it_comes_as_near_as_it_can() -> None:
    closed = two_rooms()
    closed[:, 60] = True
    planner = Expert(closed, 0.05, (0.0, 0.0), RADIUS_M)
    poses, _ = drive(planner, np.array([5.0, 1.0, 0.0]), lambda _: Movers(), 8.0)
    # The wall begins at x = 3.
    assert 2.4 < poses[-1, 0] < 3.0 - RADIUS_M
