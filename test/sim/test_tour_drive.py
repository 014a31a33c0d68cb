"""The tour: goes everywhere, touches nothing, and its path makes a fair test for odometry."""

from __future__ import annotations

import itertools
import math
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from plain_scene import box, plain_room

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.errors import SceneError
from astra_core.polyline import evenly_spaced
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.scenes.types import Room
from astra_sim.sensors.wheels import WheelEncoders
from astra_sim.tour import drive_tour
from astra_sim.tour.config import TourConfig
from astra_sim.tour.grid_graph import GridGraph
from astra_sim.tour.order import round_trip
from astra_sim.tour.path import split_at_corners
from astra_sim.tour.plan import plan_tour
from astra_sim.tour.stops import landmark_distance_m

PROFILE = load_profile()
HOME_SEEDS = (0, 7, 1234)


@pytest.fixture(scope="module")
def homes():
    return {seed: make_scene("home", seed) for seed in HOME_SEEDS}


@pytest.fixture(scope="module")
def driven(homes):
    """True poses ``(T, 3)`` of each tour; driving raises where anything is touched."""
    return {
        seed: np.array([pose for _, pose in drive_tour(home, PROFILE, 0, cameras=False)])
        for seed, home in homes.items()
    }


@pytest.mark.parametrize("seed", HOME_SEEDS)
def test_tour_comes_close_to_every_landmark(homes, driven, seed):
    points = driven[seed][:, :2]
    far = {
        mark.id: float(landmark_distance_m(mark, points).min()) for mark in homes[seed].landmarks
    }
    assert max(far.values()) < 1.6
    # What stands behind furniture is the exception.
    assert np.mean([distance <= 1.2 for distance in far.values()]) > 0.95


@pytest.mark.parametrize("seed", HOME_SEEDS)
def test_tour_visits_every_room_and_closes_the_loop(homes, driven, seed):
    x, y = driven[seed][:, 0], driven[seed][:, 1]
    for room in homes[seed].rooms:
        x0, y0, x1, y1 = room.bounds_m
        assert np.any((x > x0) & (x < x1) & (y > y0) & (y < y1)), room.name
    assert np.hypot(x[-1] - x[0], y[-1] - y[0]) < 0.1


@pytest.mark.parametrize("seed", HOME_SEEDS)
def test_tour_has_a_sensible_length_and_speed(driven, seed):
    poses = driven[seed]
    steps_m = np.hypot(*np.diff(poses[:, :2], axis=0).T)
    turns = np.abs(wrap_angle(np.diff(poses[:, 2])))
    assert 35.0 < steps_m.sum() < 130.0
    assert steps_m.max() / 0.02 < 0.62
    assert np.median(steps_m) / 0.02 > 0.4
    assert turns.max() / 0.02 < math.radians(66.0)


def test_tour_stands_still_first_so_that_the_gyro_bias_shows(driven):
    for poses in driven.values():
        assert np.abs(poses[:50] - poses[0]).max() < 1e-6


def test_tour_of_a_plain_room_without_landmarks_covers_the_floor():
    room = plain_room()
    bare = type(room)(**{**vars(room), "landmarks": ()})
    plan = plan_tour(bare, 0)
    points = np.concatenate(plan.pieces)
    config = TourConfig()
    for corner in ((-2.5, -1.5), (2.5, -1.5), (-2.5, 1.5)):
        assert np.hypot(*(points - corner).T).min() < config.cover_m + config.patch_m


def test_a_robot_too_wide_for_the_building_is_refused():
    with pytest.raises(SceneError, match="no floor"):
        plan_tour(plain_room(), 0, TourConfig(margin_m=3.0))


def test_wheel_odometry_ends_four_to_six_percent_off(homes, capsys):
    errors = []
    for number, home in enumerate(homes.values()):
        steps = _ideal_steps(plan_tour(home, 0).pieces)
        length_m = float(np.abs(steps[:, 0]).sum())
        end = se2.accumulate(steps)[-1, :2]
        for robot in range(20):
            encoders = WheelEncoders(PROFILE.wheels, np.random.default_rng(100 * number + robot))
            read = [encoders.sample(0, step[0], step[2], 0.02) for step in steps]
            rates = [(s.linear_velocity_mps, 0.0, s.angular_velocity_rad_s) for s in read]
            estimate = se2.accumulate(np.array(rates) * 0.02)[-1, :2]
            errors.append(100.0 * float(np.hypot(*(estimate - end))) / length_m)
    median = float(np.median(errors))
    with capsys.disabled():
        print(f"\nwheel-only odometry: median error {median:.1f} % of the path (n={len(errors)})")
    assert 3.5 < median < 6.5


