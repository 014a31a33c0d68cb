"""Whatever comes in by topic or service: refused with a counted reason, no crash, no motion."""

import math
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import (
    PoseStamped,
    PoseWithCovarianceStamped,
    TransformStamped,
    Twist,
    TwistStamped,
)
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, Imu
from tf2_msgs.msg import TFMessage

from astra_cli.node_table import commands
from astra_core.ros.lifecycle_config import ACTIVE_LINE
from astra_core.ros.qos import event, latched
from astra_core.ros.stamps import from_stamp, to_stamp
from astra_msgs.action import Navigate
from astra_msgs.msg import (
    GlobalPose,
    GoalSpec,
    Heartbeat,
    LocalOdometry,
    NearestObstacle,
    SubGoal,
    TickAck,
    Trajectory,
    TrajectoryPoint,
)
from astra_msgs.srv import LoadMap, Localize

NAN, INF = math.nan, math.inf
HOUR_NS = 3_600_000_000_000


class Ear:
    """Hears what the nodes say of themselves and what moves the robot."""

    def __init__(self, node):
        self.tick_ns = 0
        self.commands, self.diagnostics, self.heartbeats = [], {}, {}
        self.global_poses = []
        node.create_subscription(LocalOdometry, "local/odometry", self._on_odometry, event(50))
        node.create_subscription(Twist, "cmd_vel", self.commands.append, event(100))
        node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, event(50))
        node.create_subscription(Heartbeat, "heartbeat", self._on_heartbeat, event(50))
        node.create_subscription(GlobalPose, "global/pose", self.global_poses.append, event())

    def _on_odometry(self, message):
        stamp_ns = from_stamp(message.header.stamp)
        if message.header.frame_id == "odom" and stamp_ns < HOUR_NS:  # Not one of ours.
            self.tick_ns = max(self.tick_ns, stamp_ns)

    def _on_diagnostics(self, message):
        for status in message.status:
            self.diagnostics[status.name] = {item.key: item.value for item in status.values}

    def _on_heartbeat(self, message):
        if message.node.startswith("astra"):
            self.heartbeats[message.node] = message.state

    def refused(self, node):
        values = self.diagnostics.get(node, {})
        return {key: value for key, value in values.items() if key.startswith("refused")}


@pytest.fixture(scope="module")
def home_map():
    from astra_cli.scene_map import ensure_scene_map

    return ensure_scene_map("home", 7, lambda share, text: None)


@pytest.fixture
def stack(processes, node, until, home_map):
    fake = (sys.executable, str(Path(fake_robot.__file__)), "--ros-args")
    argv = {item.name: item.argv for item in commands({"sim": True, "map": home_map})}
    argv["astra_sim"] = (*fake, *argv["astra_sim"][argv["astra_sim"].index("-r") :])
    runner = processes(*argv.items())
    ear = Ear(node)
    log = runner.log_file("astra_lifecycle")
    until(lambda: log.exists() and ACTIVE_LINE in log.read_text(), "the nodes", 90.0, runner)
    until(lambda: ear.tick_ns > 0 and ear.global_poses, "odometry", 60.0, runner)
    return runner, ear


def stamped(message, stamp_ns, frame_id=""):
    message.header.stamp, message.header.frame_id = to_stamp(stamp_ns), frame_id
    return message


def image(stamp_ns, width=64, height=48, encoding="rgb8", size=None, frame_id=None):
    message = Image(width=width, height=height, encoding=encoding)
    message.data = bytes(3 * width * height if size is None else size)
    return stamped(message, stamp_ns, frame_id or "camera_front_optical_frame")


def zero_turn(message):
    message.pose.pose.orientation.w = 0.0
    return message


def odometry(stamp_ns, x=0.0, linear=0.0, frame_id="odom"):
    message = stamped(LocalOdometry(), stamp_ns, frame_id)
    message.pose.pose.position.x, message.twist.twist.linear.x = x, linear
    return message


def sub_goal(stamp_ns, frame_id="odom", **fields):
    message = stamped(SubGoal(**fields), stamp_ns, frame_id)
    message.pose.position.x = 2.0
    return message


def wheels(stamp_ns, linear=0.0):
    message = stamped(Odometry(), stamp_ns, "odom")
    message.twist.twist.linear.x = linear
    return message


def imu(stamp_ns, rate=0.0, frame_id="base_link"):
    message = stamped(Imu(), stamp_ns, frame_id)
    message.angular_velocity.z = rate
    return message


def command(stamp_ns, linear=0.0):
    message = stamped(TwistStamped(), stamp_ns, "base_link")
    message.twist.linear.x = linear
    return message


def nearest(stamp_ns, **fields):
    return stamped(NearestObstacle(valid=True, **fields), stamp_ns, "base_link")


