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

import numpy as np
from action_msgs.msg import GoalStatus
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from lifecycle_msgs.srv import GetState
from rclpy.action import ActionClient

from astra_core.errors import ConfigError, GoalNotFound, GoalUnreachable
from astra_core.records import LocalizationStatus
from astra_core.ros.qos import latched
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.mission_desk import MissionDesk
from astra_global.ros.nav2 import nav2_doors
from astra_global.ros.nav2_path import path_servers
from astra_global.ros.nav2_state import Nav2State
from astra_global.ros.navigate_server import NAVIGATE, Door, NavigateServer, Progress
from astra_global.ros.outputs import GlobalOutputs
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec


@pytest.fixture
def nav2(monkeypatch):
    class Result:
        def __init__(self):
            self.error_code, self.error_msg = 0, ""

    class ThroughFeedback(SimpleNamespace):
        def __init__(self):
            super().__init__(number_of_poses_remaining=0)

    package, module = ModuleType("nav2_msgs"), ModuleType("nav2_msgs.action")
    for name in ("NavigateToPose", "NavigateThroughPoses", "FollowWaypoints"):
        feedback = ThroughFeedback if name == "NavigateThroughPoses" else SimpleNamespace
        action = SimpleNamespace(Goal=SimpleNamespace, Feedback=feedback, Result=Result)
        setattr(module, name, action)
    package.action = module
    monkeypatch.setitem(sys.modules, "nav2_msgs", package)
    monkeypatch.setitem(sys.modules, "nav2_msgs.action", module)
    return module


def door_of(name):
    return next(door for door in nav2_doors() if door.name == name)


def test_without_nav2_there_is_no_such_door(monkeypatch):
    monkeypatch.setitem(sys.modules, "nav2_msgs", None)
    assert nav2_doors() == []


def test_goal_feedback_and_result_are_converted(nav2):
    door = door_of("navigate_to_pose")
    assert door.action is nav2.NavigateToPose
    pose = PoseStamped()
    pose.header.frame_id, pose.pose.position.x = "map", 3.0
    (request,) = door.goals(SimpleNamespace(pose=pose, behavior_tree=""))
    assert request.goal.kind == GoalSpec.KIND_POSE
    assert request.goal.pose.pose.position.x == 3.0
    told = door.feedback(
        Navigate.Feedback(
            navigation_time=2.5,
            estimated_time_remaining=float("nan"),
            distance_remaining=float("nan"),
            recoveries=2,
        ),
        Progress(0, 1),
    )
    assert (told.navigation_time.sec, told.navigation_time.nanosec) == (2, 500_000_000)
    # Nav2's clients expect numbers, also before the route is known.
    assert (told.estimated_time_remaining.sec, told.distance_remaining) == (0, 0.0)
    assert told.number_of_recoveries == 2
    # It was reached: a pose that is done is not one before the next.
    moved = door.result(Navigate.Result(remark="0.3 m beside it"), Progress(1, 1))
    assert (moved.error_code, moved.error_msg) == (0, "0.3 m beside it")
    ended = door.result(Navigate.Result(error_code=104, error_msg="no way"), Progress(0, 1))
    assert (ended.error_code, ended.error_msg) == (104, "no way")


def test_results_of_older_distributions_are_empty(nav2):
    nav2.NavigateToPose.Result = SimpleNamespace
    door = door_of("navigate_to_pose")
    assert vars(door.result(Navigate.Result(error_code=104), Progress(0, 1))) == {}


def stamped(*places):
    poses = [PoseStamped() for _ in places]
    for pose, x_m in zip(poses, places, strict=True):
        pose.pose.position.x = float(x_m)
    return poses


@pytest.mark.parametrize("wrap", [list, lambda poses: SimpleNamespace(goals=poses)])
def test_poses_to_drive_through_are_goals_in_order(nav2, wrap):
    door = door_of("navigate_through_poses")
    goals = door.goals(SimpleNamespace(poses=wrap(stamped(1, 2, 3)), behavior_tree=""))
    assert [goal.goal.pose.pose.position.x for goal in goals] == [1.0, 2.0, 3.0]
    assert door.feedback(Navigate.Feedback(), Progress(1, 2)).number_of_poses_remaining == 2
    ended = door.result(Navigate.Result(error_code=104, error_msg="no way"), Progress(2, 1))
    assert ended.error_msg == "pose 3: no way"


