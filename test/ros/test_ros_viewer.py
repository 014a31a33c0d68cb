"""The viewer node: bad messages do not stop it, and its goals are missions like any other."""

import re
import sys
import time
import urllib.request
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped, TransformStamped
from nav_msgs.msg import OccupancyGrid, Odometry, Path
from rcl_interfaces.msg import Log
from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from sensor_msgs.msg import Image
from tf2_msgs.msg import TFMessage

from astra_core.ros.qos import event, latched
from astra_msgs.action import Navigate
from astra_msgs.msg import GlobalPose, LandmarkArray
from astra_viewer.mission_text import MissionShown
from astra_viewer.ros.goals import GoalClient
from astra_viewer.ros.node import ViewerNode


def address(runner):
    log = runner.log_file("astra_viewer").read_text()
    found = re.search(r"the page is at (http\S+)", log)
    return found[1] if found else ""


def is_served(url):
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(url, timeout=10) as answer:
        return answer.status == 200


def bad_grid(width, count, resolution=0.1):
    grid = OccupancyGrid(data=[0] * count)
    grid.info.width, grid.info.height, grid.info.resolution = width, 2, resolution
    return grid


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("ASTRA_PAGE_TOKEN", raising=False)


def test_bad_messages_are_passed_over(processes, node, until, monkeypatch):
    monkeypatch.setenv("ASTRA_PAGE_TOKEN", "t" * 32)
    argv = (sys.executable, "-m", "astra_viewer.ros.node", "--ros-args", "-p", "port:=18180")
    argv += ("-p", "image_period_s:=0.1")
    runner = processes(("astra_viewer", argv))
    until(lambda: address(runner), "the page", 60.0, runner)
    nan = float("nan")
    zero_turn = Odometry()
    zero_turn.pose.pose.orientation.w = 0.0
    lost = PoseWithCovarianceStamped()
    lost.pose.pose.position.x = nan
    lost.pose.covariance = np.full(36, nan)
    broken = TransformStamped(child_frame_id="odom")
    broken.header.frame_id = "map"
    broken.transform.rotation.w = 0.0
    path = Path(poses=[PoseStamped()] * 3)
    path.poses[0].pose.position.y = nan
    empty_image = Image(encoding="rgb8", width=0, height=0)
    sent = [
        (OccupancyGrid, "map", latched(), [bad_grid(3, 5), bad_grid(3, 6, 0.0), bad_grid(0, 0)]),
        (OccupancyGrid, "local/occupancy", event(1), [bad_grid(3, 5), bad_grid(3, 6, nan)]),
        (Odometry, "local/odom", event(1), [zero_turn]),
        (PoseWithCovarianceStamped, "global/pose_with_covariance", event(), [lost]),
        (TFMessage, "/tf", event(100), [TFMessage(), TFMessage(transforms=[broken])]),
        (Path, "local/path", event(1), [Path(), path]),
        (LandmarkArray, "global/landmarks", latched(), [LandmarkArray()]),
        (GlobalPose, "global/pose", event(), [GlobalPose(status=77, reason="<b>?")]),
        (
            Image,
            "camera/front/image_raw",
            event(1),
            [Image(encoding="nonsense"), Image(encoding="rgb8", width=9, height=9), empty_image],
        ),
    ]
    publishers = [node.create_publisher(kind, topic, qos) for kind, topic, qos, _ in sent]
    until(lambda: all(p.get_subscription_count() for p in publishers), "the viewer to listen")
    wanted = (
        "map cannot be shown: 5 cells for 3x2",
        "local/occupancy cannot be shown",
        "local/odom cannot be shown",
        "global/pose_with_covariance cannot be shown",
        "/tf cannot be shown",
        "local/path cannot be shown",
        "nonsense",
    )
    read = runner.log_file("astra_viewer").read_text
    deadline_s = time.monotonic() + 60.0
    # Again and again: who is held up by a busy machine sees the newest message of a topic only.
    while missing := [words for words in wanted if words not in read()]:
        assert time.monotonic() < deadline_s, f"the viewer never said {missing}:\n{read()}"
        for publisher, (_, _, _, messages) in zip(publishers, sent, strict=True):
            for message in messages:
                publisher.publish(message)
                time.sleep(0.15)  # More than an update: each of them is looked at.
    runner.poll()
    assert is_served(address(runner) + f"/?token={'t' * 32}")
    assert "Traceback" not in read()


def test_the_token_is_told_to_the_owner_and_to_no_log(processes, node, until, tmp_path):
    heard = []
    node.create_subscription(Log, "/rosout", heard.append, latched(100))
    node.create_subscription(DiagnosticArray, "/diagnostics", heard.append, event(10))
    argv = (sys.executable, "-m", "astra_viewer.ros.node", "--ros-args", "-p", "port:=18190")
    runner = processes(("astra_viewer", argv))
    until(lambda: len(list(tmp_path.glob("astra/page-*"))) == 1, "the address", 60.0, runner)
    until(lambda: "token is in" in runner.log_file("astra_viewer").read_text(), "the log", 30.0)
    (file,) = tmp_path.glob("astra/page-*")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    opened = file.read_text().strip()
    assert opened.startswith(address(runner) + "/?token=") and is_served(opened)
    until(lambda: any(isinstance(m, DiagnosticArray) for m in heard), "health", 30.0, runner)
    until(lambda: any("the page is at" in getattr(m, "msg", "") for m in heard), "the log", 30.0)
    token = opened.partition("token=")[2]
    assert len(token) >= 22
    assert not [message for message in heard if token in str(message)]
    logs = [path for path in (tmp_path / "logs").rglob("*") if path.is_file()]
    assert logs and not [path for path in logs if token in path.read_text(errors="replace")]
    runner.stop()
    assert not file.exists()


