"""A bag carries the quality of service that each publisher offered."""

import sys

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")
pytest.importorskip("rosbags")

import yaml
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Image
from tf2_msgs.msg import TFMessage

from astra_core.ros.qos import event, latched, sensor_input

OFFERS = {
    "/tf_static": (TFMessage, latched(), "reliable", "transient_local"),
    "/wheel_odometry": (Odometry, event(50), "reliable", "volatile"),
    "/camera/front/image_raw": (Image, sensor_input(), "best_effort", "volatile"),
}


def test_each_topic_is_recorded_as_it_was_offered(processes, node, until, tmp_path):
    publishers = {
        topic: node.create_publisher(kind, topic, qos)
        for topic, (kind, qos, _, _) in OFFERS.items()
    }
    folder = tmp_path / "bag"
    runner = processes(
        ("recorder", (sys.executable, "-m", "astra_core.ros.recorder_node", str(folder)))
    )
    until(
        lambda: all(publisher.get_subscription_count() for publisher in publishers.values()),
        "the recorder",
        40.0,
        runner,
    )
    runner.stop()
    head = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    topics = [entry["topic_metadata"] for entry in head["topics_with_message_count"]]
    carried = {entry["name"].removesuffix("/compressed"): entry for entry in topics}
    for topic, (_, _, reliability, durability) in OFFERS.items():
        (profile,) = carried[topic]["offered_qos_profiles"]
        assert profile["reliability"] == reliability, topic
        assert profile["durability"] == durability, topic
        assert profile["depth"] > 0, topic
