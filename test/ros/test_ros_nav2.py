"""Nav2's action as a second door: what is converted, and that doors preempt each other.

``nav2_msgs`` is not on PyPI: plain classes with the fields of Jazzy stand in for its action, and
two doors at once are tried with two real actions.
"""

import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from action_msgs.msg import GoalStatus
from geometry_msgs.msg import PoseStamped
from rclpy.action import ActionClient

from astra_global.ros.nav2 import navigate_to_pose
from astra_global.ros.navigate_server import NAVIGATE, Door, NavigateServer
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec


@pytest.fixture
def nav2(monkeypatch):
    class Result:
        def __init__(self):
            self.error_code, self.error_msg = 0, ""

    action = SimpleNamespace(Goal=SimpleNamespace, Feedback=SimpleNamespace, Result=Result)
    package, module = ModuleType("nav2_msgs"), ModuleType("nav2_msgs.action")
    module.NavigateToPose = action
    monkeypatch.setitem(sys.modules, "nav2_msgs", package)
    monkeypatch.setitem(sys.modules, "nav2_msgs.action", module)
    return action


def test_without_nav2_there_is_no_such_door(monkeypatch):
    monkeypatch.setitem(sys.modules, "nav2_msgs", None)
    assert navigate_to_pose() is None


def test_goal_feedback_and_result_are_converted(nav2):
    door = navigate_to_pose()
    assert (door.action, door.name) == (nav2, "navigate_to_pose")
    pose = PoseStamped()
    pose.header.frame_id, pose.pose.position.x = "map", 3.0
    request = door.goal(SimpleNamespace(pose=pose, behavior_tree=""))
    assert request.goal.kind == GoalSpec.KIND_POSE
    assert request.goal.pose.pose.position.x == 3.0
    told = door.feedback(
        Navigate.Feedback(
            navigation_time=2.5,
            estimated_time_remaining=float("nan"),
            distance_remaining=float("nan"),
            recoveries=2,
        )
    )
    assert (told.navigation_time.sec, told.navigation_time.nanosec) == (2, 500_000_000)
    # Nav2's clients expect numbers, also before the route is known.
    assert (told.estimated_time_remaining.sec, told.distance_remaining) == (0, 0.0)
    assert told.number_of_recoveries == 2
    ended = door.result(Navigate.Result(error_code=104, error_msg="no way"))
    assert (ended.error_code, ended.error_msg) == (104, "no way")


def test_results_of_older_distributions_are_empty(nav2):
    nav2.Result = SimpleNamespace
    assert vars(navigate_to_pose().result(Navigate.Result(error_code=104))) == {}


def test_a_goal_through_one_door_preempts_that_of_the_other(node, until, in_executor):
    other = Door(Navigate, "other_door", NAVIGATE.goal, NAVIGATE.feedback, NAVIGATE.result)
    started = []

    def start(request):
        started.append(request.goal.text)
        replaced = Navigate.Result(error_code=Navigate.Result.PREEMPTED)
        return replaced if len(started) > 1 else None

    server = NavigateServer(
        node,
        threading.RLock(),
        refusal=lambda: "",
        start=start,
        cancel=lambda reason: None,
        wake=lambda: None,
        doors=[NAVIGATE, other],
    )
    clients = [ActionClient(node, Navigate, name) for name in ("navigate", "other_door")]
    until(lambda: all(client.server_is_ready() for client in clients), "both actions")
    results = []
    for client, text in zip(clients, ("first", "second"), strict=True):
        sent = in_executor(client.send_goal_async, Navigate.Goal(goal=GoalSpec(text=text)))
        until(sent.done, "acceptance")
        results.append(in_executor(sent.result().get_result_async))
    until(results[0].done, "the end of the first")
    assert results[0].result().status == GoalStatus.STATUS_ABORTED
    assert results[0].result().result.error_code == Navigate.Result.PREEMPTED
    assert not results[1].done()
    server.finish(Navigate.Result())
    until(results[1].done, "the end of the second")
    assert results[1].result().status == GoalStatus.STATUS_SUCCEEDED
    assert started == ["first", "second"]
    for client in clients:
        client.destroy()
    server.close()
