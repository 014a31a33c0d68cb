"""Wheel odometry messages to samples; refuses those whose velocity means nothing."""

from __future__ import annotations

import math

from nav_msgs.msg import Odometry

from astra_core.observation import WheelSample
from astra_core.ros.checks import MessageError
from astra_local.ros.conversions import covariance_problem, wheels_from_msg

__all__ = ["WheelInput"]

# A pose that creeps by less may be rounding.
_MOVED_M = 0.02
_TURNED = 0.02  # of a quaternion's parts: 2.3 degrees
# Sideways, faster than a base on two wheels slips: a base that can move so is none of Astra's.
_SIDEWAYS_MPS = 0.1


class WheelInput:
    """Reads the twist, and looks at the pose only to see whether the twist is filled in at all.

    Attributes:
        problem: Why the newest message was refused; empty when it was not.
    """

    def __init__(self) -> None:
        """Start with nothing heard."""
        self._rested: tuple[float, ...] | None = None
        self.problem = ""

    def read(self, message: Odometry) -> WheelSample:
        """Return the sample of a message.

        Raises:
            MessageError: Its velocity cannot be used; ``problem`` says why.
        """
        self.problem = self._judge(message)
        if self.problem:
            raise MessageError(self.problem)
        return wheels_from_msg(message)

    def _judge(self, message: Odometry) -> str:
        if problem := covariance_problem(message.twist.covariance):
            return f"wheel_odometry: its twist.covariance {problem}"
        twist = message.twist.twist
        if abs(twist.linear.y) > _SIDEWAYS_MPS:
            return (
                f"wheel_odometry: the base moves sideways (linear.y {twist.linear.y:.2f} m/s); "
                "Astra drives and counts ahead and in turns only"
            )
        if twist.linear.x != 0.0 or twist.angular.z != 0.0:
            self._rested = None
            return ""
        position, turn = message.pose.pose.position, message.pose.pose.orientation
        pose = (position.x, position.y, turn.z, turn.w)
        if not all(math.isfinite(value) for value in pose):
            return ""
        if self._rested is None:
            self._rested = pose
        moved = math.dist(pose[:2], self._rested[:2]) > _MOVED_M
        if moved or math.dist(pose[2:], self._rested[2:]) > _TURNED:
            return "wheel_odometry: its pose moves, but its twist is never filled in"
        return ""
