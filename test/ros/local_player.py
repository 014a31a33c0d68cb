"""Plays Astra-Local for the guard."""

from __future__ import annotations

import math
import threading

import rclpy
from geometry_msgs.msg import TwistStamped

from astra_core.robot import RobotConfig
from astra_core.ros.qos import event
from astra_core.ros.stamps import to_stamp
from astra_msgs.msg import Heartbeat, NearestObstacle

SPEED = 0.3


class Stack:
    """Plays Astra-Local at 50 Hz: commands, obstacle summary, heartbeats; as a node of any name."""

    def __init__(self, node, now_ns=None, name="astra_local"):
        self.now_ns = now_ns or (lambda: node.get_clock().now().nanoseconds)
        node = self._node = rclpy.create_node(name, context=node.context)
        self._command = node.create_publisher(TwistStamped, "cmd_vel_raw", event(1))
        self._nearest = node.create_publisher(NearestObstacle, "local/nearest_obstacle", event(1))
        self._heartbeat = node.create_publisher(Heartbeat, "heartbeat", event())
        self.sends = {"command", "nearest", "heartbeat"}
        self.ahead_m = 5.0
        self.state, self.robot = Heartbeat.STATE_OK, RobotConfig().sha256
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self):
        self._stop.set()
        self._thread.join()
        self._node.destroy_node()

    def _run(self):
        while not self._stop.wait(0.02):
            stamp = to_stamp(self.now_ns())
            if "heartbeat" in self.sends:
                message = Heartbeat(
                    stamp=stamp, node="astra_local", state=self.state, robot=self.robot
                )
                self._heartbeat.publish(message)
            if "nearest" in self.sends:
                message = NearestObstacle(
                    valid=True,
                    distance=self.ahead_m,
                    resolution=0.05,
                    sector_angle=2 * math.pi / 72,
                    sector_distance=[self.ahead_m] + [5.0] * 71,
                )
                message.header.stamp = stamp
                self._nearest.publish(message)
            if "command" in self.sends:
                message = TwistStamped()
                message.header.stamp = stamp
                message.twist.linear.x = SPEED
                self._command.publish(message)
