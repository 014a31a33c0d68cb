"""The wheel and IMU filter: consistency, and sensors that misbehave."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest

from astra_core.angles import wrap_angle
from astra_core.observation import ImuSample, Observation, WheelSample
from astra_local.config import OdometryConfig
from astra_local.odometry.ekf import WheelImuFilter

MS = 1_000_000
CONFIG = OdometryConfig()


class Course(NamedTuple):
    """A filter after a drive, and the truth."""

    odometry: WheelImuFilter
    pose: np.ndarray
    bias: float
    scale: float


def imu(stamp_ns: int, rate: float) -> ImuSample:
    return ImuSample(stamp_ns, (0.0, 0.0, rate), (0.0, 0.0, 9.81))


def tick(number: int, v: float, w: float, gyro: float | None = None) -> Observation:
    """Return tick ``number`` (from 1) of 20 ms."""
    now = number * 20 * MS
    rate = w if gyro is None else gyro
    return Observation(
        now, (imu(now - 10 * MS, rate), imu(now, rate)), (WheelSample(now, v, w),), ()
    )


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


def simulate(seed: int, seconds: float) -> Course:
    """Drive a random course with the noise the filter assumes, by equations of its own."""
    rng = np.random.default_rng(seed)
    c, dt = CONFIG, 0.01
    odometry = WheelImuFilter(c)
    pose = np.zeros(3)
    bias = rng.normal(0.0, c.gyro_bias_start_rad_s)
    lean = rng.normal(0.0, c.accelerometer_bias_start_mps2)
    scale = 1.0 + rng.normal(0.0, c.wheel_scale_fraction)
    track = 1.0 + rng.normal(0.0, c.wheel_track_fraction)
    mismatch = rng.normal(0.0, c.wheel_mismatch_rad_m)
    slip = rng.normal(0.0, c.wheel_slip_fraction)
    turn_slip = rng.normal(0.0, c.wheel_turn_slip_rad_m)
    v = w = 0.0
    samples: list = []
    for step in range(int(seconds / dt)):
        if step % 150 == 0:
            wanted = rng.choice([0.0, 0.3, 0.6]), rng.uniform(-1.2, 1.2)
        before = v, w
        v += np.clip(wanted[0] - v, -0.8 * dt, 0.8 * dt)
        w += np.clip(wanted[1] - w, -3.0 * dt, 3.0 * dt)
        mean_v, mean_w = 0.5 * (v + before[0]), 0.5 * (w + before[1])
        side = rng.normal(0.0, c.lateral_slip_m_sqrt_m * math.sqrt(mean_v * dt))
        middle = pose[2] + 0.5 * mean_w * dt
        pose[0] += mean_v * dt * math.cos(middle) - side * math.sin(middle)
        pose[1] += mean_v * dt * math.sin(middle) + side * math.cos(middle)
        pose[2] += mean_w * dt
        keep = math.exp(-(v + 0.5 * c.wheel_track_m * abs(w)) * dt / c.wheel_slip_length_m)
        fresh = math.sqrt(1.0 - keep * keep)
        slip = keep * slip + c.wheel_slip_fraction * fresh * rng.normal()
        turn_slip = keep * turn_slip + c.wheel_turn_slip_rad_m * fresh * rng.normal()
        bias += rng.normal(0.0, c.gyro_bias_walk_rad_s_sqrt_s * math.sqrt(dt))
        now = (step + 1) * 10 * MS
        left = lean + v * w + rng.normal(0.0, c.accelerometer_noise_mps2)
        # The unit filters: it tells of the middle of the interval before.
        rate = before[1] + bias + rng.normal(0.0, c.gyro_noise_rad_s)
        samples.append(ImuSample(now, (0.0, 0.0, rate), (0.1, float(left), 9.81)))
        if step % 2:
            encoder = (scale + slip) * v + rng.normal(0.0, c.wheel_linear_noise_mps)
            turned = (track + slip) * before[1] + (mismatch + turn_slip) * v
            turned += rng.normal(0.0, c.wheel_turn_noise_rad_s)
            wheel = WheelSample(now, float(encoder), float(turned))
            odometry.observe(Observation(now, tuple(samples), (wheel,), ()))
            samples = []
    return Course(odometry, pose, bias, scale - 1.0)


def test_the_covariance_is_honest() -> None:
    # Normalised squared error of (x, y, theta) over 30 runs: chi-square with 90 degrees of
    # freedom, mean 3. The 99.9 percent interval of the mean is about 1.7 to 4.6.
    values = []
    for seed in range(30):
        course = simulate(seed, 20.0)
        error = course.odometry.odometry().pose - course.pose
        error[2] = math.remainder(error[2], 2.0 * math.pi)
        covariance = course.odometry.covariance[:3, :3]
        values.append(error @ np.linalg.solve(covariance, error))
    assert 1.7 < np.mean(values) < 4.6


def test_driving_finds_bias_and_scale_without_ever_standing() -> None:
    # A posteriori errors against what was not known at the start, and against what the filter
    # says of them: chi-square with 15 degrees of freedom, 99.9 percent interval 3.1 to 40. The
    # bias is found beside the filter, which takes it over once it is clearly more than nothing.
    bias, scale, honest_bias, honest_taken, honest_scale = [], [], [], [], []
    for seed in range(15):
        course = simulate(seed, 45.0)
        state, deviation = course.odometry.state, np.sqrt(np.diag(course.odometry.covariance))
        found = course.odometry._comparison.errors
        bias.append(found.mean[0] - course.bias)
        scale.append(state[6] - course.scale)
        honest_bias.append(bias[-1] / math.sqrt(found.covariance[0, 0]))
        honest_taken.append((state[5] - course.bias) / deviation[5])
        honest_scale.append(scale[-1] / deviation[6])
    assert np.std(bias) < 0.0035
    assert np.std(scale) < 0.7 * CONFIG.wheel_scale_fraction
    assert 3.1 < np.sum(np.square(honest_bias)) < 40.0
    assert 3.1 < np.sum(np.square(honest_taken)) < 40.0
    assert 3.1 < np.sum(np.square(honest_scale)) < 40.0


def test_the_way_of_an_evenly_accelerated_robot_does_not_lag() -> None:
    # 0.8 m/s2 for 0.7 s: 0.196 m. Taking each speed for the interval after it only would lose
    # half of the speed that was gained times the interval, 5.6 mm; more while the filter follows.
    c = OdometryConfig(acceleration_mps2=20.0, wheel_linear_noise_mps=1e-4)
    odometry = WheelImuFilter(c)
    for number in range(36):
        estimate = odometry.observe(tick(number + 1, 0.8 * 0.02 * number, 0.0))
    assert estimate.pose[0] == pytest.approx(0.5 * 0.8 * 0.7**2, abs=5e-4)


@pytest.mark.parametrize("max_gap_s", [0.1, 2.0])
def test_after_wheels_were_silent_the_pose_moves_by_no_more_than_could_be_driven(max_gap_s) -> None:
    odometry = WheelImuFilter(OdometryConfig(max_gap_s=max_gap_s))
    for number in range(1, 50):
        estimate = odometry.observe(tick(number, 0.5, 0.0))
    before, jumps = estimate.pose[0], []
    for number in range(70, 75):  # 0.4 s later
        estimate = odometry.observe(tick(number, 0.5, 0.0))
        jumps.append(estimate.pose[0] - before)
        before = estimate.pose[0]
    assert max(jumps[1:]) < 0.02
    assert jumps[0] < (0.02 if max_gap_s == 0.1 else 0.25)


@pytest.mark.parametrize("seed", range(4))
def test_a_robot_that_stands_stays_where_it_is_whatever_is_learned_meanwhile(seed: int) -> None:
    # Standing tells the gyro's bias, and with it where the robot must have come from. But what it
    # has seen on the way was put where the pose was then: odometry never looks back.
    course, rng = simulate(seed, 45.0), np.random.default_rng(seed)
    odometry, poses, biases = course.odometry, [], []
    began_ns = odometry.odometry().stamp_ns
    for number in range(300):
        now = began_ns + (number + 1) * 20 * MS
        rates = course.bias + rng.normal(0.0, CONFIG.gyro_noise_rad_s, 2)
        samples = [
            ImuSample(now - late, (0.0, 0.0, float(rate)), (0.1, 0.05, 9.81))
            for late, rate in zip((10 * MS, 0), rates, strict=True)
        ]
        standing = Observation(now, tuple(samples), (WheelSample(now, 0.0, 0.0),), ())
        poses.append(odometry.observe(standing).pose)
        biases.append(odometry.state[5])
    settled = np.array(poses[25:])
    assert np.ptp(biases) > 1e-4  # something was learned
    assert np.ptp(settled[:, :2], axis=0).max() < 0.002
    assert np.ptp(settled[:, 2]) < 0.002


def test_a_unit_without_accelerometer_tells_nothing_of_the_scale() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 501):
        now = number * 20 * MS
        v = 0.3 + 0.3 * math.sin(number / 25.0)
        gyros = tuple(
            ImuSample(now - late, (0.0, 0.0, 0.5), (0.0, 0.0, 0.0)) for late in (10 * MS, 0)
        )
        odometry.observe(Observation(now, gyros, (WheelSample(now, v, 0.5),), ()))
    assert abs(odometry.state[6]) < 0.3 * CONFIG.wheel_scale_fraction
    assert math.sqrt(odometry.covariance[6, 6]) > 0.9 * CONFIG.wheel_scale_fraction


def test_covariance_stays_symmetric_and_positive() -> None:
    covariance = simulate(1, 20.0).odometry.covariance
    np.testing.assert_allclose(covariance, covariance.T, atol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > 0.0


def test_without_imu_the_wheels_turn_it() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 102):
        now = number * 20 * MS
        estimate = odometry.observe(Observation(now, (), (WheelSample(now, 0.2, 0.5),), ()))
    assert estimate.pose[2] == pytest.approx(1.0, abs=0.1)


def test_without_a_gyro_turns_are_not_taken_for_errors_of_the_wheels() -> None:
    """Round and round with perfect wheels: each turn must count in full."""
    odometry = WheelImuFilter(CONFIG)
    seconds, turned = 60.0, 0.0
    for number in range(1, round(seconds / 0.02) + 1):
        # Turns start and end within a second, always to the left.
        w = 0.8 if number // 50 % 2 else 0.0
        turned += 0.02 * w
        wheels = (WheelSample(number * 20 * MS, 0.5, w),)
        got = odometry.observe(Observation(number * 20 * MS, (), wheels, ()))
    assert abs(wrap_angle(float(got.pose[2]) - turned)) < 0.05
    # What the wheels may be wrong by is as unknown as it was.
    assert odometry.covariance[7, 7] == pytest.approx(CONFIG.wheel_track_fraction**2)


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


def test_a_state_that_is_no_number_restarts_the_filter_where_it_was() -> None:
    odometry = WheelImuFilter(CONFIG)
    for number in range(1, 101):
        before = odometry.observe(tick(number, 0.5, 0.3))
    # What readings in range can hardly do, an error in the filter may.
    odometry._kalman.state[5] = math.nan
    lost = odometry.observe(tick(101, 0.5, 0.3))
    np.testing.assert_allclose(lost.pose, before.pose, atol=0.01)
    assert odometry.refused == {"state not finite, filter restarted": 1}
    # It says that it does not know how far it came meanwhile, and drives on from there.
    assert lost.covariance[0, 0] > 0.05 and lost.covariance[2, 2] > 1.0
    for number in range(102, 152):
        after = odometry.observe(tick(number, 0.5, 0.0))
    assert np.isfinite(odometry.covariance).all()
    assert math.dist(after.pose[:2], lost.pose[:2]) == pytest.approx(0.5, abs=0.1)
    assert odometry.refused == {"state not finite, filter restarted": 1}


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
