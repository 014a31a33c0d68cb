"""Every topic that the nodes publish: name, type, quality of service, by whom and what for.

Besides, what they hear from people and other programs.

The rviz2 configuration is made from it, and a test compares it with the graph of running nodes.
Names are relative to the namespace unless they begin with a slash; ``<camera>`` stands for each
camera of the rig. Nothing here imports ROS.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CAMERA", "HEARD", "TOPICS", "TopicSpec", "topic", "topics_page"]

CAMERA = "<camera>"


@dataclass(frozen=True)
class TopicSpec:
    """One topic.

    Attributes:
        name: Relative to the namespace, or absolute.
        type: Package, kind and name of the message.
        nodes: Who publishes it.
        about: What it carries.
        reliable: Every message arrives; otherwise best effort is enough for who listens.
        latched: Late joiners get the last message (transient local).
        depth: Messages that the publisher keeps.
    """

    name: str
    type: str
    nodes: tuple[str, ...]
    about: str
    reliable: bool = True
    latched: bool = False
    depth: int = 10


_GLOBAL, _LOCAL, _GUARD, _SIM = (
    ("astra_global",),
    ("astra_local",),
    ("astra_guard",),
    ("astra_sim",),
)
_ALL = ("astra_global", "astra_guard", "astra_local")
_SCORED = 500  # astra_core.ros.qos.scored

TOPICS = (
    TopicSpec(
        "global/pose",
        "astra_msgs/msg/GlobalPose",
        _GLOBAL,
        "pose on the map, status, fixes",
        depth=_SCORED,
    ),
    TopicSpec(
        "global/pose_with_covariance",
        "geometry_msgs/msg/PoseWithCovarianceStamped",
        _GLOBAL,
        "the same for standard tools, once localized",
    ),
    TopicSpec(
        "global/path",
        "nav_msgs/msg/Path",
        _GLOBAL,
        "route on the map while it is driven",
        latched=True,
        depth=1,
    ),
    TopicSpec("global/sub_goal", "astra_msgs/msg/SubGoal", _GLOBAL, "what Astra-Local shall do"),
    TopicSpec(
        "global/landmarks",
        "astra_msgs/msg/LandmarkArray",
        _GLOBAL,
        "landmarks of the map",
        latched=True,
        depth=1,
    ),
    TopicSpec(
        "global/markers",
        "visualization_msgs/msg/MarkerArray",
        _GLOBAL,
        "graph and landmarks of the map, for the eye",
        latched=True,
        depth=1,
    ),
    TopicSpec(
        "global/status_markers",
        "visualization_msgs/msg/MarkerArray",
        _GLOBAL,
        '"not localized" on the map view until the first fix',
        latched=True,
        depth=1,
    ),
    TopicSpec("map", "nav_msgs/msg/OccupancyGrid", _GLOBAL, "the map", latched=True, depth=1),
    TopicSpec(
        "local/odometry", "astra_msgs/msg/LocalOdometry", _LOCAL, "pose in odom", depth=_SCORED
    ),
    TopicSpec("local/odom", "nav_msgs/msg/Odometry", _LOCAL, "the same, standard", depth=50),
    TopicSpec("cmd_vel_raw", "geometry_msgs/msg/TwistStamped", _LOCAL, "wanted velocity", depth=1),
    TopicSpec(
        "local/nearest_obstacle",
        "astra_msgs/msg/NearestObstacle",
        _LOCAL,
        "how near what is, for the guard",
        depth=1,
    ),
    TopicSpec("local/trajectory", "astra_msgs/msg/Trajectory", _LOCAL, "the plan", depth=_SCORED),
    TopicSpec("local/path", "nav_msgs/msg/Path", _LOCAL, "the plan, standard"),
    TopicSpec("local/occupancy", "nav_msgs/msg/OccupancyGrid", _LOCAL, "what is around", depth=1),
    TopicSpec("local/esdf", "nav_msgs/msg/OccupancyGrid", _LOCAL, "how far it is", depth=1),
    TopicSpec(
        "local/esdf_points",
        "sensor_msgs/msg/PointCloud2",
        _LOCAL,
        "the distance field in metres, as points with the field `distance`",
        depth=1,
    ),
    TopicSpec("cmd_vel", "geometry_msgs/msg/Twist", _GUARD, "to the base", depth=1),
    TopicSpec(
        "guard/cmd_vel",
        "geometry_msgs/msg/TwistStamped",
        _GUARD,
        "the same for Astra-Local, which feels by it whether something holds the robot",
        depth=1,
    ),
    TopicSpec("heartbeat", "astra_msgs/msg/Heartbeat", (*_ALL, "astra_lifecycle"), "signs of life"),
    TopicSpec(
        "/diagnostics",
        "diagnostic_msgs/msg/DiagnosticArray",
        (*_ALL, "astra_sim", "astra_viewer", "astra_lifecycle"),
        "one status per node",
    ),
    TopicSpec(
        "/tf", "tf2_msgs/msg/TFMessage", ("astra_global", "astra_local"), "frames", depth=100
    ),
    TopicSpec("imu", "sensor_msgs/msg/Imu", _SIM, "simulated IMU", depth=50),
    TopicSpec("wheel_odometry", "nav_msgs/msg/Odometry", _SIM, "simulated wheels", depth=50),
    TopicSpec(
        f"camera/{CAMERA}/image_raw", "sensor_msgs/msg/Image", _SIM, "simulated image", depth=5
    ),
    TopicSpec(
        f"camera/{CAMERA}/camera_info", "sensor_msgs/msg/CameraInfo", _SIM, "calibration", depth=5
    ),
    TopicSpec(
        f"camera/{CAMERA}/depth/image_raw",
        "sensor_msgs/msg/Image",
        _SIM,
        "simulated depth",
        depth=5,
    ),
    TopicSpec(
        "robot_description", "std_msgs/msg/String", _SIM, "URDF of the robot", latched=True, depth=1
    ),
    TopicSpec("/tf_static", "tf2_msgs/msg/TFMessage", _SIM, "mountings", latched=True, depth=1),
    TopicSpec("/clock", "rosgraph_msgs/msg/Clock", _SIM, "simulated time"),
)

HEARD = (
    TopicSpec("goal_pose", "geometry_msgs/msg/PoseStamped", (), "a goal, as from rviz2"),
    TopicSpec(
        "initialpose",
        "geometry_msgs/msg/PoseWithCovarianceStamped",
        (),
        "where the robot is, as from rviz2",
    ),
    TopicSpec(
        f"camera/{CAMERA}/image_raw/compressed",
        "sensor_msgs/msg/CompressedImage",
        (),
        "heard instead of image_raw where cameras.transport is compressed",
    ),
)
"""What nodes hear that none of them publishes."""


def topic(name: str) -> TopicSpec:
    """Return the row of a name."""
    return next(row for row in TOPICS if row.name == name)


def topics_page() -> str:
    """Return the table for people, in Markdown."""
    lines = ["| Topic | Type | By | What | QoS |", "|---|---|---|---|---|"]
    for row in TOPICS:
        qos = "latched" if row.latched else "reliable" if row.reliable else "best effort"
        package, _, name = row.type.split("/")
        nodes = ", ".join(node.removeprefix("astra_") for node in row.nodes)
        lines.append(
            f"| `{row.name}` | {package}/{name} | {nodes} | {row.about} | {qos}, {row.depth} |"
        )
    return "\n".join(lines) + "\n"