@pytest.fixture
def server(node):
    """An action server that drives until it is cancelled, or fails at once when told so."""

    def execute(goal):
        result = Navigate.Result()
        if goal.request.goal.text == "nowhere":
            result.error_code, result.error_msg = Navigate.Result.GOAL_NOT_FOUND, "no such place"
            goal.abort()
            return result
        while not goal.is_cancel_requested and goal.request.goal.landmark_id != "near":
            feedback = Navigate.Feedback(phase="driving", distance_remaining=2.0, message="slow")
            goal.publish_feedback(feedback)
            time.sleep(0.05)
        if goal.is_cancel_requested:
            result.error_code, result.error_msg = Navigate.Result.CANCELLED, "cancelled"
            goal.canceled()
        else:
            result.time, result.path_length, result.remark = 3.0, 2.0, "beside it"
            goal.succeed()
        return result

    import threading

    import rclpy
    from rclpy.executors import ExternalShutdownException, MultiThreadedExecutor

    other = rclpy.create_node("server", context=node.context)
    action = ActionServer(
        other,
        Navigate,
        "navigate",
        execute,
        cancel_callback=lambda _: CancelResponse.ACCEPT,
        callback_group=ReentrantCallbackGroup(),
    )
    executor = MultiThreadedExecutor(3, context=node.context)
    executor.add_node(other)
    stop = threading.Event()

    def serve():
        while not stop.is_set():
            try:
                executor.spin_once(timeout_sec=0.05)
            except ExternalShutdownException:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield action
    stop.set()
    thread.join(timeout=5.0)
    executor.shutdown(timeout_sec=1.0)
    action.destroy()
    other.destroy_node()


def test_without_a_stack_a_goal_says_so(node):
    client = GoalClient(node)
    client.send_text("I am thirsty")
    assert "not ready" in client.shown.end
    client.close()


def test_goals_are_followed_to_their_end(node, server, until):
    client = GoalClient(node)
    until(client.is_ready, "the action server")
    client.send_landmark("near")
    until(lambda: client.shown.end, "the end")
    assert client.shown.has_arrived
    assert client.shown.end == "arrived after 3 s and 2.0 m; beside it"
    client.send_text("nowhere")
    assert client.shown.end == ""
    until(lambda: client.shown.end, "the end")
    assert client.shown.end == f"no such place ({Navigate.Result.GOAL_NOT_FOUND})"
    assert not client.shown.has_arrived
    client.close()


def test_stop_ends_the_mission_of_anybody(node, server, until):
    one, other = GoalClient(node), GoalClient(node)
    until(lambda: one.is_ready() and other.is_ready(), "the action server")
    one.send_text("far away")
    until(lambda: other.shown.phase == "driving", "the mission of somebody else")
    until(lambda: other.shown.message == "slow", "why it is slow")
    assert other.shown.goal == ""
    other.cancel_all()
    until(lambda: one.shown.end and other.shown.end, "the end")
    assert not one.shown.has_arrived
    assert other.shown.end == "cancelled"
    one.close()
    other.close()


def test_the_end_of_an_old_mission_is_not_that_of_the_new_one(node, server, until):
    one, other = GoalClient(node), GoalClient(node)
    until(lambda: one.is_ready() and other.is_ready(), "the action server")
    one.send_landmark("near")
    until(lambda: one.shown.end and other.shown.end, "the end of the first mission")
    other.send_text("far away")
    until(lambda: other.shown.phase == "driving", "the second mission")
    time.sleep(0.5)
    assert other.shown.end == ""
    other.cancel_all()
    until(lambda: other.shown.end, "the end")
    one.close()
    other.close()


def test_route_and_plan_go_with_the_mission():
    drawn = {"route": np.ones((3, 2)), "plan": np.ones((3, 2))}
    page = SimpleNamespace(
        set_route=lambda points: drawn.update(route=points),
        set_plan=lambda points: drawn.update(plan=points),
    )
    shown = MissionShown(phase="driving")
    viewer = SimpleNamespace(_goals=SimpleNamespace(shown=shown), _cleared=None, _page=page)
    ViewerNode._clear_when_over(viewer)
    assert len(drawn["route"]) == len(drawn["plan"]) == 3
    shown.end = "arrived"
    ViewerNode._clear_when_over(viewer)
    assert len(drawn["route"]) == len(drawn["plan"]) == 0
    # The route of the next mission stays.
    viewer._goals.shown = MissionShown(goal="next")
    drawn["route"] = np.ones((3, 2))
    ViewerNode._clear_when_over(viewer)
    assert len(drawn["route"]) == 3


def test_health_is_that_of_our_nodes():
    viewer = SimpleNamespace(_health={})
    statuses = [
        DiagnosticStatus(name="astra_local", level=b"\x01", message="slow", hardware_id="astra"),
        DiagnosticStatus(name="lidar", level=b"\x02", message="dirty", hardware_id="lidar"),
    ]
    ViewerNode._on_diagnostics(viewer, DiagnosticArray(status=statuses))
    assert [(h.name, h.level, h.message) for h in viewer._health.values()] == [
        ("astra_local", 1, "slow")
    ]
