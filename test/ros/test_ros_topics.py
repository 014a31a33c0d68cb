"""The topic table says what the running nodes publish: no more, no less, with what promise."""

import contextlib
import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from rclpy.qos import DurabilityPolicy, ReliabilityPolicy

from astra_cli.node_table import NODES, commands
from astra_cli.topic_table import CAMERA, TOPICS

NODE_NAMES = {spec.name for spec in NODES}
#: Of every node or of ROS itself.
COMMON = ("/rosout", "/parameter_events")
INTERNAL = ("/transition_event", "/_action/", "tick_ack")


def expected():
    rows = {}
    for row in TOPICS:
        for name in fake_robot.NAMES if CAMERA in row.name else ("",):
            topic = "/" + row.name.replace(CAMERA, name).lstrip("/")
            rows[topic] = row
    # Only where they are asked for.
    return rows


def published(node):
    found = {}
    for topic, types in node.get_topic_names_and_types():
        if topic in COMMON or any(part in topic for part in INTERNAL):
            continue
        infos = [
            info
            for info in node.get_publishers_info_by_topic(topic)
            if info.node_name in NODE_NAMES
        ]
        if infos:
            found[topic] = (types, infos)
    return found


def test_the_table_is_what_the_nodes_publish(processes, node, until):
    fake = (sys.executable, str(Path(fake_robot.__file__)), "--ros-args")
    argv = {item.name: item.argv for item in commands({"sim": True, "viewer": True})}
    argv["astra_sim"] = (*fake, *argv["astra_sim"][argv["astra_sim"].index("-r") :])
    runner = processes(*argv.items())
    rows = expected()

    def publishers():
        return {
            topic: {i.node_name for i in infos} for topic, (_, infos) in published(node).items()
        }

    # A node with some of its topics discovered may still have others on their way.
    wanted = {topic: set(row.nodes) for topic, row in rows.items()}
    with contextlib.suppress(AssertionError):  # The comparison below says what is missing.
        until(lambda: publishers() == wanted, "all topics of all nodes", 90.0, runner)
    assert publishers() == wanted
    found = published(node)
    for topic, (types, infos) in found.items():
        row = rows[topic]
        assert types == [row.type], topic
        for info in infos:
            qos = info.qos_profile
            assert (qos.durability == DurabilityPolicy.TRANSIENT_LOCAL) == row.latched, topic
            assert (qos.reliability == ReliabilityPolicy.RELIABLE) == row.reliable, topic
