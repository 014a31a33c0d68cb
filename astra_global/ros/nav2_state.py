"""What Nav2's clients ask before they drive: whether everybody is active, and where the robot is.

``nav2_simple_commander`` waits for the states of ``amcl`` and ``bt_navigator`` and for a pose from
``amcl_pose`` (``waitUntilNav2Active``). Astra is both, so it answers for both.
"""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import PoseWithCovarianceStamped
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rclpy.node import Node

from astra_core.ros.qos import latched

__all__ = ["Nav2State"]

_NODES = ("amcl", "bt_navigator")


class Nav2State:
    """Answers in the name of Nav2's nodes."""

    def __init__(self, node: Node, is_ready: Callable[[], bool]) -> None:
        """Offer the services and the pose.

        Args:
            node: The node.
            is_ready: Returns whether goals can be taken.
        """
        self._is_ready = is_ready
        self._services = [
            node.create_service(GetState, f"{name}/get_state", self._answer) for name in _NODES
        ]
        self._pose = node.create_publisher(PoseWithCovarianceStamped, "amcl_pose", latched())
        self._sent_ns: int | None = None
        self._node = node

    def send(self, pose: PoseWithCovarianceStamped, fix_ns: int | None) -> None:
        """Publish the pose, once for every fix as AMCL does.

        Args:
            pose: The pose on the map.
            fix_ns: Stamp of the newest fix.
        """
        if fix_ns is not None and fix_ns != self._sent_ns:
            self._sent_ns = fix_ns
            self._pose.publish(pose)

    def close(self) -> None:
        """Withdraw them."""
        for service in self._services:
            self._node.destroy_service(service)
        self._node.destroy_publisher(self._pose)

    def _answer(self, _request: GetState.Request, response: GetState.Response) -> GetState.Response:
        ready = self._is_ready()
        number = State.PRIMARY_STATE_ACTIVE if ready else State.PRIMARY_STATE_INACTIVE
        response.current_state = State(id=number, label="active" if ready else "inactive")
        return response
