"""Plays Astra-Global for the others: a sub-goal a metre ahead, every tenth of a second."""

import sys

from rclpy.node import Node

from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.main import run_node
from astra_core.ros.poses import pose_to_msg
from astra_core.ros.qos import event
from astra_msgs.msg import LocalOdometry, SubGoal

TICKS = 5


class GoalGiver(Node):
    def __init__(self):
        super().__init__("astra_global")
        self._health = HealthReporter(self, Health)
        self._goals = self.create_publisher(SubGoal, "global/sub_goal", event())
        self.create_subscription(LocalOdometry, "local/odometry", self._on_odometry, event(50))
        self._count = 0

    def _on_odometry(self, message):
        if self._count % TICKS == 0:
            ahead = pose_to_msg((message.pose.pose.position.x + 1.0, 0.0, 0.0))
            goal = SubGoal(mode=SubGoal.MODE_GO, pose=ahead, max_speed=0.6, sequence=1)
            goal.header = message.header
            self._goals.publish(goal)
        self._count += 1


if __name__ == "__main__":
    sys.exit(run_node(GoalGiver))
