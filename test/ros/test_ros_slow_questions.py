"""A resolver and a localizer that take 8 s, over real DDS: odometry, map->odom, cancel go on."""

import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import slow_global_node
from action_msgs.srv import CancelGoal
from rclpy.action import ActionClient
from standing_robot import StandingRobot
from tf2_msgs.msg import TFMessage

from astra_core.ros.qos import event, scored
from astra_core.ros.stamps import from_stamp
from astra_msgs.action import Navigate
from astra_msgs.msg import GlobalPose, GoalSpec

WATCHED_S = 3.0


class Ear:
    """Hears when map->odom came, and how old the odometry behind a pose on the map was."""

    def __init__(self, node):
        self.tf_s, self.pose_age_s, self.localized = [], [], False
        node.create_subscription(TFMessage, "/tf", self._on_tf, event(100))
        node.create_subscription(GlobalPose, "global/pose", self._on_pose, scored())

    def _on_tf(self, message):
        if any(item.child_frame_id == "odom" for item in message.transforms):
            self.tf_s.append(time.monotonic())

    def _on_pose(self, message):
        self.localized = message.status == GlobalPose.STATUS_LOCALIZED
        self.pose_age_s.append(1e-9 * (time.time_ns() - from_stamp(message.header.stamp)))


def test_nothing_waits_for_a_slow_resolver_and_a_slow_localizer(
    processes, node, until, in_executor
):
    names = ("-p", "map_folder:=toy", "-p", "cameras.names:=['front']")
    script = str(Path(slow_global_node.__file__))
    runner = processes(
        ("astra_global", (sys.executable, script, "--ros-args", *names)),
        (
            "astra_lifecycle",
            (sys.executable, "-m", "astra_core.ros.lifecycle_node", "--ros-args",
             "-p", "nodes:=['astra_global']"),
        ),
    )  # fmt: skip
    runner.wait_active(timeout_s=90.0)
    ear, robot = Ear(node), StandingRobot(node)
    try:
        until(lambda: ear.localized, "the first fix", 60.0, runner)
        client = ActionClient(node, Navigate, "navigate")
        until(client.server_is_ready, "the action")
        goal = Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_TEXT, text="television"))
        accepted = in_executor(client.send_goal_async, goal)
        until(accepted.done, "the goal to be accepted")
        log = runner.log_file("astra_global")
        until(
            lambda: (
                "slow question begins" in log.read_text() and "slow look begins" in log.read_text()
            ),
            "question and look",
            30.0,
            runner,
        )
        ear.tf_s, ear.pose_age_s = [], []
        time.sleep(WATCHED_S)
        tf_s, ages_s = list(ear.tf_s), list(ear.pose_age_s)
        # 20 Hz and 10 Hz; a loaded machine may be late, but never by a question.
        assert len(tf_s) >= 0.7 * 20 * WATCHED_S and max(np.diff(tf_s)) < 0.5
        assert len(ages_s) >= 0.7 * 10 * WATCHED_S and max(ages_s) < 0.5
        handle = accepted.result()
        result = in_executor(handle.get_result_async)
        began_s = time.monotonic()
        cancelled = in_executor(handle.cancel_goal_async)
        until(result.done, "the result of the cancelled goal", 5.0)
        assert time.monotonic() - began_s < 0.5
        assert cancelled.result().return_code == CancelGoal.Response.ERROR_NONE
        assert result.result().result.error_code == Navigate.Result.CANCELLED
        # All of it happened while both were still at it.
        assert time.monotonic() - tf_s[0] < slow_global_node.SLOW_S - 1.0
    finally:
        robot.stop()
