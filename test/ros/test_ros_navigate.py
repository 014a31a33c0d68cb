"""The action ``navigate`` in front of a mission that the test conducts."""

import itertools

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from action_msgs.msg import GoalStatus, GoalStatusArray
from rclpy.action import ActionClient

from astra_core.errors import MissionCancelled, MissionPreempted, NotLocalized, SensorTimeout
from astra_core.records import GlobalPose, LocalizationStatus, SubGoal
from astra_core.ros.qos import event, latched
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.mission_desk import MissionDesk
from astra_global.ros.outputs import GlobalOutputs
from astra_global.types import MissionPhase, MissionResult, MissionStatus
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec
from astra_msgs.msg import SubGoal as SubGoalMsg


class FakePipeline:
    """As much of AstraGlobal as the desk uses."""

    def __init__(self):
        self.goals, self.result = [], None
        self.last_fix_ns, self.accepted_fixes, self.rejected_fixes = 5, 1, 0
        self.last_failure, self.doubt, self.route = "", "", None

    def start(self, goal, now_ns, timeout_s=0.0):
        if goal.text == "nonsense":
            raise NotLocalized("no idea where that is")
        replaced = None
        if self.goals and self.result is None:
            replaced = MissionResult(MissionPreempted.code, "a newer goal replaced it")
        self.goals.append((goal, now_ns, timeout_s))
        self.result = None
        return replaced

    def cancel(self, reason):
        self.result = MissionResult(MissionCancelled.code, reason)

    def step(self, now_ns):
        if not self.goals:
            return MissionStatus(MissionPhase.DONE)
        phase = MissionPhase.DRIVING if self.result is None else MissionPhase.DONE
        halt = self.result is not None
        sub_goal = SubGoal(now_ns, np.array([1.0, 0.0, 0.0]), halt=halt, sequence=len(self.goals))
        return MissionStatus(phase, sub_goal, "fridge", 2.5, 5.0, 1, self.result, "beside it")

    def global_pose(self, now_ns):
        pose = np.array([1.0, 2.0, 0.0])
        return GlobalPose(now_ns, LocalizationStatus.LOCALIZED, pose, np.eye(3) * 0.01)

    def map_to_odom(self):
        return np.zeros(3)


@pytest.fixture
def desk(node, until):
    config = GlobalNodeConfig()
    desk = MissionDesk(node, config, GlobalOutputs(node, config))
    desk.pipeline = FakePipeline()
    desk.open(True)
    clock = itertools.count(1)
    timer = node.create_timer(0.05, lambda: desk.step(next(clock) * 100_000_000))
    yield desk
    node.destroy_timer(timer)
    desk.close()


@pytest.fixture
def client(node, desk, until):
    client = ActionClient(node, Navigate, "navigate")
    until(client.server_is_ready, "the action")
    yield client
    client.destroy()


@pytest.fixture
def send(client, until, in_executor):
    def send(text, feedback=None):
        request = Navigate.Goal(goal=GoalSpec(text=text), timeout=30.0)
        future = in_executor(client.send_goal_async, request, feedback_callback=feedback)
        until(future.done, "acceptance")
        return future.result()

    return send


@pytest.fixture
def result_of(until, in_executor):
    def result_of(handle):
        future = in_executor(handle.get_result_async)
        until(future.done, "the result", 10.0)
        return future.result().status, future.result().result

    return result_of


def test_a_goal_runs_reports_and_succeeds(desk, send, result_of, node, until):
    sub_goals, feedback = [], []
    node.create_subscription(SubGoalMsg, "global/sub_goal", sub_goals.append, event())
    handle = send("I am thirsty", lambda message: feedback.append(message.feedback))
    assert handle.accepted
    until(lambda: feedback and sub_goals, "feedback")
    ((goal, _, timeout_s),) = desk.pipeline.goals
    assert (goal.text, timeout_s) == ("I am thirsty", 30.0)
    assert feedback[-1].phase == "driving" and feedback[-1].landmark_id == "fridge"
    assert feedback[-1].distance_remaining == 2.5 and feedback[-1].localized
    assert feedback[-1].message == "beside it"
    assert feedback[-1].current_pose.header.frame_id == "map"
    assert feedback[-1].current_pose.pose.position.y == 2.0
    for is_fallback in (False, False, False, True):
        desk.count_plan(is_fallback, 0.4)
    desk.pipeline.result = MissionResult(
        0, "", "fridge", np.array([3.0, 4.0, 0.0]), 7.5, 20.0, 0.5, 1
    )
    status, result = result_of(handle)
    assert status == GoalStatus.STATUS_SUCCEEDED
    assert (result.error_code, result.landmark_id, result.recoveries) == (0, "fridge", 1)
    assert (result.goal_pose.pose.position.x, result.path_length) == (3.0, 7.5)
    assert result.fallback_fraction == 0.25
    until(lambda: sub_goals[-1].mode == SubGoalMsg.MODE_HALT, "a halt")


