"""Astra-Local says what it lacks: blind cameras, silent sensors, frames that are not known."""

import sys

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from geometry_msgs.msg import TwistStamped

from astra_core.ros.qos import event
from astra_msgs.msg import Heartbeat

STACK = (
    ("astra_local", (sys.executable, "-m", "astra_local.ros.node")),
    (
        "astra_lifecycle",
        (
            *(sys.executable, "-m", "astra_core.ros.lifecycle_node"),
            *("--ros-args", "-p", "nodes:=['astra_local']"),
        ),
    ),
)


def test_what_is_lacking_can_be_read_from_the_heartbeat(processes, drivers, node, until):
    heard = []
    node.create_subscription(
        Heartbeat, "heartbeat", lambda m: heard.append((m.state, m.reason)), event(50)
    )
    drivers.silent = {"wheel_odometry", "imu"}
    runner = processes(*STACK)

    def becomes(state, *words):
        def is_so():
            return bool(heard) and heard[-1][0] == state and all(w in heard[-1][1] for w in words)

        try:
            until(is_so, f"state {state} with {words}", 20.0, runner)
        except AssertionError as error:
            raise AssertionError(f"{error}; the last was {heard[-1:]}") from error

    becomes(Heartbeat.STATE_ERROR, "waiting for wheel_odometry")
    drivers.silent = {"imu"}
    becomes(Heartbeat.STATE_DEGRADED, "waiting for imu")
    drivers.silent = set()
    becomes(Heartbeat.STATE_OK)
    drivers.silent = {"rear"}
    becomes(Heartbeat.STATE_DEGRADED, "no depth images from rear")
    drivers.silent = {"imu"}
    becomes(Heartbeat.STATE_ERROR, "imu silent for")
    drivers.silent, drivers.imu_frame = set(), "imu_link"
    becomes(Heartbeat.STATE_ERROR, "imu silent for", "'imu_link' on base_link is not in /tf_static")
    drivers.imu_frame = "base_link"
    becomes(Heartbeat.STATE_OK)
    drivers.silent = {"wheel_odometry"}
    becomes(Heartbeat.STATE_ERROR, "wheel_odometry silent for more than 0.5 s")


def test_a_robot_that_does_not_do_what_the_guard_passed_on_is_held(processes, drivers, node, until):
    heard = []
    node.create_subscription(
        Heartbeat, "heartbeat", lambda m: heard.append((m.state, m.reason)), event(50)
    )
    driven = node.create_publisher(TwistStamped, "guard/cmd_vel", event(1))
    runner = processes(*STACK)
    until(lambda: heard and heard[-1][0] == Heartbeat.STATE_OK, "all well", 30.0, runner)
    message = TwistStamped()
    message.twist.linear.x = 0.3
    # The drivers are those of a robot that stands.
    timer = node.create_timer(0.02, lambda: driven.publish(message))
    told = "contact (code 210): told to drive ahead, but the wheels stand"
    until(lambda: heard[-1][1].startswith(told), told, 20.0, runner)
    assert heard[-1][0] == Heartbeat.STATE_DEGRADED
    node.destroy_timer(timer)