def test_waypoints_begin_where_asked_and_go_round(nav2):
    door = door_of("follow_waypoints")

    def places(**fields):
        return [
            goal.goal.pose.pose.position.x
            for goal in door.goals(SimpleNamespace(poses=stamped(1, 2, 3), **fields))
        ]

    assert places() == places(number_of_loops=1) == [1.0, 2.0, 3.0]
    assert places(number_of_loops=2, goal_index=1) == [2.0, 3.0, 1.0, 2.0, 3.0]
    assert door.feedback(Navigate.Feedback(), Progress(2, 1)).current_waypoint == 2
    with pytest.raises(ConfigError, match="waypoint 3 of 3"):
        places(goal_index=3)
    with pytest.raises(ConfigError, match="4294967295 loops"):
        places(number_of_loops=2**32 - 1)


@pytest.mark.parametrize("failing", [None, "b"])
def test_a_goal_of_several_poses_is_a_mission_each(node, until, in_executor, failing):
    def goals(message):
        return [Navigate.Goal(goal=GoalSpec(text=word)) for word in message.goal.text.split()]

    def result(message, progress):
        said = f"{progress.reached} reached"
        return Navigate.Result(error_code=message.error_code, error_msg=said, remark=message.remark)

    started = []

    def start(request):
        if request.goal.text == failing:
            raise GoalNotFound("there is none")
        started.append(request.goal.text)

    tour = Door(Navigate, "tour", goals, NAVIGATE.feedback, result)
    server = NavigateServer(
        node, threading.RLock(), refusal=lambda: "", start=start, cancel=lambda reason: None,
        wake=lambda: None, doors=[tour],
    )  # fmt: skip
    client = ActionClient(node, Navigate, "tour")
    until(client.server_is_ready, "the server")

    def ask(text):
        sent = in_executor(client.send_goal_async, Navigate.Goal(goal=GoalSpec(text=text)))
        until(sent.done, "an answer")
        return in_executor(sent.result().get_result_async)

    ended = ask("a b c")
    for word in ("a", "b", "c"):
        if word == failing:
            break
        until(lambda word=word: started and started[-1] == word, word)
        in_executor(server.finish, Navigate.Result(remark="" if word == "b" else f"beside {word}"))
    until(ended.done, "the result")
    wanted = (GoalStatus.STATUS_SUCCEEDED, "3 reached", "pose 1: beside a; pose 3: beside c")
    if failing:
        wanted = (GoalStatus.STATUS_ABORTED, "1 reached", "pose 1: beside a")
    told = ended.result()
    assert (told.status, told.result.error_msg, told.result.remark) == wanted
    assert started == (["a"] if failing else ["a", "b", "c"])

    empty = ask("")
    until(empty.done, "the result")
    assert empty.result().status == GoalStatus.STATUS_ABORTED
    server.close()


def test_a_goal_through_one_door_preempts_that_of_the_other(node, until, in_executor):
    other = Door(Navigate, "other_door", NAVIGATE.goals, NAVIGATE.feedback, NAVIGATE.result)
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


def test_clients_that_wait_for_nav2_are_answered(node, until, in_executor):
    ready = [False]
    state = Nav2State(node, lambda: ready[0])
    heard = []
    for name in ("amcl", "bt_navigator"):
        client = node.create_client(GetState, f"{name}/get_state")
        until(client.service_is_ready, name)
        for wanted in ("inactive", "active"):
            ready[0] = wanted == "active"
            answer = in_executor(client.call_async, GetState.Request())
            until(answer.done, "an answer")
            assert answer.result().current_state.label == wanted
    for fix_ns in (None, 1, 1, 2):
        pose = PoseWithCovarianceStamped()
        pose.pose.pose.position.x = float(fix_ns or 0)
        state.send(pose, fix_ns)
    # Latched: who comes later hears the newest; one for every fix.
    node.create_subscription(PoseWithCovarianceStamped, "amcl_pose", heard.append, latched())
    until(lambda: heard, "the pose")
    assert [message.pose.pose.position.x for message in heard] == [2.0]
    state.close()


