"""Drives a simulated robot by the keys of a terminal, where no teleop package is installed."""

from __future__ import annotations

import select
import sys
import termios
import tty
from collections.abc import Callable, Sequence

import rclpy
from geometry_msgs.msg import Twist
from rclpy.signals import SignalHandlerOptions

__all__ = ["KEYS", "drive_by_keys"]

KEYS = {
    "w": (0.4, 0.0),
    "s": (-0.15, 0.0),
    "a": (0.0, 0.8),
    "d": (0.0, -0.8),
    "q": (0.3, 0.6),
    "e": (0.3, -0.6),
    " ": (0.0, 0.0),
}
"""Key to (m/s, rad/s). The last key holds until the next one."""

# The simulator stops a robot that hears no command for 0.15 s.
_PERIOD_S = 0.05


def drive_by_keys(domain_id: int, checks: Sequence[Callable[[], object]]) -> None:
    """Publish ``cmd_vel`` from key presses until x or Ctrl-C; the robot is stopped at the end.

    Args:
        domain_id: ROS domain of the simulator.
        checks: Called often; one raises when the simulator died or somebody pressed Ctrl-C.
    """
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=domain_id, signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node("astra_keyboard", context=context)
    publisher = node.create_publisher(Twist, "cmd_vel", 10)
    print("w ahead, s back, a left, d right, q/e curves, space stop, x end")
    before = termios.tcgetattr(sys.stdin)
    linear, angular = 0.0, 0.0
    try:
        tty.setcbreak(sys.stdin)
        while True:
            for check in checks:
                check()
            if select.select([sys.stdin], [], [], _PERIOD_S)[0]:
                key = sys.stdin.read(1).lower()
                if key == "x":
                    return
                linear, angular = KEYS.get(key, (linear, angular))
            publisher.publish(_twist(linear, angular))
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
        publisher.publish(_twist(0.0, 0.0))
        node.destroy_node()
        context.try_shutdown()


def _twist(linear: float, angular: float) -> Twist:
    message = Twist()
    message.linear.x, message.angular.z = linear, angular
    return message
