"""Parameters of the viewer node."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.ros.frames import frame_prefix
from astra_core.ros.robot import robot_file
from astra_core.watchdog import hang_timeout

__all__ = ["ViewerConfig"]


@dataclass(frozen=True)
class ViewerConfig:
    """Where the page is and what is shown on it."""

    host: str = setting(
        "127.0.0.1",
        "Address of the page; 0.0.0.0 is every one of this computer: whoever has the token may "
        "drive from the network, and who listens in there sees it (no TLS).",
    )
    hosts: tuple[str, ...] = setting(
        ("",),
        "More names under which browsers reach the page, behind a proxy or a forwarded port; "
        "requests under other names than these and the computer's own are refused.",
    )
    port: int = setting(
        8080, "Port of the page; the next free one if it is taken.", minimum=1, maximum=65535
    )
    period_s: float = setting(0.1, "Time between updates.", minimum=0.02, maximum=5.0)
    image_period_s: float = setting(
        0.4, "Time between pictures of the cameras.", minimum=0.05, maximum=10.0
    )
    cameras: tuple[str, ...] = setting(
        ("front", "left", "rear", "right"), "Cameras shown, by camera/<name>/image_raw."
    )
    map_frame: str = setting("map", "Frame of the map.")
    odom_frame: str = setting("odom", "Frame in which odometry starts.")
    frame_prefix: str = frame_prefix()
    robot_file: str = robot_file()
    hang_timeout_s: float = hang_timeout()
