"""Lifecycle by hand and by its owner; the local node in step with a simulated robot."""

import itertools
import os
import signal
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from geometry_msgs.msg import Twist
from hand import Hand
from lifecycle_msgs.msg import Transition
from nav_msgs.msg import Odometry
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from tf2_msgs.msg import TFMessage

from astra_core.ros.poses import pose_to_msg
from astra_core.ros.qos import event
from astra_core.ros.stamps import from_stamp
from astra_msgs.msg import LocalOdometry, SubGoal

FAKE = str(Path(fake_robot.__file__))
LOCAL = ("astra_local", (sys.executable, "-m", "astra_local.ros.node"))
SIMULATED = ("--ros-args", "-p", "use_sim_time:=true")


def module(name, *parameters):
    argv = [sys.executable, "-m", name, *SIMULATED]
    for parameter in parameters:
        argv += ["-p", parameter]
    return argv


def test_lifecycle_set_by_hand_goes_round_twice(processes, node, until):
    runner = processes(LOCAL)
    hand = Hand(node, "astra_local", until)
    assert hand.state == "unconfigured"
    for _ in range(2):
        assert hand.set(Transition.TRANSITION_CONFIGURE)
        assert hand.state == "inactive"
        assert hand.set(Transition.TRANSITION_ACTIVATE)
        assert hand.state == "active"
        assert hand.set(Transition.TRANSITION_DEACTIVATE)
        assert hand.set(Transition.TRANSITION_CLEANUP)
        assert hand.state == "unconfigured"
    runner.poll()
    assert "Traceback" not in runner.log_file("astra_local").read_text()


def test_a_transition_that_does_not_exist_is_refused_and_not_fatal(processes, node, until):
    runner = processes(LOCAL)
    hand = Hand(node, "astra_local", until)
    assert not hand.set(Transition.TRANSITION_DEACTIVATE)
    assert hand.state == "unconfigured"
    assert hand.set(Transition.TRANSITION_CONFIGURE)
    assert not hand.set(Transition.TRANSITION_CONFIGURE)
    assert hand.state == "inactive"
    runner.poll()


def test_a_wrong_parameter_refuses_to_configure_and_says_which(processes, node, until):
    argv = (*LOCAL[1], "--ros-args", "-p", "pipeline.planner.num_samples:=1")
    runner = processes(("astra_local", argv))
    hand = Hand(node, "astra_local", until)
    assert not hand.set(Transition.TRANSITION_CONFIGURE)
    assert hand.state == "unconfigured"
    runner.poll()
    assert "pipeline.planner.num_samples" in runner.log_file("astra_local").read_text()


def test_parameters_can_be_set_only_while_they_have_an_effect(processes, node, until):
    processes(LOCAL)
    hand = Hand(node, "astra_local", until)
    client = node.create_client(SetParameters, "astra_local/set_parameters")
    until(client.service_is_ready, "the service")

    def put(value):
        parameter = Parameter("sub_goal_timeout_s", value=value).to_parameter_msg()
        future = client.call_async(SetParameters.Request(parameters=[parameter]))
        until(future.done, "an answer")
        return future.result().results[0]

    assert hand.set(Transition.TRANSITION_CONFIGURE)
    answer = put(0.7)
    assert not answer.successful
    assert answer.reason.startswith("sub_goal_timeout_s: read when the node is configured")
    assert hand.set(Transition.TRANSITION_CLEANUP)
    assert put(0.7).successful
    assert hand.set(Transition.TRANSITION_CONFIGURE)


def test_a_missing_map_ends_the_bring_up_with_one_clear_line(processes, until):
    from astra_cli.runner import ProcessDied

    runner = processes(
        ("astra_global", module("astra_global.ros.node", "map_folder:='/nowhere'")),
        (
            "astra_lifecycle",
            module("astra_core.ros.lifecycle_node", "nodes:=['astra_global']"),
        ),
    )
    with pytest.raises(ProcessDied, match="astra_global could not be configured"):
        runner.wait_active(timeout_s=60.0)
    assert "/nowhere" in runner.log_file("astra_global").read_text()


def test_lost_requests_and_answers_are_made_up_for(processes):
    script = str(Path(__file__).with_name("forgetful_node.py"))
    runner = processes(
        ("forgetful", (sys.executable, script)),
        (
            "astra_lifecycle",
            module("astra_core.ros.lifecycle_node", "nodes:=['forgetful']", "repeat_period_s:=0.5"),
        ),
    )
    runner.wait_active(timeout_s=60.0)
    # Not asked a third time: the state told that the second request had arrived.
    assert "request 2 for 3" in runner.log_file("forgetful").read_text()
    assert "request 3" not in runner.log_file("forgetful").read_text()


