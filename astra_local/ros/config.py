"""Parameters of the node ``astra_local``."""

from __future__ import annotations

from dataclasses import dataclass, field

from astra_core.config import setting
from astra_core.ros.camera_input import CameraInputConfig
from astra_core.ros.frames import frame_prefix
from astra_core.ros.node_clock import clock_timeout, stamp_ahead
from astra_core.ros.robot import robot_file
from astra_core.ros.stack import (
    device_setting,
    dtype_setting,
    mllm_setting,
    stack_setting,
    weights_setting,
)
from astra_core.watchdog import hang_timeout
from astra_local.config import LocalConfig

__all__ = ["LocalNodeConfig"]


@dataclass(frozen=True)
class LocalNodeConfig:
    """How Astra-Local is wired, beside its own settings."""

    odom_frame: str = setting("odom", "Frame in which odometry starts.")
    base_frame: str = setting("base_link", "Frame of the robot.")
    frame_prefix: str = frame_prefix()
    stack: str = stack_setting()
    weights: str = weights_setting()
    mllm: str = mllm_setting()
    device: str = device_setting()
    dtype: str = dtype_setting()
    robot_file: str = robot_file()
    publish_tf: bool = setting(
        True, "Publish odom -> base_link; off where the driver of the base does."
    )
    color: bool = setting(False, "Hear colour images too; only learned encoders need them.")
    # It comes every 0.1 s. Who sends it may have died: the robot must stand 0.5 s after the last
    # one, and braking from full speed takes 0.3 s of them.
    sub_goal_timeout_s: float = setting(
        0.18,
        "A sub-goal that is not repeated for this long is dropped, and the robot brakes.",
        minimum=0.12,
        maximum=1.0,
    )
    peer_timeout_s: float = setting(
        0.5,
        "Once heard, a guard silent this long, by both clocks, is dead.",
        minimum=0.2,
        maximum=1.0,
    )
    plan_period_s: float = setting(
        0.1, "Time between plans when no images come (with images: at each set).", minimum=0.02
    )
    grid_period_s: float = setting(
        0.5, "Time between occupancy and distance grids for people to look at.", minimum=0.05
    )
    max_lag_s: float = setting(
        0.1,
        "Lockstep: simulated time by which planning may be behind; 0 makes runs repeatable.",
        minimum=0.0,
    )
    wheel_topic_reliable: bool = setting(
        False, "Ask for every wheel and IMU sample (the simulator offers that)."
    )
    stamp_ahead_s: float = stamp_ahead()
    clock_timeout_s: float = clock_timeout()
    hang_timeout_s: float = hang_timeout()
    cameras: CameraInputConfig = field(default_factory=CameraInputConfig)
    pipeline: LocalConfig = field(default_factory=LocalConfig)
