"""Parameters of the simulator node."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.config import setting
from astra_core.ros.frames import frame_prefix
from astra_core.ros.robot import robot_file
from astra_core.watchdog import hang_timeout
from astra_sim.conditions import CONDITIONS

__all__ = ["SimNodeConfig"]


@dataclass(frozen=True)
class SimNodeConfig:
    """What is simulated and how it keeps step with the stack."""

    scene: str = setting("home", "Family of the scene: home, office or warehouse.")
    seed: int = setting(7, "Seed of the scene.", minimum=0, maximum=2**31 - 1)
    start_seed: int = setting(
        0, "Seed of sensor noise and of the start pose.", minimum=0, maximum=2**31 - 1
    )
    robots: tuple[str, ...] = setting(
        (),
        "Names of the robots, each the namespace of its topics and, with a slash, the prefix of "
        "its frames; empty: one robot without.",
    )
    start_pose: tuple[float, ...] = setting(
        (), "x, y (m) and theta (rad) in map; empty draws a free pose from start_seed."
    )
    conditions: str = setting(
        "empty",
        "What differs from the tour and who walks about.",
        choices=tuple(CONDITIONS),
    )
    robot_file: str = robot_file()
    profile: str = setting("default", "Sensor profile: a name, or the path of a YAML file.")
    cameras: tuple[str, ...] = setting(
        ("front", "left", "rear", "right"), "Which of these cameras the robot has."
    )
    camera_hz: float = setting(
        10.0, "Images per simulated second; 0: none.", minimum=0.0, maximum=50.0
    )
    depth: bool = setting(True, "Whether the cameras measure depth.")
    real_time_factor: float = setting(
        1.0, "Upper limit of simulated seconds per second; 0: as fast as possible.", minimum=0.0
    )
    lockstep_nodes: tuple[str, ...] = setting(
        ("astra_local", "astra_guard", "astra_global"),
        "Nodes whose acknowledgement each tick waits for; one empty name: run free.",
    )
    ack_timeout_s: float = setting(
        5.0, "Wall time after which a tick goes on without an acknowledgement.", minimum=0.01
    )
    join_timeout_s: float = setting(
        120.0, "Wall time to wait at the first tick until all nodes take part.", minimum=0.0
    )
    # It must stand 0.5 s after the last one, and braking from full speed takes 0.3 s of them.
    command_timeout_s: float = setting(
        0.15,
        "Simulated time without a command after which the robot stops.",
        minimum=0.02,
        maximum=1.0,
    )
    cmd_vel_stamped: bool = setting(False, "Whether cmd_vel is a TwistStamped instead of a Twist.")
    publish_ground_truth: bool = setting(
        False, "Publish sim/ground_truth and sim/score; for scoring only."
    )
    map_frame: str = setting("map", "Frame of the ground truth.")
    base_frame: str = setting("base_link", "Frame of the robot.")
    imu_frame: str = setting("base_link", "Frame of the IMU readings.")
    frame_prefix: str = frame_prefix()
    hang_timeout_s: float = hang_timeout()
