"""Which single readings can be believed at all."""

from __future__ import annotations

import math

from astra_core.observation import ImuSample, WheelSample
from astra_local.plausibility.config import PlausibilityConfig

__all__ = ["imu_problem", "wheel_problem"]


def imu_problem(sample: ImuSample, config: PlausibilityConfig) -> str:
    """Return why a reading of the IMU is impossible; empty where it is not."""
    turn, force = sample.angular_velocity_rad_s, sample.linear_acceleration_m_s2
    return _problem(
        (turn, config.max_turn_rate_rad_s, "turn rate", "rad/s"),
        (force, config.max_acceleration_mps2, "acceleration", "m/s2"),
    )


def wheel_problem(sample: WheelSample, config: PlausibilityConfig) -> str:
    """Return why a reading of the wheels is impossible; empty where it is not."""
    return _problem(
        ((sample.linear_velocity_mps,), config.max_wheel_speed_mps, "speed", "m/s"),
        ((sample.angular_velocity_rad_s,), config.max_turn_rate_rad_s, "turn rate", "rad/s"),
    )


def _problem(*checks: tuple[tuple[float, ...], float, str, str]) -> str:
    if not all(math.isfinite(value) for values, *_ in checks for value in values):
        return "not finite"
    for values, limit, what, unit in checks:
        if max(abs(value) for value in values) > limit:
            return f"{what} beyond {limit:g} {unit}"
    return ""
