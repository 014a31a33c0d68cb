"""Topic table and policies say what the running nodes do: no more, no less, with what promise."""

import contextlib
import sys
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
import security_policy
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


def used(node, name):
    """Return what a running node does, in the words of the policies."""
    calls = {
        ("topics", "publish"): node.get_publisher_names_and_types_by_node,
        ("topics", "subscribe"): node.get_subscriber_names_and_types_by_node,
        ("services", "reply"): node.get_service_names_and_types_by_node,
        ("services", "request"): node.get_client_names_and_types_by_node,
    }
    return {
        (kind, right, security_policy.of_any_camera(found))
        for (kind, right), call in calls.items()
        for found, _ in call(name, "/")
    }


def allowed(name):
    """Return what its enclave allows a node, without what only some robots need."""
    rules = security_policy.rules()[f"/astra/{name}"]
    return {rule for rule in rules if rule[2] not in security_policy.OPTIONAL[name]}


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
    for name in sorted(NODE_NAMES):
        with contextlib.suppress(AssertionError):
            until(lambda name=name: used(node, name) == allowed(name), name, 20.0, runner)
        assert used(node, name) == allowed(name), name
