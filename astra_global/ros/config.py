"""Parameters of the node ``astra_global``."""

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
from astra_global.config import AstraGlobalConfig

__all__ = ["GlobalNodeConfig"]


@dataclass(frozen=True)
class GlobalNodeConfig:
    """How Astra-Global is wired, beside its own settings."""

    map_folder: str = setting("", "Folder of the map; empty: it comes by the service load_map.")
    map_frame: str = setting("map", "Frame of the map.")
    odom_frame: str = setting("odom", "Frame in which odometry starts.")
    base_frame: str = setting("base_link", "Frame of the robot.")
    frame_prefix: str = frame_prefix()
    stack: str = stack_setting()
    weights: str = weights_setting()
    mllm: str = mllm_setting()
    device: str = device_setting()
    dtype: str = dtype_setting()
    robot_file: str = robot_file()
    publish_tf: bool = setting(True, "Publish map -> odom.")
    follow_odom_tf: bool = setting(
        True,
        "Place odom so that map -> base_link is right with the odom -> base_link that is on /tf, "
        "also where the driver of the base publishes it. Off: by Astra-Local's own odometry.",
    )
    odom_tf_late_s: float = setting(
        1.0,
        "Age against local/odometry from which odom -> base_link on /tf is called late.",
        minimum=0.05,
        maximum=60.0,
    )
    tf_period_s: float = setting(0.05, "Time between transforms.", minimum=0.005, maximum=1.0)
    tf_tolerance_s: float = setting(
        0.1, "Transforms are stamped this far ahead, so that others need not wait.", minimum=0.0
    )
    # Astra-Local drops a sub-goal that is not repeated for 0.18 s.
    step_period_s: float = setting(
        0.1, "Time between steps of the mission.", minimum=0.02, maximum=0.15
    )
    peer_timeout_s: float = setting(
        0.5,
        "Once heard, a guard or Astra-Local silent this long, by both clocks, is dead.",
        minimum=0.2,
        maximum=1.0,
    )
    guard_patience_s: float = setting(
        1.0, "A guard that refuses to drive for longer ends the mission.", minimum=0.0, maximum=60.0
    )
    idle_localize_period_s: float = setting(
        5.0,
        "Time between localizations without a mission, once several have agreed on the pose.",
        minimum=0.0,
    )
    service_timeout_s: float = setting(
        10.0, "Of the service localize when the request names none.", minimum=0.1
    )
    blind_patience_s: float = setting(
        5.0,
        "Time after which a mission ends, and no other begins, of whose cameras no image can be "
        "used: none has ever come, or those of all are refused.",
        minimum=0.5,
        maximum=60.0,
    )
    max_lag_s: float = setting(
        1.0,
        "Lockstep: simulated time by which localization may be behind.",
        minimum=0.0,
    )
    odometry_topic_reliable: bool = setting(True, "Ask for every odometry sample.")
    stamp_ahead_s: float = stamp_ahead()
    clock_timeout_s: float = clock_timeout()
    hang_timeout_s: float = hang_timeout()
    cameras: CameraInputConfig = field(default_factory=CameraInputConfig)
    pipeline: AstraGlobalConfig = field(default_factory=AstraGlobalConfig)
