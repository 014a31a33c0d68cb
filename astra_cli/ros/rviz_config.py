"""Makes ``config/astra.rviz`` and ``config/astra_odom.rviz`` from the topic table.

The same displays twice: with the map as fixed frame, and with ``odom``, which works before the
robot knows where it is. Both hold two saved views, from above and behind the robot.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from astra_cli.topic_table import CAMERA, TopicSpec, topic

__all__ = ["rviz_config"]

_POSE_TOOLS = {"initialpose": "SetInitialPose", "goal_pose": "SetGoal"}
_ROUTE, _PLAN = "25; 255; 0", "255; 85; 0"


def rviz_config(fixed_frame: str, cameras: Iterable[str]) -> str:
    """Return the text of a configuration.

    Args:
        fixed_frame: ``map`` or ``odom``.
        cameras: Names of the cameras.
    """
    names = tuple(cameras)
    tree = {
        "Panels": [
            {"Class": "rviz_common/Displays", "Name": "Displays", "Splitter Ratio": 0.5},
            {"Class": "rviz_common/Views", "Name": "Views"},
            {"Class": "rviz_common/Time", "Name": "Time"},
            {"Class": "rviz_common/Tool Properties", "Name": "Tool Properties"},
        ],
        "Visualization Manager": {
            "Class": "",
            "Displays": [
                _grid(fixed_frame),
                _group("Map", _map_displays()),
                _group("Robot", _robot_displays()),
                _group("Around the robot", _local_displays()),
                _group("Cameras", [_image(name) for name in names]),
            ],
            "Enabled": True,
            "Global Options": {
                "Background Color": "48; 48; 48",
                "Fixed Frame": fixed_frame,
                "Frame Rate": 30,
            },
            "Name": "root",
            "Tools": _tools(),
            "Transformation": {"Current": {"Class": "rviz_default_plugins/TF"}},
            "Value": True,
            "Views": _views(fixed_frame),
        },
        "Window Geometry": {"Height": 1000, "Width": 1600, "Displays": {"collapsed": False}},
    }
    head = (
        "# Made by astra_cli/ros/parameter_files.py from the topic table. rviz2 -d this_file\n"
        f"# Fixed frame: {fixed_frame}.\n"
    )
    return head + yaml.safe_dump(tree, sort_keys=False, width=100)


def _map_displays() -> list[dict[str, Any]]:
    return [
        _display("Map", "map", Alpha=0.7, **{"Color Scheme": "map", "Draw Behind": True}),
        _display("Graph and landmarks", "global/markers"),
        _display("Not localized", "global/status_markers"),
        _display("Route", "global/path", Color=_ROUTE, **_line(0.05)),
    ]


def _robot_displays() -> list[dict[str, Any]]:
    model = _display("Robot", "robot_description")
    model |= {"Description Source": "Topic", "Description Topic": model.pop("Topic")}
    return [
        model,
        {
            "Class": "rviz_default_plugins/TF",
            "Name": "Frames",
            "Enabled": False,
            "Marker Scale": 0.5,
            "Show Names": True,
        },
        _display(
            "Pose on the map",
            "global/pose_with_covariance",
            Shape="Arrow",
            Color="255; 25; 0",
            Covariance={
                "Value": True,
                "Position": {"Value": True, "Color": "204; 51; 204", "Alpha": 0.4, "Scale": 1},
                "Orientation": {"Value": True, "Color": "255; 255; 127", "Alpha": 0.4},
            },
        ),
        _display(
            "Odometry",
            "local/odom",
            enabled=False,
            Keep=100,
            Shape={"Value": "Arrow", "Shaft Length": 0.2, "Color": "85; 170; 255"},
        ),
    ]


def _local_displays() -> list[dict[str, Any]]:
    return [
        _display("Plan", "local/path", Color=_PLAN, **_line(0.04)),
        _display("Occupancy", "local/occupancy", Alpha=0.5, **{"Color Scheme": "costmap"}),
        _display("Distance (ESDF)", "local/esdf", False, Alpha=0.5, **{"Color Scheme": "map"}),
        _display(
            "Distance in metres",
            "local/esdf_points",
            False,
            Style="Flat Squares",
            **{
                "Channel Name": "distance",
                "Color Transformer": "Intensity",
                "Size (m)": 0.05,
                "Use rainbow": True,
            },
        ),
    ]


def _image(camera: str) -> dict[str, Any]:
    row = topic(f"camera/{CAMERA}/image_raw")
    shown = _display(f"Camera {camera}", row.name)
    shown["Topic"]["Value"] = row.name.replace(CAMERA, camera)
    # Pictures may be lost; asking for every one would slow the cameras down.
    shown["Topic"]["Reliability Policy"] = "Best Effort"
    return shown


_CLASSES = {
    "geometry_msgs/msg/PoseWithCovarianceStamped": "PoseWithCovariance",
    "nav_msgs/msg/OccupancyGrid": "Map",
    "nav_msgs/msg/Odometry": "Odometry",
    "nav_msgs/msg/Path": "Path",
    "sensor_msgs/msg/Image": "Image",
    "sensor_msgs/msg/PointCloud2": "PointCloud2",
    "std_msgs/msg/String": "RobotModel",
    "visualization_msgs/msg/MarkerArray": "MarkerArray",
}


def _display(name: str, topic_name: str, enabled: bool = True, **settings: Any) -> dict[str, Any]:
    row = topic(topic_name)
    return {
        "Class": f"rviz_default_plugins/{_CLASSES[row.type]}",
        "Name": name,
        "Enabled": enabled,
        "Value": enabled,
        "Topic": _topic(row),
        **settings,
    }


def _topic(row: TopicSpec) -> dict[str, Any]:
    return {
        "Value": row.name,  # relative: rviz2 started in a robot's namespace shows that robot
        "Depth": min(row.depth, 10),
        "Durability Policy": "Transient Local" if row.latched else "Volatile",
        "History Policy": "Keep Last",
        "Reliability Policy": "Reliable" if row.reliable else "Best Effort",
    }


def _grid(frame: str) -> dict[str, Any]:
    return {
        "Class": "rviz_default_plugins/Grid",
        "Name": "Grid",
        "Enabled": True,
        "Cell Size": 1,
        "Plane Cell Count": 40,
        "Alpha": 0.3,
        "Reference Frame": frame,
    }


def _group(name: str, displays: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Class": "rviz_common/Group", "Name": name, "Enabled": True, "Displays": displays}


def _line(width_m: float) -> dict[str, Any]:
    return {"Line Style": "Billboards", "Line Width": width_m}


def _tools() -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = [
        {"Class": "rviz_default_plugins/MoveCamera"},
        {"Class": "rviz_default_plugins/Select"},
        {"Class": "rviz_default_plugins/Measure"},
    ]
    for name, tool in _POSE_TOOLS.items():
        tools.append({"Class": f"rviz_default_plugins/{tool}", "Topic": {"Value": name}})
    return tools


def _views(frame: str) -> dict[str, Any]:
    above = {
        "Class": "rviz_default_plugins/TopDownOrtho",
        "Name": "From above",
        "Target Frame": frame,
        "Scale": 60,
        "Angle": 0,
        "X": 0,
        "Y": 0,
    }
    behind = {
        "Class": "rviz_default_plugins/ThirdPersonFollower",
        "Name": "Behind the robot",
        "Target Frame": "base_link",
        "Distance": 4,
        "Pitch": 0.6,
        "Yaw": 3.14,
    }
    return {"Current": above, "Saved": [dict(above), behind]}