def bad_messages(now_ns):
    """Return (type, topic, qos, messages): each of them must change nothing."""
    old_ns, future_ns = now_ns - 10 * HOUR_NS // 3600, now_ns + HOUR_NS
    soon_ns = now_ns + 100_000_007  # Not yet old when it arrives.
    far = Time(sec=-5)
    nan_sub_goal = sub_goal(now_ns)
    nan_sub_goal.pose.position.y = NAN
    flat_sub_goal = sub_goal(now_ns)
    flat_sub_goal.pose.orientation.w = 0.0
    lost_goal = PoseStamped()
    lost_goal.header.frame_id = "map"
    lost_goal.pose.position.x = NAN
    zero_turn_pose = PoseStamped()
    zero_turn_pose.pose.orientation.w = 0.0
    elsewhere = PoseStamped()
    elsewhere.header.frame_id = "moon"
    nan_initial = PoseWithCovarianceStamped()
    nan_initial.pose.covariance = np.full(36, NAN)
    initial_elsewhere = PoseWithCovarianceStamped()
    initial_elsewhere.header.frame_id = "moon"
    broken = TransformStamped(child_frame_id="camera_front_optical_frame")
    broken.header.frame_id = "base_link"
    broken.transform.rotation.w = 0.0
    before_epoch = wheels(0)
    before_epoch.header.stamp = far
    point = TrajectoryPoint()
    point.velocity.linear.x = NAN
    info = CameraInfo(width=64, height=48)
    info.k = np.full(9, NAN)
    huge_heartbeat = Heartbeat(node="x" * 100_000, state=77)
    color, depth = "camera/front/image_raw", "camera/front/depth/image_raw"
    return [
        (
            Odometry,
            "wheel_odometry",
            event(50),
            [
                wheels(soon_ns, NAN),
                wheels(soon_ns + 1, INF),
                wheels(old_ns),
                wheels(future_ns),
                before_epoch,
            ],
        ),
        (
            Imu,
            "imu",
            event(50),
            [imu(soon_ns, NAN), imu(old_ns), imu(future_ns), imu(now_ns, 0.0, "nowhere")],
        ),
        (
            Image,
            depth,
            event(5),
            [
                image(now_ns, encoding="16UC1", size=3),
                image(now_ns, encoding="jpeg"),
                image(now_ns, 640, 480, encoding="16UC1"),
                image(now_ns, 0, 0, encoding="16UC1"),
                image(future_ns, encoding="32FC1", size=4 * 64 * 48),
                image(old_ns, encoding="32FC1", size=4 * 64 * 48),
                image(now_ns, encoding="32FC1", frame_id="elsewhere", size=4 * 64 * 48),
            ],
        ),
        (
            Image,
            color,
            event(5),
            [
                image(now_ns, size=10),
                image(now_ns, encoding="bayer_rggb8"),
                image(now_ns, 640, 480),
                image(future_ns),
                image(old_ns),
            ],
        ),
        (CameraInfo, "camera/front/camera_info", event(5), [info, CameraInfo()]),
        (TFMessage, "/tf_static", latched(10), [TFMessage(transforms=[broken]), TFMessage()]),
        (
            SubGoal,
            "global/sub_goal",
            event(),
            [
                sub_goal(now_ns, "map", max_speed=0.5),
                sub_goal(future_ns, max_speed=0.5),
                sub_goal(now_ns, max_speed=NAN),
                sub_goal(now_ns, max_speed=-1.0),
                sub_goal(now_ns, mode=77),
                sub_goal(now_ns, mode=SubGoal.MODE_SPIN, spin_angle=INF),
                nan_sub_goal,
                flat_sub_goal,
            ],
        ),
        (
            LocalOdometry,
            "local/odometry",
            event(50),
            [
                odometry(old_ns),
                odometry(future_ns),
                odometry(now_ns, NAN),
                odometry(now_ns, 0.0, NAN),
                odometry(now_ns, frame_id="map"),
                zero_turn(odometry(now_ns)),
            ],
        ),
        (Trajectory, "local/trajectory", event(), [Trajectory(), Trajectory(points=[point])]),
        (PoseStamped, "goal_pose", event(), [lost_goal, zero_turn_pose, elsewhere]),
        (
            PoseWithCovarianceStamped,
            "initialpose",
            event(),
            [nan_initial, zero_turn(PoseWithCovarianceStamped()), initial_elsewhere],
        ),
        (
            TwistStamped,
            "cmd_vel_raw",
            event(1),
            [command(now_ns, NAN), command(future_ns, 0.3), command(old_ns, 0.3)],
        ),
        (
            NearestObstacle,
            "local/nearest_obstacle",
            event(1),
            [
                nearest(now_ns, distance=NAN),
                nearest(now_ns, sector_angle=NAN),
                nearest(now_ns, sector_distance=[1.0] * 10_000),
                nearest(future_ns, distance=5.0),
            ],
        ),
        (Heartbeat, "heartbeat", event(), [huge_heartbeat, Heartbeat(stamp=to_stamp(future_ns))]),
        (TickAck, "sim/tick_ack", event(50), [TickAck(node="nobody"), TickAck()]),
    ]