@pytest.fixture
def stack(processes):
    """The real guard, local node and lifecycle owner around a robot without physics."""
    runner = processes(
        (
            "astra_sim",
            [
                *(sys.executable, FAKE, "--ros-args"),
                *("-p", "lockstep_nodes:=['astra_local', 'astra_guard']"),
                *("-p", "real_time_factor:=0.0", "-p", "publish_ground_truth:=true"),
            ],
        ),
        ("astra_guard", module("astra_local.ros.guard_node")),
        ("astra_local", module("astra_local.ros.node")),
        (
            "astra_lifecycle",
            module("astra_core.ros.lifecycle_node", "nodes:=['astra_local']"),
        ),
    )
    runner.wait_active(timeout_s=60.0)
    return runner


def listen(node, kind, topic):
    heard = []
    node.create_subscription(kind, topic, heard.append, event(200))
    return heard


def test_odometry_follows_every_tick_in_lockstep(stack, node, until):
    odometry = listen(node, LocalOdometry, "local/odometry")
    twins = listen(node, Odometry, "local/odom")
    transforms = listen(node, TFMessage, "/tf")
    until(lambda: len(odometry) >= 200 and len(twins) >= 100, "odometry", runner=stack)
    stamps = [from_stamp(message.header.stamp) for message in odometry]
    # The first tick is repeated until everybody takes part.
    stamps = stamps[stamps.count(stamps[0]) - 1 :]
    assert {b - a for a, b in itertools.pairwise(stamps)} == {fake_robot.TICK_NS}
    assert odometry[0].header.frame_id == twins[0].header.frame_id == "odom"
    assert odometry[0].child_frame_id == twins[0].child_frame_id == "base_link"
    frames = {(t.header.frame_id, t.child_frame_id) for m in transforms for t in m.transforms}
    assert frames == {("odom", "base_link")}
    assert "no acknowledgement" not in stack.log_file("astra_sim").read_text()


def test_a_sub_goal_drives_the_robot_and_deactivation_stops_it(stack, node, until):
    truth = listen(node, Odometry, "sim/ground_truth")
    speeds = listen(node, Twist, "cmd_vel")
    publisher = node.create_publisher(SubGoal, "global/sub_goal", event())
    stamps = []

    def repeat(message):
        if len(stamps) % 5 == 0:
            # Always a metre ahead: the robot never gets there.
            ahead = pose_to_msg((message.pose.pose.position.x + 1.0, 0.0, 0.0))
            goal = SubGoal(mode=SubGoal.MODE_GO, pose=ahead, max_speed=0.5)
            goal.header = message.header
            goal.sequence = 1
            publisher.publish(goal)
        stamps.append(message.header.stamp)

    node.create_subscription(LocalOdometry, "local/odometry", repeat, event(50))
    until(lambda: truth and truth[-1].pose.pose.position.x > 0.3, "motion", 60.0, runner=stack)
    hand = Hand(node, "astra_local", until)
    assert hand.set(Transition.TRANSITION_DEACTIVATE)
    until(lambda: speeds and speeds[-1].linear.x == 0.0, "a stop", runner=stack)
    # The simulator goes on without the node, at once.
    before = from_stamp(truth[-1].header.stamp)
    until(lambda: from_stamp(truth[-1].header.stamp) > before + 2_000_000_000, "time", 15.0, stack)
    assert truth[-1].twist.twist.linear.x == 0.0
    assert "no acknowledgement" not in stack.log_file("astra_sim").read_text()
    assert hand.set(Transition.TRANSITION_ACTIVATE)
    until(lambda: speeds[-1].linear.x > 0.05, "motion again", 60.0, runner=stack)


def test_everything_ends_without_traceback_and_the_owner_deactivates_first(stack, node, until):
    ids = stack.process_ids
    stack.stop()
    for name, process_id in ids.items():
        with pytest.raises(ProcessLookupError):
            os.kill(process_id, signal.SIGCONT)
        log = stack.log_file(name).read_text()
        assert "Traceback" not in log, log
        assert "terminate called" not in log
    assert "astra_local deactivated" in stack.log_file("astra_lifecycle").read_text()


def test_a_node_that_was_restarted_is_brought_up_again(processes, node, until):
    owner = (
        "astra_lifecycle",
        (
            *(sys.executable, "-m", "astra_core.ros.lifecycle_node", "--ros-args"),
            *("-p", "nodes:=[astra_local]", "-p", "watch_period_s:=0.2"),
        ),
    )
    watcher = processes(owner)
    first = processes(LOCAL)
    hand = Hand(node, "astra_local", until)
    until(lambda: hand.state == "active", "the first process to be active", 60.0, watcher)
    # What a person sets stays.
    assert hand.set(Transition.TRANSITION_DEACTIVATE)
    time.sleep(1.0)
    assert hand.state == "inactive"
    os.kill(first.process_ids["astra_local"], signal.SIGKILL)
    until(lambda: not hand.is_there, "the process to be gone")
    processes(LOCAL)
    again = Hand(node, "astra_local", until)
    until(lambda: again.state == "active", "the second process to be active", 60.0, watcher)
    assert "astra_local was restarted" in watcher.log_file("astra_lifecycle").read_text()
