"""Who waits for a goal is answered: when a peer of Astra-Global is lost, and when it is stopped."""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import slow_global_node
from rclpy.action import ActionClient
from standing_robot import StandingRobot

from astra_core.errors import GuardRefuses, GuardSilent, LocalLost
from astra_core.ros.qos import event
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.peers import Peers
from astra_msgs.action import Navigate
from astra_msgs.msg import GlobalPose, GoalSpec, Heartbeat

MS = 1_000_000


class Stage:
    """Peers without ROS: heartbeats and time come from the test, failures are kept."""

    def __init__(self, monkeypatch):
        self.now_ms, self.failures = 10_000, []
        monkeypatch.setattr("astra_global.ros.peers.time.monotonic", lambda: 1e-3 * self.now_ms)
        lane = SimpleNamespace(
            subscribe_numbered=lambda kind, topic, callback, qos: setattr(self, "tell", callback)
        )
        self.peers = Peers(lane, GlobalNodeConfig(), lambda: self.now_ms * MS, self.failures.append)

    def beat(self, node, number, state=Heartbeat.STATE_OK, reason=""):
        self.tell(Heartbeat(node=node, state=state, reason=reason), number)

    def wait(self, ms):
        self.now_ms += ms
        self.peers.check()

    @property
    def codes(self):
        return {failure.code for failure in self.failures}


@pytest.fixture
def stage(monkeypatch):
    return Stage(monkeypatch)


@pytest.mark.parametrize(
    ("name", "loss"), [("astra_guard", GuardSilent), ("astra_local", LocalLost)]
)
def test_a_peer_that_falls_silent_ends_the_mission_with_its_code(name, loss, stage):
    stage.beat(name, 1)
    stage.wait(500)
    assert not stage.failures and stage.peers.problem() == ""
    stage.wait(1)
    assert stage.codes == {loss.code}
    assert str(stage.failures[0]) == f"{name} has been silent for 0.5 s: it died or hangs"
    assert stage.peers.problem() == f"{name} silent for 0.5 s"


def test_a_peer_that_was_restarted_ends_the_mission_and_is_a_peer_again(stage):
    stage.beat("astra_guard", 70)
    stage.now_ms += 2000
    stage.beat("astra_guard", 1)
    assert [str(failure) for failure in stage.failures] == ["astra_guard was restarted"]
    stage.wait(400)
    assert stage.peers.problem() == ""


def test_a_guard_that_refuses_is_waited_for_before_the_mission_ends(stage):
    for number in range(11):  # one second
        stage.beat("astra_guard", number, Heartbeat.STATE_ERROR, "/teleop publishes cmd_vel")
        stage.wait(100)
    assert stage.codes == {GuardRefuses.code}
    assert str(stage.failures[0]) == "the guard refuses to drive: /teleop publishes cmd_vel"


def test_a_guard_that_refuses_for_a_moment_is_forgiven(stage):
    for number in range(40):
        state = Heartbeat.STATE_ERROR if number % 8 else Heartbeat.STATE_OK
        stage.beat("astra_guard", number, state, "a moment" if number % 8 else "")
        stage.wait(100)
    assert not stage.failures


def test_without_a_guard_nobody_misses_it(stage):
    stage.wait(60_000)
    assert not stage.failures and stage.peers.problem() == ""


class Guard:
    """Says ten times a second that it lives."""

    def __init__(self, node):
        publisher = node.create_publisher(Heartbeat, "heartbeat", event())
        self._stop = threading.Event()

        def run():
            while not self._stop.wait(0.1):
                publisher.publish(Heartbeat(node="astra_guard"))

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def die(self):
        self._stop.set()
        self._thread.join()


@pytest.mark.parametrize(
    ("stopped", "code"),
    [(True, Navigate.Result.CANCELLED), (False, Navigate.Result.GUARD_SILENT)],
)
def test_who_waits_is_answered_at_ctrl_c_and_when_the_guard_is_lost(
    stopped, code, processes, node, until, in_executor
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
    poses = []
    node.create_subscription(GlobalPose, "global/pose", poses.append, event())
    robot, guard = StandingRobot(node), Guard(node)
    client = ActionClient(node, Navigate, "navigate")
    try:
        until(lambda: bool(poses), "astra_global", 60.0, runner)
        until(client.server_is_ready, "the action")
        goal = Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_TEXT, text="television"))
        accepted = in_executor(client.send_goal_async, goal)
        until(accepted.done, "the goal to be accepted")
        result = in_executor(accepted.result().get_result_async)
        time.sleep(0.5)
        assert not result.done()
        if stopped:
            os.kill(runner.process_ids["astra_global"], signal.SIGINT)
        else:
            guard.die()
        until(result.done, "the result", 10.0)
        assert result.result().result.error_code == code
        assert result.result().result.error_msg
    finally:
        guard.die()
        robot.stop()
        client.destroy()
