"""The robot that the whole stack assumes: the only home of its size and its limits.

One file, ``config/robot.yaml``, describes it. Every node and every command reads that file (or
the one named by ``robot:=FILE`` and ``--robot FILE``); what they are told besides must agree with
it, see :mod:`astra_core.robot_settings`. Light on purpose: the guard imports it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from astra_core.config import load_yaml, setting, to_mapping
from astra_core.errors import ConfigError
from astra_core.home_path import home_path

__all__ = ["FOOTPRINT_RADIUS_M", "RobotConfig", "load_robot"]

#: Default radius of the round footprint, for all who need the size and nothing else.
FOOTPRINT_RADIUS_M = 0.22


@dataclass(frozen=True)
class RobotConfig:
    """The base: a round differential drive. SI units, limits without sign."""

    footprint_radius_m: float = setting(
        FOOTPRINT_RADIUS_M, "Radius of the round footprint.", minimum=0.01, maximum=5.0
    )
    height_m: float = setting(
        1.2,
        "Height over the floor, mast included; what is higher is driven under.",
        minimum=0.1,
        maximum=10.0,
    )
    wheel_track_m: float = setting(0.23, "Between the wheels.", minimum=0.01, maximum=10.0)
    # Twice as fast as people walk, and turning once in a second: what drives faster is no robot
    # for indoors, or a number in another unit.
    max_linear_mps: float = setting(0.6, "Fastest forward speed.", minimum=0.01, maximum=3.0)
    max_reverse_mps: float = setting(0.15, "Fastest backward speed.", minimum=0.0, maximum=3.0)
    max_angular_rad_s: float = setting(1.5, "Fastest turn.", minimum=0.01, maximum=6.3)
    # Wheels hold no more than their grip on the floor, about one g.
    max_linear_acceleration_mps2: float = setting(
        0.8, "Speeding up, and slowing down for what lies ahead.", minimum=0.01, maximum=10.0
    )
    max_linear_deceleration_mps2: float = setting(
        2.0, "Stopping when told to, or when no way is free.", minimum=0.01, maximum=10.0
    )
    max_angular_acceleration_rad_s2: float = setting(
        3.0, "Of the turn rate.", minimum=0.01, maximum=100.0
    )

    def __post_init__(self) -> None:
        """Refuse wheels outside the footprint: one of the two numbers is wrong."""
        if self.wheel_track_m > 2.0 * self.footprint_radius_m:
            raise ConfigError(
                f"wheel_track_m ({self.wheel_track_m}) is wider than the footprint "
                f"(twice footprint_radius_m, {self.footprint_radius_m})"
            )

    @property
    def sha256(self) -> str:
        """Return the first 12 hex digits of the hash of all values (comments do not count)."""
        values = {name: float(value) for name, value in to_mapping(self).items()}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:12]


def load_robot(path: Path | str | None = None) -> RobotConfig:
    """Read a robot file; what it does not name is as in ``config/robot.yaml``.

    Args:
        path: YAML with the fields of :class:`RobotConfig`; ``None`` or empty means the robot
            that Astra comes with.

    Raises:
        ConfigError: The file cannot be read, or a field of it is unknown, of a wrong type, out
            of range or contradicts another; the message names file and field.
    """
    return load_yaml(RobotConfig, home_path(path)) if path else RobotConfig()
