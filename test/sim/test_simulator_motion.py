"""The base: kinematics, limits, collisions, stamps."""

from __future__ import annotations

import math

import numpy as np
import pytest
from plain_scene import plain_room

from astra_core.errors import ConfigError
from astra_core.records import Velocity
from astra_sim.profile import load_profile
from astra_sim.simulator import Simulator

QUIET = load_profile().quiet()


def simulator(start=(0.0, 0.0, 0.0), profile=QUIET, **options):
    options.setdefault("camera_hz", 0.0)
    return Simulator(plain_room(), profile, 1, start_pose=start, **options)


def drive(sim, command, seconds):
    return [sim.step(command) for _ in range(round(seconds / sim.tick_s))]


def test_every_tick_brings_two_imu_samples_and_one_wheel_sample():
    sim = simulator()
    first, second = sim.step(Velocity()), sim.step(Velocity())
    assert [sample.stamp_ns for sample in first.imu] == [10_000_000, 20_000_000]
    assert [sample.stamp_ns for sample in second.imu] == [30_000_000, 40_000_000]
    assert [sample.stamp_ns for sample in second.wheels] == [40_000_000]
    assert second.stamp_ns == sim.stamp_ns == 40_000_000


def test_straight_drive_ramps_up_and_covers_the_right_distance():
    sim = simulator((-2.0, 0.0, 0.0))
    drive(sim, Velocity(0.5), 2.0)
    # 0.5 s of ramp at 1 m/s^2 covers 0.125 m, then 1.5 s at 0.5 m/s.
    x, y, theta = sim.truth().pose
    assert x == pytest.approx(-2.0 + 0.875, abs=0.003)
    assert (y, theta) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert sim.truth().path_length_m == pytest.approx(0.875, abs=0.003)


def test_arc_has_the_radius_of_speed_over_turn_rate():
    sim = simulator((0.0, -0.8, 0.0))
    drive(sim, Velocity(0.0, 0.8), 1.0)  # both ramps are over
    drive(sim, Velocity(0.4, 0.8), 1.0)
    points = []
    for _ in range(200):
        sim.step(Velocity(0.4, 0.8))
        points.append(sim.truth().pose[:2])
    points = np.array(points)
    # Circle through all points by linear least squares.
    system = np.column_stack([2.0 * points, np.ones(len(points))])
    (cx, cy, c), *_ = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)
    assert math.sqrt(c + cx**2 + cy**2) == pytest.approx(0.5, abs=0.002)


def test_no_sideways_motion_in_a_bend():
    sim = simulator()
    drive(sim, Velocity(0.3, 1.0), 1.0)
    before = sim.truth().pose
    sim.step(Velocity(0.3, 1.0))
    after = sim.truth().pose
    middle = 0.5 * (before[2] + after[2])
    step = after[:2] - before[:2]
    sideways = -math.sin(middle) * step[0] + math.cos(middle) * step[1]
    assert abs(sideways) < 1e-5


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Velocity(5.0, 0.0), (0.8, 0.0)),
        (Velocity(-5.0, 0.0), (-0.3, 0.0)),
        (Velocity(0.0, 9.0), (0.0, 2.0)),
        (Velocity(0.0, -9.0), (0.0, -2.0)),
    ],
)
def test_commands_are_clipped_to_what_the_base_can_do(command, expected):
    sim = simulator((-2.0, 0.0, 0.0))
    drive(sim, command, 1.5)
    assert sim.truth().velocity == pytest.approx(expected, abs=1e-3)


def test_acceleration_is_limited():
    sim = simulator()
    drive(sim, Velocity(0.8, 2.0), 0.1)
    assert sim.truth().velocity == pytest.approx([0.1, 0.4], abs=0.002)


def test_braking_is_limited_and_ends_at_the_wanted_speed():
    sim = simulator()
    drive(sim, Velocity(0.6), 1.0)
    drive(sim, Velocity(0.3), 0.1)
    assert sim.truth().velocity[0] == pytest.approx(0.4, abs=0.002)
    drive(sim, Velocity(0.3), 0.1)
    assert sim.truth().velocity[0] == pytest.approx(0.3, abs=0.002)
    drive(sim, Velocity(-0.3), 0.2)  # 0.15 s to stand, then speeding up
    assert sim.truth().velocity[0] == pytest.approx(-0.05, abs=0.002)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_the_robot_stops_when_the_command_is_not_finite(bad):
    sim = simulator()
    drive(sim, Velocity(0.5, 0.5), 0.6)
    drive(sim, Velocity(bad, 0.3), 0.6)
    assert sim.truth().velocity == pytest.approx([0.0, 0.0], abs=1e-4)


def test_clearance_is_the_distance_of_the_hull_to_the_nearest_thing():
    # Corner of the table (1.1, 0.6) from the origin; the north wall would be at 1.78 m.
    clearance = simulator().truth().clearance_m
    assert clearance == pytest.approx(math.hypot(1.1, 0.6) - 0.22, abs=0.002)
    assert simulator((-2.0, -1.0, 0.0)).truth().clearance_m == pytest.approx(0.78, abs=0.002)


def test_a_wall_stops_the_robot_and_counts_once_per_collision():
    sim = simulator((2.0, -1.0, 0.0))
    drive(sim, Velocity(0.5), 4.0)
    truth = sim.truth()
    assert truth.collision
    assert truth.collision_count == 1
    assert truth.touched == ("east",)
    assert truth.pose[0] < 3.0 - 0.22 + 0.02
    drive(sim, Velocity(-0.3), 2.0)
    assert not sim.truth().collision
    drive(sim, Velocity(0.5), 3.0)
    assert sim.truth().collision_count == 2


def test_wheels_do_not_turn_when_the_robot_is_stuck():
    sim = simulator((2.0, -1.0, 0.0))
    drive(sim, Velocity(0.5), 4.0)
    rolled = sum(o.wheels[0].linear_velocity_mps for o in drive(sim, Velocity(0.5), 1.0)) * 0.02
    assert abs(rolled) < 0.01


def test_quiet_imu_feels_gravity_turning_and_braking():
    sim = simulator((-2.0, 0.0, 0.0))
    at_rest = sim.step(Velocity()).imu[0]
    assert at_rest.linear_acceleration_m_s2 == pytest.approx((0.0, 0.0, 9.81), abs=1e-3)
    speeding_up = drive(sim, Velocity(0.8), 0.4)[-1].imu[-1]
    assert speeding_up.linear_acceleration_m_s2[0] == pytest.approx(1.0, abs=0.01)
    drive(sim, Velocity(0.5, 1.0), 1.0)
    turning = sim.step(Velocity(0.5, 1.0)).imu[-1]
    assert turning.angular_velocity_rad_s == pytest.approx((0.0, 0.0, 1.0), abs=1e-3)
    # Centripetal: v w = 0.5 m/s^2 to the left.
    assert turning.linear_acceleration_m_s2[1] == pytest.approx(0.5, abs=0.01)


def test_camera_rate_out_of_range_is_refused():
    with pytest.raises(ConfigError, match="camera_hz"):
        simulator(camera_hz=60.0)
