"""What topics are called on this robot and how they are offered, for sentences that people read."""

from __future__ import annotations

from rclpy.expand_topic_name import expand_topic_name
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy

__all__ = ["other_name", "whence"]


def other_name(node: Node, topic: str) -> str:
    """Return `` (/its/name)`` of a topic that a remap gave another name; else nothing."""
    resolved = node.resolve_topic_name(topic)
    usual = expand_topic_name(topic, node.get_name(), node.get_namespace())
    return "" if resolved == usual else f" ({resolved})"


def whence(node: Node, topic: str, reliable: bool, parameter: str) -> str:
    """Return what to say behind a topic from which nothing comes.

    Args:
        node: Who listens.
        topic: The topic.
        reliable: Whether it is asked for every message: best effort publishers are not heard then.
        parameter: Which parameter says so.
    """
    told = other_name(node, topic)
    if not reliable:
        return told
    offers = node.get_publishers_info_by_topic(node.resolve_topic_name(topic))
    lossy = [offer.qos_profile.reliability == ReliabilityPolicy.BEST_EFFORT for offer in offers]
    if not lossy or not all(lossy):
        return told
    return f"{told} (offered best effort, asked for reliable: set {parameter} to false)"
