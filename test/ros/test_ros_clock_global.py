"""Astra-Global on a computer whose clock is not the robot's."""

import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import slow_global_node
from rclpy.action import ActionClient
from standing_robot import StandingRobot

from astra_core.ros.qos import event, scored
from astra_core.ros.stamps import from_stamp
from astra_msgs.action import Navigate
from astra_msgs.msg import GlobalPose, GoalSpec, Heartbeat

S = 1_000_000_000


class Ear:
    def __init__(self, node, robot):
        self._robot = robot
        self.localized, self.reason, self.beat_age_s, self.pose_ns = False, "", 0.0, 0
        node.create_subscription(GlobalPose, "global/pose", self._on_pose, scored())
        node.create_subscription(Heartbeat, "heartbeat", self._on_heartbeat, event(50))

    def _on_pose(self, message):
        self.localized = message.status == GlobalPose.STATUS_LOCALIZED
        self.pose_ns = from_stamp(message.header.stamp)

    def _on_heartbeat(self, message):
        self.reason = message.reason
        robot_ns = time.time_ns() + self._robot.ahead_ns
        self.beat_age_s = 1e-9 * (robot_ns - from_stamp(message.stamp))


@pytest.fixture
def robot(node):
    robot = StandingRobot(node)
    yield robot
    robot.stop()


def test_the_offset_is_estimated_and_said_and_a_jump_back_begins_anew(
    processes, node, robot, until, in_executor, monkeypatch
):
    monkeypatch.setenv("SLOW_S", "0")
    robot.ahead_ns = S
    ear = Ear(node, robot)
    runner = processes(
        (
            "astra_global",
            (
                *(sys.executable, str(Path(slow_global_node.__file__)), "--ros-args"),
                *("-p", "map_folder:=toy", "-p", "cameras.names:=['front']"),
            ),
        ),
        (
            "astra_lifecycle",
            (
                *(sys.executable, "-m", "astra_core.ros.lifecycle_node"),
                *("--ros-args", "-p", "nodes:=['astra_global']"),
            ),
        ),
    )
    runner.wait_active(timeout_s=90.0)
    until(lambda: ear.localized, "a fix in the robot's time", 60.0, runner)
    until(lambda: "ahead of this computer's: allowed for" in ear.reason, "the offset", 20.0, runner)
    # Whoever judges its heartbeats on the robot finds them of now.
    until(lambda: abs(ear.beat_age_s) < 0.1, "a heartbeat of the robot's time", 20.0, runner)

    client = ActionClient(node, Navigate, "navigate")
    until(client.server_is_ready, "the action")
    goal = Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_TEXT, text="television"))
    sent = in_executor(client.send_goal_async, goal)
    until(sent.done, "the goal to be accepted")
    result = in_executor(sent.result().get_result_async)
    robot.ahead_ns = -30 * S
    until(result.done, "the end of the goal", 5.0, runner)
    answer = result.result().result
    assert answer.error_code == Navigate.Result.LOCAL_LOST
    assert "went back by 30" in answer.error_msg
    until(
        lambda: ear.localized and ear.pose_ns < time.time_ns() - 29 * S,
        "a fix in the new time",
        20.0,
        runner,
    )
    until(lambda: "behind this computer's: allowed for" in ear.reason, "the new offset", 20.0)
    assert "Traceback" not in runner.log_file("astra_global").read_text()
    client.destroy()
