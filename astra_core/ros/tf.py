"""Transforms by plain ``tf2_msgs/TFMessage``, for ROS installations without ``tf2_ros``."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from geometry_msgs.msg import TransformStamped
from numpy.typing import NDArray
from rclpy.node import Node
from tf2_msgs.msg import TFMessage

from astra_core import se3
from astra_core.ros.checks import MessageError
from astra_core.ros.poses import rigid_from_msg
from astra_core.ros.qos import event, latched

__all__ = ["StaticTree", "TransformBroadcaster"]


class TransformBroadcaster:
    """Publishes transforms on ``/tf`` or, once and for late joiners too, on ``/tf_static``."""

    def __init__(self, node: Node, *, static: bool = False) -> None:
        """Create the publisher on a node."""
        topic, qos = ("/tf_static", latched()) if static else ("/tf", event(100))
        self._publisher = node.create_publisher(TFMessage, topic, qos)

    def send(self, transforms: Iterable[TransformStamped]) -> None:
        """Publish transforms in one message."""
        self._publisher.publish(TFMessage(transforms=list(transforms)))


class StaticTree:
    """Remembers ``/tf_static`` and chains its transforms."""

    def __init__(self) -> None:
        """Start empty."""
        self._parents: dict[str, tuple[str, NDArray[np.float64]]] = {}

    def update(self, message: TFMessage) -> None:
        """Take in a message; a newer transform of a frame replaces the older one.

        Raises:
            MessageError: A transform cannot be used; the others of the message are taken.
        """
        problem = None
        for item in message.transforms:
            child = item.child_frame_id.lstrip("/")
            parent = item.header.frame_id.lstrip("/")
            try:
                self._parents[child] = (parent, rigid_from_msg(item.transform))
            except MessageError as error:
                problem = MessageError(f"{parent} to {child}: {error}")
        if problem is not None:
            raise problem

    def lookup(self, target: str, source: str) -> NDArray[np.float64] | None:
        """Return ``T_target_source`` ``(4, 4)``, or ``None`` while the chain is not known."""
        above_target, above_source = self._ancestors(target), self._ancestors(source)
        for frame, t_frame_source in above_source.items():
            if frame in above_target:
                return se3.inverse(above_target[frame]) @ t_frame_source
        return None

    def _ancestors(self, frame: str) -> dict[str, NDArray[np.float64]]:
        """Return ``T_ancestor_frame`` of the frame itself and all above it, nearest first."""
        frame = frame.lstrip("/")
        result = {frame: np.eye(4)}
        transform = np.eye(4)
        while frame in self._parents:
            frame, t_parent_child = self._parents[frame]
            if frame in result:  # a loop in somebody's tree
                break
            transform = t_parent_child @ transform
            result[frame] = transform
        return result
