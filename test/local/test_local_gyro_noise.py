"""The noise of the gyro, by what it says while the wheels stand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_local.config import OdometryConfig
from astra_local.odometry.ekf import WheelImuFilter
from astra_local.odometry.gyro_noise import GyroNoise

MS = 1_000_000


def test_differences_of_successive_readings_tell_it_and_the_bias_does_not() -> None:
    noise = GyroNoise(0.003)
    # Half the mean square of steps of 0.02 is 0.0002; twenty readings of 0.003 are presumed.
    for number in range(61):
        noise.add(0.5 + 0.02 * (number % 2), stands=True)
    assert noise.rad_s == pytest.approx(math.sqrt((20 * 0.003**2 + 60 * 0.0002) / 80))


def test_it_is_never_below_what_is_configured() -> None:
    noise = GyroNoise(0.003)
    for _ in range(100):
        noise.add(0.1, stands=True)
    assert noise.rad_s == 0.003


def test_who_drives_tells_nothing_and_neither_does_the_step_from_driving_to_standing() -> None:
    noise = GyroNoise(0.003)
    for rate, stands in ((0.0, True), (1.0, False), (-1.0, False), (0.5, True)):
        noise.add(rate, stands=stands)
    assert noise.rad_s == 0.003


def test_a_change_of_the_noise_is_noticed_after_hours() -> None:
    noise, rng = GyroNoise(0.003), np.random.default_rng(0)
    for sigma, count in ((0.003, 100_000), (0.02, 4_000)):
        for rate in rng.normal(0.0, sigma, count):
            noise.add(float(rate), stands=True)
    assert noise.rad_s == pytest.approx(0.02, rel=0.05)


def stood(sigma_rad_s: float, seed: int) -> WheelImuFilter:
    """Return a filter that has stood for two seconds with a gyro of this noise and no bias."""
    rng, odometry = np.random.default_rng(seed), WheelImuFilter(OdometryConfig())
    for tick in range(1, 101):
        imu = tuple(
            ImuSample(
                (tick * 20 - ago) * MS, (0.0, 0.0, float(rng.normal(0, sigma_rad_s))), (0, 0, 9.81)
            )
            for ago in (10, 0)
        )
        wheels = (WheelSample(tick * 20 * MS, 0.0, 0.0),)
        odometry.observe(Observation(tick * 20 * MS, imu, wheels, ()))
    return odometry


def test_a_bias_that_is_learned_standing_is_as_unsure_as_the_gyro_is_noisy() -> None:
    """Three times the noise that is configured: believed, that would make errors of 2.6 sigma."""
    errors = []
    for seed in range(40):
        odometry = stood(0.009, seed)
        errors.append(odometry.state[5] / math.sqrt(odometry.covariance[5, 5]))
    assert 0.5 < np.mean(np.square(errors)) < 1.7
    quiet = math.sqrt(stood(0.003, 0).covariance[5, 5])
    assert math.sqrt(stood(0.009, 0).covariance[5, 5]) > 1.6 * quiet
