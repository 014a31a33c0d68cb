"""Who publishes a topic, by the graph of ROS."""

from __future__ import annotations

from rclpy.node import Node

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
    infos = node.get_publishers_info_by_topic(node.resolve_topic_name(topic))
    return [f"{info.node_namespace.rstrip('/')}/{info.node_name}" for info in infos]


def other_publishers(node: Node, topic: str) -> list[str]:
    """Return who else publishes a topic of which a node has one publisher."""
    names = publishers_of(node, topic)
    own = node.get_fully_qualified_name()
    if own in names:
        names.remove(own)
    return names