def _ideal_steps(pieces):
    """Return (dx, 0, dtheta) of driving pieces exactly, turning in place at their corners."""
    steps, heading = [], None
    for piece in pieces:
        for a, b in itertools.pairwise(evenly_spaced(piece, 0.03)):
            bearing = math.atan2(b[1] - a[1], b[0] - a[0])
            turn = 0.0 if heading is None else wrap_angle(bearing - heading)
            parts = max(1, math.ceil(abs(turn) / 0.05))
            steps += [(0.0, 0.0, turn / parts)] * parts
            steps.append((float(np.hypot(*(b - a))), 0.0, 0.0))
            heading = bearing
    return np.array(steps)


def test_round_trip_of_a_ring_goes_around_it():
    angles = np.random.default_rng(0).permutation(12) * 2.0 * np.pi / 12
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cost = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    order = round_trip(cost, np.random.default_rng(1))
    assert sorted(order) == list(range(12))
    assert order[0] == 0
    length = cost[order, np.roll(order, -1)].sum()
    assert length == pytest.approx(12 * 2.0 * math.sin(math.pi / 12))


def test_corners_split_a_path():
    along = 0.05 * np.arange(21)
    l_shape = np.array([(x, 0.0) for x in along] + [(1.0, y) for y in along[1:]])
    pieces = split_at_corners(l_shape, 0.9)
    assert [len(piece) for piece in pieces] == [21, 21]
    assert pieces[0][-1] == pytest.approx([1.0, 0.0])
    straight = l_shape[:21]
    assert len(split_at_corners(straight, 0.9)) == 1


def test_resampling_keeps_ends_and_length():
    path = evenly_spaced(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.5]]), 0.1)
    assert len(path) == 16
    assert path[[0, -1]] == pytest.approx(np.array([[0.0, 0.0], [1.0, 0.5]]))
    assert path[10] == pytest.approx([1.0, 0.0])


def test_grid_paths_prefer_the_middle_of_a_passage():
    from astra_sim.scenes.floor_plan import floor_plan

    plan = floor_plan(plain_room())
    graph = GridGraph(plan, 0.3, 0.8, 4.0)
    assert graph.clearance_m.min() >= 0.3
    start = int(np.argmin(np.hypot(*(graph.points - (-2.6, -1.6)).T)))
    goal = int(np.argmin(np.hypot(*(graph.points - (2.6, -1.6)).T)))
    costs = graph.costs_between(np.array([start, goal]), reach=2.0)
    walk = graph.walk(start, goal, costs[0, 1])
    assert walk[0] == pytest.approx(graph.points[start])
    assert walk[-1] == pytest.approx(graph.points[goal])
    assert np.hypot(*np.diff(walk, axis=0).T).max() < 0.08
    # Along the wall it would be 5.2 m at 0.4 m from it; the way bends into the room instead.
    assert walk[len(walk) // 2, 1] > -1.4
    assert costs[0, 1] == costs[1, 0] > 5.2
    assert costs[0, 0] == 0.0


def test_far_ways_are_put_together_from_near_ones():
    from astra_sim.scenes.floor_plan import floor_plan

    graph = GridGraph(floor_plan(plain_room()), 0.3, 0.8, 4.0)
    nodes = np.arange(0, len(graph.points), 40)
    exact, joined = graph.costs_between(nodes, reach=99.0), graph.costs_between(nodes, reach=1.0)
    assert np.all(joined >= exact - 1e-9)
    assert np.median(joined[exact > 2.0] / exact[exact > 2.0]) < 1.05


def test_tour_of_a_long_hall_takes_little_memory_and_every_aisle():
    """Racks 24 m long in a hall of 1,200 m2: aisles are passed end to end, once or twice."""
    racks = [box(f"rack-{n}", (0.0, 3.0 * n - 13.5), (24.0, 1.2, 2.0), "table") for n in range(10)]
    room = plain_room()
    bounds = (-20.0, -15.0, 20.0, 15.0)
    rooms = [
        Room(f"aisle {n}", "aisle", (-12.0, 3.0 * n - 13.5, 12.0, 3.0 * n - 10.5)) for n in range(9)
    ]
    rooms += [Room("west", "hall", (-20.0, -15.0, -12.0, 15.0))]
    rooms += [Room("east", "hall", (12.0, -15.0, 20.0, 15.0))]
    walls = [box("n", (0.0, 15.05), (40.2, 0.1, 2.6), "north")]
    walls += [box("s", (0.0, -15.05), (40.2, 0.1, 2.6), "south")]
    walls += [box("e", (20.05, 0.0), (0.1, 30.0, 2.6), "east")]
    walls += [box("w", (-20.05, 0.0), (0.1, 30.0, 2.6), "west")]
    hall = replace(
        room, bounds_m=bounds, rooms=tuple(rooms), objects=(*walls, *racks), landmarks=()
    )
    tracemalloc.start()
    plan = plan_tour(hall, 0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 200e6
    points = np.concatenate(plan.pieces)
    for n in range(9):
        aisle = points[np.abs(points[:, 1] - (3.0 * n - 12.0)) < 0.9]
        assert aisle[:, 0].min() < -11.0 and aisle[:, 0].max() > 11.0
    assert plan.length_m < 2.0 * 9 * 24.0 + 120.0
