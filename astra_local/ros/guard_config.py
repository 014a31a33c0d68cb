"""Parameters of the guard node, beside those of the guard itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from astra_core.config import setting
from astra_core.ros.frames import frame_prefix
from astra_core.ros.node_clock import clock_timeout, stamp_ahead
from astra_core.ros.robot import robot_file
from astra_core.watchdog import hang_timeout
from astra_local.config import GuardConfig

__all__ = ["GuardNodeConfig"]


@dataclass(frozen=True)
class GuardNodeConfig:
    """How the guard is wired."""

    rate_hz: float = setting(50.0, "Of cmd_vel.", minimum=5.0, maximum=500.0)
    cmd_vel_stamped: bool = setting(
        False, "Publish cmd_vel as TwistStamped (default of ROS 2 Kilted and later)."
    )
    base_frame: str = setting("base_link", "Frame of the stamped command.")
    frame_prefix: str = frame_prefix()
    robot_file: str = robot_file()
    stamp_ahead_s: float = stamp_ahead()
    clock_timeout_s: float = clock_timeout()
    hang_timeout_s: float = hang_timeout()
    guard: GuardConfig = field(default_factory=GuardConfig)
