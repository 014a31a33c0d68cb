"""Single gates and numbers of the wheel and IMU filter, by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_local.config import OdometryConfig
from astra_local.odometry import model
from astra_local.odometry.ekf import WheelImuFilter

MS = 1_000_000
CONFIG = OdometryConfig()
STATE = model.State


def imu(stamp_ns: int, rate: float, left: float = 0.0) -> ImuSample:
    return ImuSample(stamp_ns, (0.0, 0.0, rate), (0.0, left, 9.81))


def tick(number: int, v: float, w: float, left: float = 0.0) -> Observation:
    """Return tick ``number`` (from 1) of 20 ms."""
    now = number * 20 * MS
    samples = (imu(now - 10 * MS, w, left), imu(now, w, left))
    return Observation(now, samples, (WheelSample(now, v, w),), ())


def driven(ticks: int, v: float, w: float, config: OdometryConfig = CONFIG) -> WheelImuFilter:
    odometry = WheelImuFilter(config)
    for number in range(1, ticks + 1):
        odometry.observe(tick(number, v, w))
    return odometry


def test_how_samples_are_bundled_does_not_matter() -> None:
    together, apart = WheelImuFilter(CONFIG), WheelImuFilter(CONFIG)
    for number in range(1, 60):
        now, w = number * 20 * MS, 0.1 * math.sin(number / 5.0)
        # The wheel sample lies between the two of the IMU.
        early, wheel = imu(now - 15 * MS, w), WheelSample(now - 8 * MS, 0.4, w)
        late = imu(now, 1.1 * w)
        bundle = together.observe(Observation(now, (early, late), (wheel,), ()))
        apart.observe(Observation(early.stamp_ns, (early,)))
        apart.observe(Observation(wheel.stamp_ns, (), (wheel,)))
        single = apart.observe(Observation(now, (late,)))
        np.testing.assert_array_equal(bundle.pose, single.pose)
    np.testing.assert_array_equal(together.covariance, apart.covariance)


def test_a_tick_stamped_far_ahead_does_not_take_the_robot_with_it() -> None:
    odometry = driven(100, 0.5, 0.0)
    before = odometry.odometry()
    after = odometry.observe(Observation(before.stamp_ns + 2 * 10**9 + 1))
    assert after.stamp_ns == before.stamp_ns
    np.testing.assert_array_equal(after.pose, before.pose)
    # Within the gap that is bridged it goes on.
    later = odometry.observe(Observation(before.stamp_ns + 100 * MS))
    assert later.pose[0] - before.pose[0] == pytest.approx(0.05, abs=0.002)


def test_the_heading_stays_within_a_turn() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 1001):  # three turns
        pose = odometry.observe(tick(number, 0.0, 1.0)).pose
        assert -math.pi < pose[2] <= math.pi
    assert odometry.state[STATE.THETA] > 19.0


def test_the_speed_it_tells_is_the_true_one_and_not_that_of_the_encoders() -> None:
    # Going round a bend at 0.5 m/s by the encoders, pushed aside by 5 % less than that gives.
    exact = dataclasses.replace(CONFIG, accelerometer_bias_start_mps2=1e-4)
    odometry = WheelImuFilter(dataclasses.replace(exact, wheel_scale_fraction=0.05))
    for number in range(1, 1001):
        velocity = odometry.observe(tick(number, 0.5, 0.8, left=0.5 * 0.95 * 0.8)).velocity
    assert velocity.linear_mps == pytest.approx(model.true_speed(odometry.state))
    assert velocity.linear_mps == pytest.approx(0.475, abs=0.005)
    assert odometry.state[STATE.U] == pytest.approx(0.5, abs=0.001)


def test_slip_to_the_side_makes_the_side_unsure_by_the_way_driven() -> None:
    slippery = dataclasses.replace(CONFIG, lateral_slip_m_sqrt_m=0.1)
    ways = []
    for config in (slippery, dataclasses.replace(CONFIG, lateral_slip_m_sqrt_m=0.0)):
        odometry = driven(101, 0.5, 0.0, config)
        ways.append(np.diag(odometry.covariance)[:2])
    more = ways[0] - ways[1]
    # One metre along x: (0.1 m)^2 to the side, nothing ahead (0.95 m: it has to find out first).
    assert more[1] == pytest.approx(0.01, rel=0.06)
    assert abs(more[0]) < 1e-5
    standing = driven(101, 0.0, 0.0, slippery).covariance
    assert standing[1, 1] < 2e-4


def test_the_bias_of_a_gyro_that_is_not_heard_becomes_unknown_with_time() -> None:
    config = dataclasses.replace(CONFIG, gyro_bias_walk_rad_s_sqrt_s=0.01)
    odometry = WheelImuFilter(config)
    for number in range(1, 502):  # 10 s of wheels alone
        now = number * 20 * MS
        odometry.observe(Observation(now, (), (WheelSample(now, 0.3, 0.0),), ()))
    expected = config.gyro_bias_start_rad_s**2 + 0.01**2 * 10.0
    assert odometry.covariance[STATE.GYRO_BIAS, STATE.GYRO_BIAS] == pytest.approx(expected)


def test_acceleration_moves_the_pose_within_the_same_step() -> None:
    # [[dt^3/3, dt^2/2], [dt^2/2, dt]] times the density, along a heading of 30 degrees.
    noise = model.acceleration_noise(math.pi / 6, 0.2, 0.5, 2.0)
    cos, sin = math.sqrt(0.75), 0.5
    moves, cross, walks = 0.25 * 0.008 / 3, 0.25 * 0.02, 0.25 * 0.2
    x, y, u = int(STATE.X), int(STATE.Y), int(STATE.U)
    expected = np.zeros((model.NUM_STATES, model.NUM_STATES))
    expected[x, x], expected[y, y], expected[u, u] = moves * cos**2, moves * sin**2, walks
    expected[x, y] = expected[y, x] = moves * cos * sin
    expected[x, u] = expected[u, x] = cross * cos
    expected[y, u] = expected[u, y] = cross * sin
    theta, w = int(STATE.THETA), int(STATE.W)
    expected[theta, theta], expected[w, w] = 4.0 * 0.008 / 3, 4.0 * 0.2
    expected[theta, w] = expected[w, theta] = 4.0 * 0.02
    np.testing.assert_allclose(noise, expected, atol=1e-15)


def test_the_turn_of_an_evenly_accelerated_robot_does_not_lag() -> None:
    # 2 rad/s2 for 0.5 s: 0.25 rad, and what the gyro told is 0.01 s old. Taking each rate for
    # the interval after it only would lose half of what was gained times the interval.
    odometry = WheelImuFilter(dataclasses.replace(CONFIG, gyro_delay_s=0.0))
    for step in range(51):
        now = (step + 1) * 10 * MS
        rate = 2.0 * 0.01 * step
        wheels = (WheelSample(now, 0.0, rate),) if step % 2 else ()
        estimate = odometry.observe(Observation(now, (imu(now, rate),), wheels, ()))
    assert estimate.pose[2] == pytest.approx(0.25, abs=1e-3)


def test_a_single_wild_reading_moves_it_less_than_it_says() -> None:
    calm, wild = driven(100, 0.4, 0.0), driven(100, 0.4, 0.0)
    calm.observe(tick(101, 0.4, 0.0))
    jump = tick(101, 0.4, 0.0)
    wild.observe(dataclasses.replace(jump, wheels=(WheelSample(jump.stamp_ns, 5.0, 0.0),)))
    # Fully believed it would be 4.6 m/s more than nearly all of which the filter would take.
    more = wild.state[STATE.U] - calm.state[STATE.U]
    assert 0.0 < more < 1.0


def test_wheels_that_spin_say_nothing_of_the_track() -> None:
    odometry = driven(200, 0.3, 0.0)
    before = odometry.state[[STATE.TRACK, STATE.MISMATCH, STATE.TURN_SLIP]]
    for number in range(201, 251):
        now = number * 20 * MS
        gyros = (imu(now - 10 * MS, 0.0), imu(now, 0.0))
        spinning = (WheelSample(now, 0.3, 2.0),)  # one wheel in the air
        estimate = odometry.observe(Observation(now, gyros, spinning, ()))
    after = odometry.state[[STATE.TRACK, STATE.MISMATCH, STATE.TURN_SLIP]]
    np.testing.assert_array_equal(after, before)
    assert abs(estimate.pose[2]) < 0.01


def test_standing_wheels_do_not_pin_a_body_that_begins_to_turn() -> None:
    # 0.065 rad/s could be the bias of a gyro; what comes at once, while the wheels stand, is none.
    odometry = driven(100, 0.0, 0.0)
    for number in range(101, 112):  # 0.22 s, less than it takes to be taken for standing
        turning = tick(number, 0.0, 0.065)
        still = (WheelSample(turning.stamp_ns, 0.0, 0.0),)
        estimate = odometry.observe(dataclasses.replace(turning, wheels=still))
    assert estimate.velocity.angular_rad_s > 0.05


def test_after_a_gap_nothing_is_known_of_the_speed() -> None:
    odometry = driven(100, 0.5, 0.3)
    before = odometry.odometry()
    later = before.stamp_ns + 1500 * MS
    odometry.observe(Observation(later, (imu(later, 0.0),), (), ()))
    # The robot stops by itself when it hears nothing.
    assert abs(odometry.state[STATE.U]) < 1e-6
    np.testing.assert_allclose(odometry.odometry().pose[:2], before.pose[:2], atol=1e-9)


def test_a_turn_under_blocked_wheels_is_not_taken_for_a_bias() -> None:
    # Three seconds at 0.1 rad/s, more than any bias: the wheels stand, the robot does not.
    odometry = driven(100, 0.0, 0.0)
    for number in range(101, 251):
        turning = tick(number, 0.0, 0.1)
        blocked = (WheelSample(turning.stamp_ns, 0.0, 0.0),)
        estimate = odometry.observe(dataclasses.replace(turning, wheels=blocked))
    assert estimate.pose[2] == pytest.approx(0.3, abs=0.005)
    assert abs(odometry.state[STATE.GYRO_BIAS]) < 1e-4


def test_when_nothing_is_heard_speed_and_turn_become_unknown() -> None:
    odometry = driven(100, 0.5, 0.3)
    for number in range(101, 121):  # 0.4 s of ticks without a sample
        odometry.observe(Observation(number * 20 * MS))
    assert odometry.covariance[STATE.U, STATE.U] >= 0.3**2
    assert odometry.covariance[STATE.W, STATE.W] >= 0.5**2


def test_the_floor_under_the_wheels_changes_while_turning_in_place_too() -> None:
    odometry = driven(1, 0.0, 0.0)
    odometry._kalman.state[[STATE.W, STATE.SLIP]] = 1.0, 0.02
    for number in range(2, 12):
        odometry.observe(Observation(number * 20 * MS))
    # Each wheel rolls half the track times 0.2 rad.
    rolled_m = 0.5 * CONFIG.wheel_track_m * 0.2
    expected = 0.02 * math.exp(-rolled_m / CONFIG.wheel_slip_length_m)
    assert odometry.state[STATE.SLIP] == pytest.approx(expected)