def absurd_stamps():
    """Return stamps that cannot be: before the epoch, fractions that are none, the end of time."""
    return [
        Time(sec=-5),
        Time(sec=-(2**31)),
        Time(sec=1, nanosec=1_000_000_000),
        Time(sec=2**31 - 1, nanosec=2**32 - 1),
    ]


def absurdly_stamped(now_ns):
    """Return rows as :func:`bad_messages`: good messages but for their stamps."""
    color, depth = "camera/front/image_raw", "camera/front/depth/image_raw"
    makers = [
        (Odometry, "wheel_odometry", lambda: wheels(now_ns, 1.0)),
        (Imu, "imu", lambda: imu(now_ns, 1.0)),
        (Image, color, lambda: image(now_ns)),
        (Image, depth, lambda: image(now_ns, encoding="32FC1", size=4 * 64 * 48)),
        (CameraInfo, "camera/front/camera_info", lambda: stamped(CameraInfo(), now_ns)),
        (SubGoal, "global/sub_goal", lambda: sub_goal(now_ns, max_speed=0.5)),
        (LocalOdometry, "local/odometry", lambda: odometry(now_ns, 5.0)),
        (Trajectory, "local/trajectory", lambda: stamped(Trajectory(), now_ns)),
        (TwistStamped, "cmd_vel_raw", lambda: command(now_ns, 0.3)),
        (NearestObstacle, "local/nearest_obstacle", lambda: nearest(now_ns, distance=5.0)),
    ]
    rows = []
    for kind, topic, make in makers:
        messages = []
        for stamp in absurd_stamps():
            message = make()
            message.header.stamp = stamp
            messages.append(message)
        rows.append((kind, topic, event(50), messages))
    rows.append((Clock, "/clock", event(10), [Clock(clock=stamp) for stamp in absurd_stamps()]))
    beats = [Heartbeat(stamp=stamp, node="astra_local") for stamp in absurd_stamps()]
    rows.append((Heartbeat, "heartbeat", event(), beats))
    acks = [TickAck(stamp=stamp, node="astra_local") for stamp in absurd_stamps()[:3]]
    rows.append((TickAck, "sim/tick_ack", event(50), acks))
    return rows


def call(node, client, request, until):
    future = client.call_async(request)
    until(future.done, "an answer")
    return future.result()


def test_bad_messages_are_refused_and_counted_and_nothing_moves(stack, node, until):
    runner, ear = stack
    rows = bad_messages(ear.tick_ns)
    publishers = [node.create_publisher(kind, topic, qos) for kind, topic, qos, _ in rows]
    until(lambda: all(p.get_subscription_count() for p in publishers), "the nodes to listen")
    expected = {
        "astra_local": {
            "refused /wheel_odometry",
            "refused wheel not finite",
            "refused /imu",
            "refused imu not finite",
            "refused imu without mounting",
            "refused /camera/front/depth/image_raw",
            "refused depth in another frame",
            "refused /tf_static",
            "refused /global/sub_goal",
        },
        "astra_global": {
            "refused /camera/front/image_raw",
            "refused /tf_static",
            "refused /local/odometry",
            "refused /local/trajectory",
            "refused /goal_pose",
            "refused /initialpose",
        },
        "astra_guard": {"refused /cmd_vel_raw", "refused /local/nearest_obstacle"},
    }

    def uncounted():
        return {name: wanted - set(ear.refused(name)) for name, wanted in expected.items()}

    # A number that is not finite is seen only in a message of the right time, and a busy machine
    # may deliver it late: after three rounds we go on until every reason was counted.
    rounds, deadline_s = 0, time.monotonic() + 60.0
    while rounds < 3 or (any(uncounted().values()) and time.monotonic() < deadline_s):
        for row, publisher in enumerate(publishers):
            for message in bad_messages(ear.tick_ns)[row][3]:
                publisher.publish(message)
                time.sleep(0.02)
        rounds += 1
        runner.poll()
    until(lambda: not any(uncounted().values()), f"the counts, missing {uncounted()}", 10.0, runner)
    # The nodes work on, as if nothing had been said.
    tick_ns, heard = ear.tick_ns, len(ear.global_poses)
    until(lambda: ear.tick_ns > tick_ns + 2_000_000_000, "odometry", 60.0, runner)
    until(lambda: len(ear.global_poses) > heard, "the global pose", 30.0, runner)
    ok = (Heartbeat.STATE_OK, Heartbeat.STATE_DEGRADED)
    until(
        lambda: all(ear.heartbeats.get(name) in ok for name in ("astra_local", "astra_global")),
        f"good health, now {ear.heartbeats}",
        20.0,
        runner,
    )
    # Not one of them has moved the robot.
    assert ear.commands
    speeds = [abs(value) for c in ear.commands for value in (c.linear.x, c.angular.z)]
    assert max(speeds) == 0.0
    for name in ("astra_local", "astra_global", "astra_guard", "astra_sim"):
        assert "Traceback" not in runner.log_file(name).read_text(), name


