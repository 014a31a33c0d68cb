"""The robot that the whole stack assumes: the only home of its size and its limits.

Light on purpose: the guard imports it.
"""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting

__all__ = ["FOOTPRINT_RADIUS_M", "RobotConfig"]

#: Default radius of the round footprint, for all who need the size and nothing else.
FOOTPRINT_RADIUS_M = 0.22


@dataclass(frozen=True)
class RobotConfig:
    """The base: a round differential drive."""

    footprint_radius_m: float = setting(
        FOOTPRINT_RADIUS_M, "Radius of the round footprint.", minimum=0.01
    )
    max_linear_mps: float = setting(0.6, "Fastest forward speed.", minimum=0.01)
    max_reverse_mps: float = setting(0.15, "Fastest backward speed.", minimum=0.0)
    max_angular_rad_s: float = setting(1.5, "Fastest turn.", minimum=0.01)
    max_linear_acceleration_mps2: float = setting(
        0.8, "Speeding up, and slowing down for what lies ahead.", minimum=0.01
    )
    max_linear_deceleration_mps2: float = setting(
        2.0, "Stopping when told to, or when no way is free.", minimum=0.01
    )
    max_angular_acceleration_rad_s2: float = setting(3.0, "Of the turn rate.", minimum=0.01)
