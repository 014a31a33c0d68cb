"""Limits of what is believed of wheels and IMU.

What healthy robots gave on simulated drives (32 drives of 25 m in home, office and
warehouse, standard conditions) stands beside the limits as "healthy".
"""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.robot_settings import Bound, robot_setting

__all__ = ["PlausibilityConfig"]


def _four_times(value: float) -> float:
    """Return more than a robot can do, and far less than a broken driver says."""
    return 4.0 * value


@dataclass(frozen=True)
class PlausibilityConfig:
    """What readings of wheels and IMU may look like; what may not be stops the robot."""

    max_wheel_speed_mps: float = robot_setting(
        "max_linear_mps",
        "Faster wheels are impossible: that reading is refused.",
        bound=Bound.AT_LEAST,
        derive=_four_times,
    )
    max_turn_rate_rad_s: float = robot_setting(
        "max_angular_rad_s",
        "Faster turns, by wheels or gyro, are impossible: that reading is refused.",
        bound=Bound.AT_LEAST,
        derive=_four_times,
    )
    max_acceleration_mps2: float = setting(
        100.0, "More than any bump does; such a reading is refused.", minimum=20.0
    )
    silent_s: float = setting(
        0.15,
        "A sensor without a reading that can be used for so long is silent.",
        minimum=0.03,
        maximum=2.0,
    )
    unused_s: float = setting(
        0.3, "Heard for so long, but not used by the odometry, is as good as silent.", minimum=0.05
    )
    frozen_s: float = setting(
        0.15, "Readings that trembled and stay the same for so long are frozen.", minimum=0.05
    )
    recovered_s: float = setting(
        0.3, "Well for so long again, a sensor that was silent is trusted.", minimum=0.0
    )
    gravity_s: float = setting(0.2, "Gravity is looked at over so long.", minimum=0.02)
    gravity_tolerance_mps2: float = setting(
        3.0, "Of its size: driving and vibration.", minimum=0.5, maximum=8.0
    )
    max_tilt_rad: float = setting(
        0.45, "Of the direction of gravity: ramps and braking.", minimum=0.1, maximum=1.5
    )
    gyro_bias_rad_s: float = setting(
        0.03, "A bias that odometry may learn by itself.", minimum=0.0, maximum=0.5
    )
    turn_limit_rad: float = setting(
        0.15,
        "Of wheels and gyro, beyond what is allowed below (healthy: 0.07).",
        minimum=0.02,
    )
    turn_per_s: float = setting(0.02, "What they may disagree by, rad/s.", minimum=0.0)
    turn_per_rad: float = setting(0.1, "The same per radian turned: the track.", minimum=0.0)
    turn_per_m: float = setting(0.05, "The same per metre: slip, rad/m.", minimum=0.0)
    speed_limit_mps: float = setting(
        0.08, "The same for wheels and accelerometer (healthy: 0.013).", minimum=0.02
    )
    speed_per_s: float = setting(
        0.1, "What they may disagree by, m/s2: a floor that tilts.", minimum=0.01
    )
    speed_per_mps: float = setting(
        0.1, "The same per change of speed: scale, filters of the base.", minimum=0.0
    )
    slip_s: float = setting(
        1.5, "After a touch the wheels may slip for so long: they contradict nobody.", minimum=0.0
    )
    forgive_s: float = setting(
        2.0,
        "A contradiction is forgiven when nobody has wanted the robot to drive for so long.",
        minimum=0.0,
    )
