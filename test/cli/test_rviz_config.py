"""Every display of the rviz2 configurations shows a topic of the stack as it is published."""

from pathlib import Path

import pytest
import yaml

from astra_cli.topic_table import CAMERA, TOPICS

CONFIG = Path(__file__).resolve().parents[2] / "config"
FILES = ("astra.rviz", "astra_odom.rviz")

#: What the displays of rviz2 subscribe to.
TYPES = {
    "rviz_default_plugins/Image": "sensor_msgs/msg/Image",
    "rviz_default_plugins/Map": "nav_msgs/msg/OccupancyGrid",
    "rviz_default_plugins/MarkerArray": "visualization_msgs/msg/MarkerArray",
    "rviz_default_plugins/Odometry": "nav_msgs/msg/Odometry",
    "rviz_default_plugins/Path": "nav_msgs/msg/Path",
    "rviz_default_plugins/PointCloud2": "sensor_msgs/msg/PointCloud2",
    "rviz_default_plugins/PoseWithCovariance": "geometry_msgs/msg/PoseWithCovarianceStamped",
    "rviz_default_plugins/RobotModel": "std_msgs/msg/String",
}
WITHOUT_TOPIC = {"rviz_default_plugins/Grid", "rviz_default_plugins/TF"}


def manager(name):
    return yaml.safe_load((CONFIG / name).read_text())["Visualization Manager"]


def displays(name):
    found, waiting = [], list(manager(name)["Displays"])
    while waiting:
        item = waiting.pop(0)
        if item["Class"] == "rviz_common/Group":
            waiting += item["Displays"]
        else:
            found.append(item)
    return found


def row_of(topic):
    parts = topic.split("/")
    if parts[0] == "camera":
        topic = "/".join([parts[0], CAMERA, *parts[2:]])
    [row] = [row for row in TOPICS if row.name == topic]
    return row


@pytest.mark.parametrize("name", FILES)
def test_topic_type_and_quality_of_every_display(name):
    shown = [item for item in displays(name) if item["Class"] not in WITHOUT_TOPIC]
    assert len(shown) >= 14
    for item in shown:
        topic = item.get("Topic") or item["Description Topic"]
        row = row_of(topic["Value"])
        assert TYPES[item["Class"]] == row.type, item["Name"]
        # A reader must not ask for more than the publisher promises.
        if topic["Durability Policy"] == "Transient Local":
            assert row.latched, item["Name"]
        if topic["Reliability Policy"] == "Reliable":
            assert row.reliable, item["Name"]
        # What is sent once must be asked for as such, or a late rviz2 never sees it.
        if row.latched:
            assert topic["Durability Policy"] == "Transient Local", item["Name"]


def test_what_a_person_looks_for_is_there():
    topics = {
        (item.get("Topic") or item.get("Description Topic", {})).get("Value")
        for item in displays("astra.rviz")
    }
    assert {
        "map",
        "robot_description",
        "global/markers",
        "global/status_markers",
        "global/path",
        "global/pose_with_covariance",
        "local/path",
        "local/occupancy",
        "local/esdf",
        "camera/front/image_raw",
        "camera/rear/image_raw",
    } <= topics


@pytest.mark.parametrize(("name", "frame"), [("astra.rviz", "map"), ("astra_odom.rviz", "odom")])
def test_fixed_frames_and_tools(name, frame):
    scene = manager(name)
    assert scene["Global Options"]["Fixed Frame"] == frame
    tools = {tool["Class"]: tool.get("Topic", {}).get("Value") for tool in scene["Tools"]}
    assert tools["rviz_default_plugins/SetInitialPose"] == "initialpose"
    assert tools["rviz_default_plugins/SetGoal"] == "goal_pose"
