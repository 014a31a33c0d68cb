"""The wheel and IMU filter: derivatives, consistency, and sensors that misbehave."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_local.config import OdometryConfig
from astra_local.odometry import model
from astra_local.odometry.ekf import WheelImuFilter

MS = 1_000_000
CONFIG = OdometryConfig()

states = arrays(np.float64, 7, elements=st.floats(-2.0, 2.0, allow_nan=False, allow_infinity=False))


def imu(stamp_ns: int, rate: float) -> ImuSample:
    return ImuSample(stamp_ns, (0.0, 0.0, rate), (0.0, 0.0, 9.81))


def tick(number: int, v: float, w: float, gyro: float | None = None) -> Observation:
    """Return tick ``number`` (from 1) of 20 ms."""
    now = number * 20 * MS
    rate = w if gyro is None else gyro
    return Observation(
        now, (imu(now - 10 * MS, rate), imu(now, rate)), (WheelSample(now, v, w),), ()
    )


def numeric_jacobian(function, state: np.ndarray) -> np.ndarray:
    columns = []
    for index in range(len(state)):
        step = np.zeros_like(state)
        step[index] = 1e-6
        columns.append((function(state + step) - function(state - step)) / 2e-6)
    return np.stack(columns, axis=-1)


@settings(max_examples=50, deadline=None)
@given(state=states, dt=st.floats(0.0, 0.1))
def test_jacobian_of_the_motion(state: np.ndarray, dt: float) -> None:
    _, jacobian = model.predict(state, dt)
    numeric = numeric_jacobian(lambda s: model.predict(s, dt)[0], state)
    np.testing.assert_allclose(jacobian, numeric, atol=1e-8)


@pytest.mark.parametrize("measure", [model.gyro, model.wheel_linear, model.wheel_turn])
@settings(max_examples=30, deadline=None)
@given(state=states)
def test_jacobians_of_the_measurements(measure, state: np.ndarray) -> None:
    _, jacobian = measure(state)
    numeric = numeric_jacobian(lambda s: np.atleast_1d(measure(s)[0]), state)
    np.testing.assert_allclose(jacobian[None], numeric, atol=1e-8)


def test_straight_for_one_metre() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 102):  # the first sample sets the clock, then 2 s at 0.5 m/s
        estimate = odometry.observe(tick(number, 0.5, 0.0))
    # The filter has to find out that it moves; that costs a few centimetres once.
    assert estimate.pose[0] == pytest.approx(1.0, abs=0.05)
    assert abs(estimate.pose[1]) < 1e-6
    assert estimate.velocity.linear_mps == pytest.approx(0.5, abs=0.01)
    assert estimate.stamp_ns == 101 * 20 * MS


def test_the_gyro_rules_the_heading_when_wheels_slip() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 152):  # the wheels claim twice the turn
        estimate = odometry.observe(tick(number, 0.0, 1.0, gyro=0.5))
    assert estimate.pose[2] == pytest.approx(1.5, rel=0.05)


def test_standing_still_finds_the_gyro_bias() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 251):
        estimate = odometry.observe(tick(number, 0.0, 0.0, gyro=0.012))
    assert odometry.state[5] == pytest.approx(0.012, abs=0.001)
    assert abs(estimate.pose[2]) < 0.01  # uncorrected: 0.06
    assert math.sqrt(estimate.covariance[2, 2]) < 0.05


def test_standing_wheels_do_not_hide_a_turning_body() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 101):
        estimate = odometry.observe(tick(number, 0.0, 0.0, gyro=0.8))
    assert estimate.pose[2] == pytest.approx(1.6, rel=0.1)


def simulate(seed: int, seconds: float = 12.0) -> tuple[WheelImuFilter, np.ndarray]:
    """Drive a random course with exactly the noise the filter assumes."""
    rng = np.random.default_rng(seed)
    c, dt = CONFIG, 0.01
    odometry = WheelImuFilter(c)
    pose, bias = np.zeros(3), rng.normal(0.0, c.gyro_bias_start_rad_s)
    scale = 1.0 + rng.normal(0.0, c.wheel_scale_fraction)
    v = w = 0.0
    samples: list = []
    for step in range(int(seconds / dt)):
        if step % 100 == 0:
            wanted = rng.uniform(0.2, 0.6), rng.uniform(-1.0, 1.0)
        v += np.clip(wanted[0] - v, -0.8 * dt, 0.8 * dt)
        w += np.clip(wanted[1] - w, -3.0 * dt, 3.0 * dt)
        side = rng.normal(0.0, c.lateral_slip_m_sqrt_m * math.sqrt(abs(v) * dt))
        middle = pose[2] + 0.5 * w * dt
        pose[0] += v * dt * math.cos(middle) - side * math.sin(middle)
        pose[1] += v * dt * math.sin(middle) + side * math.cos(middle)
        pose[2] += w * dt
        bias += rng.normal(0.0, c.gyro_bias_walk_rad_s_sqrt_s * math.sqrt(dt))
        now = (step + 1) * 10 * MS
        samples.append(imu(now, w + bias + rng.normal(0.0, c.gyro_noise_rad_s)))
        if step % 2:
            noise = math.hypot(c.wheel_linear_noise_mps, c.wheel_slip_fraction * v)
            turn = math.hypot(c.wheel_angular_noise_rad_s, c.wheel_angular_slip_fraction * w)
            wheel = WheelSample(now, v * scale + rng.normal(0.0, noise), w + rng.normal(0.0, turn))
            odometry.observe(Observation(now, tuple(samples), (wheel,), ()))
            samples = []
    return odometry, pose


def test_the_covariance_is_honest() -> None:
    # Normalised squared error of (x, y, theta) over 30 runs: chi-square with 90 degrees of
    # freedom, mean 3. The 99.9 percent interval of the mean is about 1.7 to 4.6.
    values = []
    for seed in range(30):
        odometry, truth = simulate(seed)
        error = odometry.state[:3] - truth
        error[2] = math.remainder(error[2], 2.0 * math.pi)
        values.append(error @ np.linalg.solve(odometry.covariance[:3, :3], error))
    assert 1.7 < np.mean(values) < 4.6


def test_covariance_stays_symmetric_and_positive() -> None:
    odometry, _ = simulate(1)
    covariance = odometry.covariance
    np.testing.assert_allclose(covariance, covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > 0.0


def test_without_imu_the_wheels_turn_it() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 102):
        now = number * 20 * MS
        estimate = odometry.observe(Observation(now, (), (WheelSample(now, 0.2, 0.5),), ()))
    assert estimate.pose[2] == pytest.approx(1.0, abs=0.1)


def test_without_wheels_it_does_not_run_away() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 51):
        odometry.observe(tick(number, 0.5, 0.0))
    at_loss = odometry.odometry()
    for number in range(51, 1051):
        now = number * 20 * MS
        estimate = odometry.observe(Observation(now, (imu(now, 0.0),), (), ()))
    # It rolls out (the base stops by itself) and says that it does not know.
    assert estimate.pose[0] - at_loss.pose[0] < 0.8
    assert estimate.covariance[0, 0] > 10 * at_loss.covariance[0, 0]
    assert abs(estimate.velocity.linear_mps) < 0.01


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        ([imu(100 * MS, math.nan)], "imu not finite"),
        ([WheelSample(100 * MS, math.inf, 0.0)], "wheel not finite"),
        ([imu(20 * MS, 0.1)], "imu duplicate"),
        ([imu(5 * MS, 0.1)], "imu out of order"),
        ([imu(10**18, 0.1)], "imu jump"),
        ([imu(math.nan, 0.1)], "imu stamp not a number"),
    ],
)
def test_bad_samples_are_refused_and_counted(samples: list, reason: str) -> None:
    odometry = WheelImuFilter(CONFIG)
    odometry.observe(tick(1, 0.3, 0.0))
    before = odometry.state
    inertial = tuple(s for s in samples if isinstance(s, ImuSample))
    wheels = tuple(s for s in samples if isinstance(s, WheelSample))
    estimate = odometry.observe(Observation(20 * MS, inertial, wheels, ()))
    assert odometry.refused == {reason: 1}
    np.testing.assert_array_equal(odometry.state, before)
    assert estimate.stamp_ns == 20 * MS
    odometry.observe(tick(2, 0.3, 0.0))  # and life goes on
    assert odometry.refused == {reason: 1}


def test_a_late_sensor_is_used_a_little_late_and_refused_when_old() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 11):
        now = number * 20 * MS
        odometry.observe(Observation(now, (imu(now, 0.0),), (), ()))
    odometry.observe(Observation(200 * MS, (), (WheelSample(180 * MS, 0.4, 0.0),), ()))
    assert odometry.state[3] > 0.1
    odometry.observe(Observation(220 * MS, (imu(400 * MS, 0.0),), (), ()))
    odometry.observe(Observation(400 * MS, (), (WheelSample(200 * MS, 0.4, 0.0),), ()))
    assert odometry.refused == {"wheel late": 1}


def test_a_confirmed_gap_is_accepted() -> None:
    odometry = WheelImuFilter(CONFIG)
    odometry.observe(tick(1, 0.0, 0.0))
    odometry.observe(tick(501, 0.0, 0.0))  # ten seconds later
    estimate = odometry.observe(tick(502, 0.0, 0.0))
    assert estimate.stamp_ns == 502 * 20 * MS
    assert sum(odometry.refused.values()) == 2  # the first sample of each sensor


@pytest.mark.parametrize("gap_s", [0.6, 1.9, 20.0, 3600.0])
def test_a_gap_is_not_driven_through(gap_s: float) -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 101):
        before = odometry.observe(tick(number, 0.5, 0.3))
    assert before.velocity.linear_mps == pytest.approx(0.5, abs=0.01)
    first = 100 + round(gap_s / 0.02)
    last = before
    for number in range(first, first + 100):
        estimate = odometry.observe(tick(number, 0.0, 0.0))
        assert math.dist(estimate.pose[:2], last.pose[:2]) < 0.05
        last = estimate
    assert math.dist(last.pose[:2], before.pose[:2]) < 0.3
    assert abs(math.remainder(last.pose[2] - before.pose[2], 2.0 * math.pi)) < 0.1
    assert last.stamp_ns == (first + 99) * 20 * MS
    assert last.velocity.linear_mps == pytest.approx(0.0, abs=0.01)
    covariance = odometry.covariance
    assert np.isfinite(covariance).all()
    np.testing.assert_allclose(covariance, covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > 0.0
    grown = np.sqrt(np.diag(last.covariance)) - np.sqrt(np.diag(before.covariance))
    # Two seconds at most of 0.5 + 0.1 m/s and 0.3 + 0.2 rad/s.
    seconds = min(gap_s, 2.0)
    assert (grown > [0.5 * seconds, 0.5 * seconds, 0.3 * seconds]).all()
    assert (grown < [0.8 * seconds, 0.8 * seconds, 0.7 * seconds]).all()


def test_after_a_gap_a_moving_robot_is_followed_again() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 101):
        odometry.observe(tick(number, 0.5, 0.0))
    for number in range(1100, 1110):
        estimate = odometry.observe(tick(number, 0.5, 0.3))
    assert estimate.velocity.linear_mps == pytest.approx(0.5, abs=0.03)
    assert estimate.velocity.angular_rad_s == pytest.approx(0.3, abs=0.03)


def test_ticks_without_any_sample_do_not_turn_it_for_ever() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 101):
        before = odometry.observe(tick(number, 0.5, 0.3))
    for number in range(101, 851):
        estimate = odometry.observe(Observation(number * 20 * MS))
    assert math.dist(estimate.pose[:2], before.pose[:2]) < 0.8
    assert abs(math.remainder(estimate.pose[2] - before.pose[2], 2.0 * math.pi)) < 0.5
    assert (np.diag(estimate.covariance) > np.diag(before.covariance)).all()
    assert np.isfinite(odometry.covariance).all()