class Handle(SimpleNamespace):
    def __init__(self, **request):
        super().__init__(request=SimpleNamespace(**request), ended=[])

    def succeed(self):
        self.ended.append("succeeded")

    def abort(self):
        self.ended.append("aborted")


@pytest.fixture
def asked(nav2, node, monkeypatch):
    """Ask a path server without its transport: returns (how it ended, result, what was found)."""
    heard, answers = [], {}

    def find(start, goals):
        heard.append((start, list(goals)))
        if goals[-1].pose.position.x > 100.0:
            raise GoalUnreachable("there is no way")
        return "the way"

    for name, codes in (("ComputePathToPose", (200, 208)), ("ComputePathThroughPoses", (300, 308))):
        result = type("Result", (nav2.NavigateToPose.Result,), {})
        result.UNKNOWN, result.NO_VALID_PATH = codes
        setattr(nav2, name, SimpleNamespace(Result=result))
    monkeypatch.setattr(
        "astra_global.ros.nav2_path.ActionServer",
        lambda _node, _action, name, answer: answers.update({name: answer}),
    )
    path_servers(node, find)

    def ask(name, **request):
        heard.clear()
        handle = Handle(**request)
        result = answers[name](handle)
        return handle.ended, result, list(heard)

    return ask


@pytest.mark.parametrize("wrap", [list, lambda poses: SimpleNamespace(goals=poses)])
def test_paths_to_a_pose_and_through_poses_are_asked(asked, wrap):
    start, near, next_, far = stamped(0, 1, 2, 500)
    ended, result, heard = asked("compute_path_to_pose", start=start, goal=near, use_start=True)
    assert (ended, result.path, heard) == (["succeeded"], "the way", [(start, [near])])
    # What `start` holds counts only with `use_start`.
    through = {"start": start, "use_start": False}
    *_, heard = asked("compute_path_through_poses", goals=wrap([near, next_]), **through)
    assert heard == [(None, [near, next_])]

    ended, result, _ = asked("compute_path_through_poses", goals=wrap([near, far]), **through)
    assert (ended, result.error_code, result.error_msg) == (["aborted"], 308, "there is no way")
    for goals, words in (([], "no poses"), (stamped(*range(1001)), "1001 poses")):
        ended, result, heard = asked("compute_path_through_poses", goals=wrap(goals), **through)
        assert (ended, result.error_code, heard) == (["aborted"], 300, [])
        assert words in result.error_msg


def test_without_nav2_no_path_is_offered(monkeypatch, node):
    monkeypatch.setitem(sys.modules, "nav2_msgs", None)
    assert path_servers(node, None) == []


def test_a_way_through_poses_goes_on_from_where_each_piece_ends(node):
    asked = []

    def plan(start, goal, _now_ns):
        asked.append((start, goal))
        if goal[0] > 100.0:
            raise GoalUnreachable("there is no way")
        # The second of them is not free: the way ends beside it.
        end = goal + np.array([0.0, 0.5 if goal[0] == 2.0 else 0.0, 0.0])
        begin = np.zeros(3) if start is None else start
        points_m = np.linspace(begin[:2], end[:2], 3)
        return SimpleNamespace(points_m=points_m, goal_pose=end, remark="")

    config = GlobalNodeConfig()
    desk = MissionDesk(node, config, GlobalOutputs(node, config))
    desk.pipeline = SimpleNamespace(
        path=plan,
        global_pose=lambda _now_ns: SimpleNamespace(status=LocalizationStatus.NOT_LOCALIZED),
        map_to_odom=lambda: None,
    )
    way = desk.path(None, stamped(1, 2, 4))
    assert [(p.pose.position.x, p.pose.position.y) for p in way.poses] == [
        (0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.5, 0.25), (2.0, 0.5), (3.0, 0.25), (4.0, 0.0),
    ]  # fmt: skip
    assert asked[0][0] is None
    np.testing.assert_allclose([start for start, _ in asked[1:]], [[1, 0, 0], [2, 0.5, 0]])
    with pytest.raises(GoalUnreachable, match=r"^pose 2: there is no way"):
        desk.path(None, stamped(1, 500))
    with pytest.raises(GoalUnreachable, match=r"^there is no way"):
        desk.path(None, stamped(500))
    desk.close()
