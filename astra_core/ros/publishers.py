"""Who publishes a topic, by the graph of ROS."""

from __future__ import annotations

import os

from rclpy.node import Node

from astra_core.ros.publisher_process import DeadProcesses, is_of_process

__all__ = ["full_name", "other_publishers", "publishers_of"]


def full_name(node: Node, name: str) -> str:
    """Return the full name of a node of the same robot: that of its namespace."""
    return f"{node.get_namespace().rstrip('/')}/{name}"


def publishers_of(node: Node, topic: str) -> list[str]:
    """Return the full names of the nodes that publish a topic, once per publisher.

    A process that was killed stays in the graph until the middleware misses it (20 s with the
    defaults of Fast DDS).

    Args:
        node: Who asks.
        topic: As given to ``create_publisher``.
    """
    return [name for name, _ in _publishers(node, topic)]


def other_publishers(node: Node, topic: str, dead: DeadProcesses) -> list[str]:
    """Return who else publishes a topic of which a node has one publisher.

    Args:
        node: Who asks.
        topic: As given to ``create_publisher``.
        dead: Knows whose process was killed on this computer: they are left out.
    """
    known, own = _publishers(node, topic), node.get_fully_qualified_name()
    mine = [gid for name, gid in known if name == own]
    # One of the same name may be of the process that this one has replaced.
    mine.sort(key=lambda gid: not is_of_process(gid, os.getpid()))
    if not mine:
        return [name for name, _ in known]
    return [name for name, gid in known if gid != mine[0] and not dead.owns(gid, own_gid=mine[0])]


def _publishers(node: Node, topic: str) -> list[tuple[str, bytes]]:
    """Return full name of the node and id of the endpoint, for each publisher of a topic."""
    infos = node.get_publishers_info_by_topic(node.resolve_topic_name(topic))
    return [
        (f"{info.node_namespace.rstrip('/')}/{info.node_name}", bytes(info.endpoint_gid))
        for info in infos
    ]