def test_a_goal_is_executing_from_acceptance_to_its_end(desk, send, result_of, node, until):
    heard = []
    topic = "/navigate/_action/status"
    node.create_subscription(GoalStatusArray, topic, heard.append, latched(10))
    handle = send("I am thirsty")
    goal_id = bytes(handle.goal_id.uuid)

    def last_status():
        for message in reversed(heard):
            for item in message.status_list:
                if bytes(item.goal_info.goal_id.uuid) == goal_id:
                    return item.status
        return None

    until(lambda: last_status() == GoalStatus.STATUS_EXECUTING, "EXECUTING", 10.0)
    assert desk.running
    desk.pipeline.result = MissionResult(0)
    assert result_of(handle)[0] == GoalStatus.STATUS_SUCCEEDED
    until(lambda: last_status() == GoalStatus.STATUS_SUCCEEDED, "SUCCEEDED", 10.0)


def test_a_failed_mission_aborts_with_code_and_words(desk, send, result_of):
    handle = send("I am thirsty")
    desk.pipeline.result = MissionResult(104, "no way leads there")
    status, result = result_of(handle)
    assert status == GoalStatus.STATUS_ABORTED
    assert (result.error_code, result.error_msg) == (104, "no way leads there")


def test_cancelling_ends_the_mission(desk, send, result_of, until, in_executor):
    handle = send("I am thirsty")
    until(in_executor(handle.cancel_goal_async).done, "an answer")
    status, result = result_of(handle)
    assert status == GoalStatus.STATUS_CANCELED
    assert result.error_code == Navigate.Result.CANCELLED
    assert "client" in result.error_msg


def test_a_newer_goal_preempts_the_older_one(desk, send, result_of):
    first = send("I am thirsty")
    second = send("I am tired")
    status, result = result_of(first)
    assert status == GoalStatus.STATUS_ABORTED
    assert result.error_code == Navigate.Result.PREEMPTED
    desk.pipeline.result = MissionResult(0, landmark_id="sofa")
    status, result = result_of(second)
    assert (status, result.landmark_id) == (GoalStatus.STATUS_SUCCEEDED, "sofa")


def test_a_pose_from_rviz_preempts_and_the_client_is_told(desk, send, result_of):
    handle = send("I am thirsty")
    spec = GoalSpec(kind=GoalSpec.KIND_POSE)
    spec.pose.header.frame_id = "odom"
    spec.pose.pose.position.x = 2.0
    desk.replace(spec)
    _, result = result_of(handle)
    assert result.error_code == Navigate.Result.PREEMPTED
    np.testing.assert_allclose(desk.pipeline.goals[-1][0].pose, [2.0, 0.0, 0.0])


@pytest.mark.parametrize(("text", "code"), [("nonsense", 101), ("   ", 3)])
def test_goals_that_cannot_be_used_are_accepted_and_explained(text, code, desk, send, result_of):
    running = send("I am thirsty")
    handle = send(text)
    status, result = result_of(handle)
    assert status == GoalStatus.STATUS_ABORTED
    assert result.error_code == code and result.error_msg
    # The mission under way is not disturbed.
    desk.pipeline.result = MissionResult(0)
    assert result_of(running)[0] == GoalStatus.STATUS_SUCCEEDED


def test_without_map_or_while_inactive_goals_are_rejected(desk, send):
    desk.open(False)
    assert not send("I am thirsty").accepted
    desk.open(True)
    desk.pipeline = None
    assert not send("I am thirsty").accepted


def test_stopping_the_desk_tells_the_client(desk, send, result_of):
    handle = send("I am thirsty")
    desk.open(False)
    desk.stop("astra_global was deactivated")
    status, result = result_of(handle)
    assert status == GoalStatus.STATUS_ABORTED
    assert (result.error_code, result.error_msg) == (106, "astra_global was deactivated")
    assert not desk.running


def test_a_goal_that_cannot_succeed_is_refused_and_a_mission_that_cannot_go_on_ends(node):
    trouble, config = ["no image has come"], GlobalNodeConfig()
    outputs = GlobalOutputs(node, config)
    desk = MissionDesk(node, config, outputs, trouble=lambda: trouble[0])
    desk.open(True)
    assert desk.refusal() == "no image has come"  # and not: map or cameras
    desk.pipeline = pipeline = FakePipeline()
    pipeline.fail = lambda error: setattr(pipeline, "result", MissionResult(error.code, str(error)))
    goal = GoalSpec(text="I am thirsty")
    with pytest.raises(SensorTimeout, match="no image has come"):
        desk.start(goal)
    trouble[0] = ""
    desk.start(goal)
    desk.step(100_000_000)
    assert desk.running and pipeline.result is None
    trouble[0] = "the image of front is 64x48"
    desk.step(200_000_000)
    assert not desk.running
    assert (pipeline.result.error_code, pipeline.result.error_msg) == (202, trouble[0])
    desk.close()