def test_no_stamp_ends_a_process_or_moves_the_robot(stack, node, until):
    runner, ear = stack
    rows = absurdly_stamped(ear.tick_ns)
    publishers = [node.create_publisher(kind, topic, qos) for kind, topic, qos, _ in rows]
    until(lambda: all(p.get_subscription_count() for p in publishers), "the nodes to listen")
    for publisher, row in zip(publishers, rows, strict=True):
        for message in row[3]:
            publisher.publish(message)
            time.sleep(0.05)
        runner.poll()
    for publisher in publishers:
        node.destroy_publisher(publisher)
    expected = {
        "astra_local": {"refused /clock", "refused /wheel_odometry", "refused /imu"},
        "astra_guard": {"refused /clock", "refused /cmd_vel_raw", "refused /heartbeat"},
        "astra_global": {"refused /clock", "refused /local/odometry"},
    }
    until(
        lambda: all(wanted <= set(ear.refused(name)) for name, wanted in expected.items()),
        "the counts",
        20.0,
        runner,
    )
    # The nodes work on, as if nothing had been said.
    tick_ns = ear.tick_ns
    until(lambda: ear.tick_ns > tick_ns + 2_000_000_000, "odometry", 60.0, runner)
    ok = (Heartbeat.STATE_OK, Heartbeat.STATE_DEGRADED)
    until(
        lambda: all(ear.heartbeats.get(name) in ok for name in ("astra_local", "astra_global")),
        f"good health, now {ear.heartbeats}",
        20.0,
        runner,
    )
    assert max(abs(c.linear.x) + abs(c.angular.z) for c in ear.commands) == 0.0


def test_bad_requests_get_a_reason(stack, node, until, in_executor):
    runner, ear = stack
    load = node.create_client(LoadMap, "load_map")
    localize = node.create_client(Localize, "localize")
    navigate = ActionClient(node, Navigate, "navigate")
    until(
        lambda: (
            load.service_is_ready() and localize.service_is_ready() and navigate.server_is_ready()
        ),
        "the services",
    )
    for path in ("", "/nowhere", "/", "x" * 100_000, "/etc/passwd", "a\x01b"):
        answer = call(node, load, LoadMap.Request(path=path), until)
        assert answer.error_code != 0 and answer.error_msg, path[:20]
    for timeout in (NAN, INF, -1.0):
        answer = call(node, localize, Localize.Request(timeout=timeout), until)
        assert answer.error_code == Navigate.Result.BAD_REQUEST
        assert "timeout" in answer.error_msg
    nan_pose = PoseStamped()
    nan_pose.pose.position.x = NAN
    damaged = GoalSpec(kind=GoalSpec.KIND_IMAGE)
    damaged.image.data = b"no picture"
    goals = [
        GoalSpec(kind=77),
        GoalSpec(text=""),
        GoalSpec(text="x" * 100_000),
        GoalSpec(kind=GoalSpec.KIND_LANDMARK),
        GoalSpec(kind=GoalSpec.KIND_LANDMARK, landmark_id="no such thing"),
        GoalSpec(kind=GoalSpec.KIND_POSE, pose=nan_pose),
        GoalSpec(kind=GoalSpec.KIND_IMAGE),
        damaged,
    ]
    requests = [Navigate.Goal(goal=goal) for goal in goals]
    requests += [
        Navigate.Goal(goal=GoalSpec(text="the fridge"), timeout=value) for value in (NAN, -1.0, INF)
    ]
    for request in requests:
        sent = in_executor(navigate.send_goal_async, request)
        until(sent.done, "an answer to the goal")
        assert sent.result().accepted
        result = in_executor(sent.result().get_result_async)
        until(result.done, f"the end of {request.goal.kind} {request.goal.text[:20]!r}")
        answer = result.result().result
        assert answer.error_code not in (0, Navigate.Result.UNKNOWN), request
        assert answer.error_msg
    runner.poll()
    navigate.destroy()
    assert max(abs(c.linear.x) + abs(c.angular.z) for c in ear.commands) == 0.0
