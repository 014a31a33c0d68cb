"""Routes as lines: stations, projections, look-ahead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_runner import Runner
from toy_world import make_map

from astra_core.polyline import resample
from astra_core.records import LocalOdometry, Velocity
from astra_global.mission.following import FollowRoute
from astra_global.route import FreeSpace, Route, RouteConfig, look_ahead

CORNER = Route(resample([[0.0, 0.0], [2.0, 0.0], [2.0, 3.0]], 0.1), np.array([2.0, 3.0, 1.0]))
CONFIG = RouteConfig()


def test_stations_and_projection() -> None:
    assert CORNER.length_m == pytest.approx(5.0)
    assert CORNER.project([1.0, 0.3]) == pytest.approx((1.0, 0.3))
    assert CORNER.project([2.5, 1.0]) == pytest.approx((3.0, 0.5))
    np.testing.assert_allclose(CORNER.point_at(3.5), [2.0, 1.5])
    np.testing.assert_allclose(CORNER.point_at(99.0), [2.0, 3.0])
    assert CORNER.heading_at(1.0) == pytest.approx(0.0)
    assert CORNER.heading_at(4.0) == pytest.approx(np.pi / 2)


def test_projection_stays_in_its_window_where_the_route_crosses_itself() -> None:
    line = [[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [2.0, 2.0], [2.0, -2.0]]
    route = Route(resample(line, 0.1), np.array([2.0, -2.0, 0.0]))
    assert route.project([2.0, 0.05], 1.5, 3.0)[0] == pytest.approx(2.0, abs=0.06)
    assert route.project([2.0, 0.05], 9.0, 11.0)[0] == pytest.approx(9.95, abs=0.06)


@given(st.floats(0.0, 5.0))
def test_projecting_a_point_of_the_route_gives_its_station(station_m: float) -> None:
    station, away = CORNER.project(CORNER.point_at(station_m))
    assert station == pytest.approx(station_m, abs=1e-6)
    assert away == pytest.approx(0.0, abs=1e-6)


def test_resample_keeps_corners() -> None:
    points = resample([[0.0, 0.0], [0.25, 0.0], [0.25, 0.1]], 0.1)
    np.testing.assert_allclose(
        points, [[0, 0], [0.25 / 3, 0], [0.5 / 3, 0], [0.25, 0], [0.25, 0.1]], atol=1e-12
    )


def test_where_a_route_crosses_itself_the_robot_stays_on_its_leg() -> None:
    """The way left must not jump to the second pass, which is nearer here by a hand."""
    runner = Runner((1.0, 1.0, 0.0))
    world = runner.stack._world
    corners = [[1.0, 1.0], [4.0, 1.0], [4.0, 3.0], [2.5, 3.0], [2.5, 0.6]]
    points = resample(corners, 0.1)
    world.route = Route(points, np.array([2.5, 0.6, 0.0]))
    follow, left_m = FollowRoute(world), []
    for number, x in enumerate((1.0, 1.5, 2.0, 2.4, 2.5)):
        world.now_ns = (number + 1) * 100_000_000
        pose = np.array([x, 1.05 if x > 2.3 else 1.0, 0.0])
        runner.stack.add_odometry(LocalOdometry(world.now_ns, pose, 1e-4 * np.eye(3), Velocity()))
        assert runner.stack.set_pose(pose, 1e-4 * np.eye(3), world.now_ns)
        follow.tick_once()
        left_m.append(world.ask.remaining_m)
    # 3 + 2 + 1.5 + 2.4 m in all.
    np.testing.assert_allclose(left_m, [8.9, 8.4, 7.9, 7.5, 7.4], atol=0.02)


def test_look_ahead_without_obstacles() -> None:
    ahead = look_ahead(CORNER, 0.5, np.array([0.5, 0.0]), CONFIG)
    np.testing.assert_allclose(ahead.pose, [1.7, 0.0, 0.0], atol=1e-9)
    assert not ahead.is_final


def test_look_ahead_ends_in_the_goal_pose() -> None:
    ahead = look_ahead(CORNER, 4.0, np.array([2.0, 2.0]), CONFIG)
    assert ahead.is_final
    np.testing.assert_allclose(ahead.pose, [2.0, 3.0, 1.0])


def test_look_ahead_is_shorter_at_a_wall() -> None:
    space = FreeSpace.from_map(make_map())
    # Through the door at y = 1.5 and round its post: the far point lies behind the wall.
    line = resample([[4.4, 1.5], [5.3, 1.5], [5.3, 3.5]], 0.1)
    route = Route(line, np.array([5.3, 3.5, 0.0]))
    robot = np.array([4.7, 1.5])
    open_air = look_ahead(route, 0.3, robot, CONFIG)
    walled = look_ahead(route, 0.3, robot, CONFIG, space)
    assert open_air.station_m == pytest.approx(1.5)
    assert walled.station_m < 1.35
    assert space.line_clearance(robot, walled.pose[:2]) > 0.15
