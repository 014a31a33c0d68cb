"""One moment of a drive in the ego frame, with numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.records import SubGoal, Trajectory, Velocity
from astra_data.planner_state import (
    SOURCES,
    WorldTrack,
    expert_fields,
    sensed_fields,
    truth_fields,
)
from astra_global.route.route import Route
from astra_local.planner_record import FAR_M, unpack_cells
from astra_local.types import GridField

#: At (2, 1), looking along +y of map: ahead is +y, left is -x.
POSE = np.array([2.0, 1.0, math.pi / 2])


def flat_sdf(wall_x_m: float = 4.0) -> GridField:
    """Return the distance to a wall that fills x > wall_x_m, on 10 x 10 m about (2, 1)."""
    x = -3.0 + (np.arange(200) + 0.5) * 0.05
    values = np.broadcast_to(np.float32(wall_x_m - x), (200, 200)).astype(np.float32)
    return GridField(values, (-3.0, -4.0), 0.05)


def walkers(ticks: int = 80) -> WorldTrack:
    """Return one who walks along +x at 1 m/s from (0, 3), one who stands at (2, 5), one door."""
    t = 0.1 * np.arange(ticks)
    first = np.stack([t, np.full(ticks, 3.0)], axis=1)
    second = np.tile([2.0, 5.0], (ticks, 1))
    leaf = np.stack([np.stack([1.0 + 0.1 * t, np.full(ticks, 4.0)], axis=1)] * 2, axis=1)
    leaf[:, 1, 0] += 0.8
    return WorldTrack(np.stack([first, second], axis=1), np.array([0.25, 0.3]), leaf[:, None])


def route() -> Route:
    """Return a way of 2 m along +y, then 1 m along -x, with the goal at its end."""
    points = np.array([[2.0, 1.0], [2.0, 3.0], [1.0, 3.0]])
    return Route(points, np.array([1.0, 3.0, math.pi]))


def truth(tick: int = 20, station_m: float = 0.0, track: WorldTrack | None = None):
    track = track or walkers()
    return truth_fields(POSE, Velocity(0.3, -0.2), tick, track, flat_sdf(), route(), station_m)


def test_people_are_where_they_will_be_nearest_first():
    found = truth()
    # At tick 20 the walker is at (2, 3): 2 m ahead; 3.2 s later at (5.2, 3): 3.2 m to the right.
    np.testing.assert_allclose(found["people"][0, 0], [2.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found["people"][0, 1], [2.0, -0.2], atol=1e-9)
    np.testing.assert_allclose(found["people"][0, 16], [2.0, -3.2], atol=1e-9)
    np.testing.assert_allclose(found["people"][1], np.tile([4.0, 0.0], (17, 1)), atol=1e-9)
    assert found["people_radius"][:3].tolist() == [0.25, 0.3, 0.0]
    assert found["num_people"] == 2
    assert (found["people"][2:] == FAR_M).all()


def test_radii_go_with_their_people():
    # Six metres back the walker is farther than who stands, all the time.
    track = walkers()
    late = WorldTrack(track.people_m - [6.0, 0.0], track.radii_m, track.leaves_m)
    late.people_m[:, 1] += [6.0, 0.0]
    found = truth(tick=0, track=late)
    np.testing.assert_allclose(found["people"][0, 0], [4.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found["people"][1, 0], [2.0, 8.0], atol=1e-9)
    assert found["people_radius"][:2].tolist() == [0.3, 0.25]


def test_door_leaves_slide_on_with_time():
    found = truth(tick=10)
    # At 1 s from (1.1, 4) to (1.9, 4): ahead 3, left 0.9 and 0.1; 3.2 s later 0.32 m further right.
    np.testing.assert_allclose(found["leaves"][0, 0], [[3.0, 0.9], [3.0, 0.1]], atol=1e-9)
    np.testing.assert_allclose(found["leaves"][0, 16], [[3.0, 0.58], [3.0, -0.22]], atol=1e-9)
    assert (found["leaves"][1] == FAR_M).all()


def test_the_distance_window_is_turned_with_the_robot():
    sdf = truth()["sdf_cm"]
    # The wall at x = 4 is 2 m to the right: the cell row at y = -1.95 is 5 cm before it.
    row = round((-1.95 + 3.2) / 0.1 - 0.5)
    np.testing.assert_array_equal(sdf[row], 5)
    np.testing.assert_array_equal(sdf[row - 1], -5)
    np.testing.assert_array_equal(sdf[row + 10], 105)
    # Farther than 1.27 m is 1.27 m.
    np.testing.assert_array_equal(sdf[row + 20], 127)


def test_the_route_is_in_steps_of_20_cm_and_ends_at_the_goal():
    found = truth(station_m=1.9)
    # Left: 0.1 m ahead along +y, then 1 m along -x, which is left.
    expected = [[1.9, 0.0], [2.0, 0.1], [2.0, 0.3], [2.0, 0.5], [2.0, 0.7], [2.0, 0.9], [2.0, 1.0]]
    np.testing.assert_allclose(found["route"][:7], expected, atol=1e-9)
    np.testing.assert_allclose(found["route"][7:], np.tile([2.0, 1.0], (9, 1)), atol=1e-9)
    assert found["route_left_m"] == pytest.approx(1.1)
    np.testing.assert_allclose(found["goal"], [2.0, 1.0, math.pi / 2], atol=1e-9)
    assert found["true_speed"] == (0.3, -0.2)


def straight_plan(speed_mps: float = 0.5, source: str = "dock") -> Trajectory:
    """Return a plan from POSE straight ahead (along +y), speeding up in its first step."""
    y = 1.0 + speed_mps * 0.1 * np.arange(1, 33)
    poses = np.stack([np.full(32, 2.0), y, np.full(32, math.pi / 2)], axis=1)
    speeds = np.stack([np.full(32, speed_mps), np.zeros(32)], axis=1)
    speeds[0, 0] = 0.1
    return Trajectory(0, 0.1, poses, speeds, source, 0.0)


def test_the_expert_is_taken_every_fifth_of_a_second_with_mean_speeds():
    found = expert_fields(straight_plan(), POSE, 0, walkers(), flat_sdf(), 0.22)
    np.testing.assert_allclose(found["expert_poses"][:, 0], 0.1 * np.arange(1, 17), atol=1e-9)
    np.testing.assert_allclose(found["expert_poses"][:, 1:], 0.0, atol=1e-9)
    assert found["expert_speeds"][0].tolist() == pytest.approx([0.3, 0.0])
    assert found["expert_speeds"][15].tolist() == pytest.approx([0.5, 0.0])
    assert SOURCES[found["expert_source"]] == "dock"


def test_gaps_are_to_the_wall_and_to_people_then_and_there():
    found = expert_fields(straight_plan(), POSE, 0, walkers(), flat_sdf(), 0.22)
    assert found["expert_static_gap_m"] == pytest.approx(2.0 - 0.22, abs=1e-6)
    # The robot at (2, 1 + t / 2), the walker at (t, 3): the square of the distance is
    # (2 - t)^2 + (2 - t / 2)^2, least at t = 2.4: (-0.4, 0.8).
    assert found["expert_people_gap_m"] == pytest.approx(math.hypot(0.4, 0.8) - 0.25 - 0.22)
    # Seen from two seconds later on, the walker is past.
    later = expert_fields(straight_plan(), POSE, 40, walkers(), flat_sdf(), 0.22)
    assert later["expert_people_gap_m"] > 1.5


def sensed(movers=None):
    windows = np.zeros((4, 64, 64), bool)
    windows[1, 2, 3] = True
    movers = np.zeros((0, 5)) if movers is None else movers
    sub_goal = SubGoal(0, np.array([1.0, 1.0, math.pi]), is_final=True, max_speed_mps=0.4)
    known = np.ones((64, 64), bool)
    return sensed_fields(windows, known, Velocity(0.2, 0.1), sub_goal, movers, POSE)


def test_what_is_sensed_is_turned_into_the_ego_frame():
    found = sensed(np.array([[2.0, 4.0, 0.0, 1.0, 0.3], [3.0, 1.0, 0.5, 0.0, 0.2]]))
    # A metre along -x is a metre to the left; pi - pi/2 is a turn to the left.
    np.testing.assert_allclose(found["sub_goal"], [0.0, 1.0, math.pi / 2], atol=1e-9)
    assert (found["is_final"], found["max_speed_mps"]) == (1, 0.4)
    assert found["speed"] == (0.2, 0.1)
    # One metre to the right walking to the right, then three ahead walking away.
    np.testing.assert_allclose(found["movers"][0], [0.0, -1.0, 0.0, -0.5, 0.2], atol=1e-9)
    np.testing.assert_allclose(found["movers"][1], [3.0, 0.0, 1.0, 0.0, 0.3], atol=1e-9)
    assert found["num_movers"] == 2
    assert (found["movers"][2:, :2] == FAR_M).all()
    assert np.argwhere(unpack_cells(found["occupied"])).tolist() == [[1, 2, 3]]


def test_the_last_tick_has_a_whole_horizon_behind_it():
    track = walkers(ticks=80)
    assert track.last_tick == 47
    assert np.isfinite(truth(tick=47, track=track)["people"]).all()
    assert len(track.people_m[track.last_tick :: 2]) == 17


def test_nobody_at_all_is_far_away():
    nobody = WorldTrack(np.zeros((80, 0, 2)), np.zeros(0), np.zeros((80, 0, 2, 2)))
    found = truth(track=nobody)
    assert found["num_people"] == 0
    assert (found["people"] == FAR_M).all()
    assert (found["leaves"] == FAR_M).all()
    expert = expert_fields(straight_plan(), POSE, 0, nobody, flat_sdf(), 0.22)
    assert expert["expert_people_gap_m"] == 2.0
