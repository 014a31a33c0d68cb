"""What topics are called on this robot, for sentences that people read."""

from __future__ import annotations

from rclpy.expand_topic_name import expand_topic_name
from rclpy.node import Node

__all__ = ["other_name"]


def other_name(node: Node, topic: str) -> str:
    """Return `` (/its/name)`` of a topic that a remap gave another name; else nothing."""
    resolved = node.resolve_topic_name(topic)
    usual = expand_topic_name(topic, node.get_name(), node.get_namespace())
    return "" if resolved == usual else f" ({resolved})"
