"""Transforms by plain ``tf2_msgs/TFMessage``, for ROS installations without ``tf2_ros``."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import TransformStamped
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from astra_core.ros.qos import event, latched

__all__ = ["TransformBroadcaster"]


class TransformBroadcaster:
    """Publishes transforms on ``/tf`` or, once and for late joiners too, on ``/tf_static``."""

    def __init__(self, node: Node, *, static: bool = False) -> None:
        """Create the publisher on a node."""
        topic, qos = ("/tf_static", latched()) if static else ("/tf", event(100))
        self._publisher = node.create_publisher(TFMessage, topic, qos)

    def send(self, transforms: Iterable[TransformStamped]) -> None:
        """Publish transforms in one message."""
        self._publisher.publish(TFMessage(transforms=list(transforms)))
