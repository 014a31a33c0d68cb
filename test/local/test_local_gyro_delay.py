"""What a gyro tells is a moment old: heading and way are those of now all the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.observation import ImuSample, Observation, WheelSample
from astra_local.config import OdometryConfig
from astra_local.odometry.ekf import WheelImuFilter

MS = 1_000_000
DELAY_S = 0.1
START_S = 1.0


def turn_rate(time_s: float) -> float:
    """Return the true turn rate: straight ahead for a second, then 1 rad/s to the left."""
    return 1.0 if time_s > START_S + 1e-9 else 0.0


def drive(turned_rad: float) -> np.ndarray:
    """Return the pose of the filter when the robot, at 0.5 m/s, has turned by so much."""
    odometry = WheelImuFilter(OdometryConfig(gyro_delay_s=DELAY_S))
    for number in range(1, 1 + round((START_S + turned_rad) / 0.02)):
        now_s = 0.02 * number
        rates = [turn_rate(now_s - late_s - DELAY_S) for late_s in (0.01, 0.0)]
        samples = tuple(
            ImuSample(round((now_s - late_s) * 1000) * MS, (0.0, 0.0, rate), (0.0, 0.0, 9.81))
            for late_s, rate in zip((0.01, 0.0), rates, strict=True)
        )
        wheels = (WheelSample(number * 20 * MS, 0.5, rates[1]),)
        estimate = odometry.observe(Observation(number * 20 * MS, samples, wheels, ()))
    return estimate.pose


@pytest.mark.parametrize("turned_rad", [1.0, 1.56])
def test_heading_and_way_are_those_of_now(turned_rad: float) -> None:
    pose = drive(turned_rad)
    # 0.5 m straight (the filter needs a moment to find out that it drives), then a circle of
    # radius 0.5 m. What the gyro tells is 0.1 rad behind.
    assert pose[2] == pytest.approx(turned_rad, abs=0.01)
    side = 0.5 * (1.0 - math.cos(turned_rad))
    assert pose[1] == pytest.approx(side, abs=0.015)
    ahead = 0.5 * math.sin(turned_rad)
    assert pose[0] - drive(0.0)[0] == pytest.approx(ahead, abs=0.015)
