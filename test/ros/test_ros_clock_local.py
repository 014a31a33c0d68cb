"""Astra-Local, whatever becomes of the clock of its sensors."""

import re
import time

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from robot_drivers import Drivers
from simulated_clock import SimulatedClock
from test_ros_local_health import STACK

from astra_core.ros.qos import event
from astra_core.ros.stamps import from_stamp
from astra_msgs.msg import Heartbeat, LocalOdometry

S = 1_000_000_000


class Ear:
    def __init__(self, node):
        self.odometry, self.health = [], (None, "")
        node.create_subscription(LocalOdometry, "local/odometry", self._on_odometry, event(50))
        node.create_subscription(Heartbeat, "heartbeat", self._on_heartbeat, event(50))

    def _on_odometry(self, message):
        self.odometry.append((time.monotonic(), from_stamp(message.header.stamp)))

    def _on_heartbeat(self, message):
        if message.node == "astra_local":
            self.health = (message.state, message.reason)

    def is_well(self):
        return self.health[0] == Heartbeat.STATE_OK


@pytest.fixture
def ear(node):
    return Ear(node)


@pytest.mark.slow
def test_odometry_is_back_within_a_second_after_a_recording_began_again(
    processes, node, ear, until
):
    clock = SimulatedClock(node)
    clock.now_ns = 100 * S
    drivers = Drivers(node, lambda: clock.now_ns)
    try:
        (local, (name, argv)) = STACK
        simulated = (local[0], (*local[1], "--ros-args", "-p", "use_sim_time:=true"))
        runner = processes(simulated, (name, argv))
        until(lambda: ear.odometry and ear.is_well(), "odometry", 60.0, runner)
        before_ns, began_s = ear.odometry[-1][1], time.monotonic()
        clock.now_ns = 20 * S
        until(lambda: ear.odometry[-1][1] < before_ns, "odometry of the new time", 3.0, runner)
        assert time.monotonic() - began_s < 1.0
        assert "the clock was set back by" in runner.log_file("astra_local").read_text()
        until(ear.is_well, "good health", 20.0, runner)
    finally:
        drivers.close()
        clock.close()


def test_odometry_is_back_within_a_second_after_the_clock_was_set_back(
    processes, drivers, ear, until
):
    runner = processes(*STACK)
    until(lambda: ear.odometry and ear.is_well(), "odometry", 60.0, runner)
    # All sensors at once, as when a recording begins again.
    set_s = time.monotonic()
    drivers.ahead_ns = -30 * S
    until(
        lambda: ear.odometry[-1][1] < ear.odometry[0][1] and len(ear.odometry) > 5,
        "odometry of the new time",
        3.0,
        runner,
    )
    first_s = next(at_s for at_s, stamp_ns in ear.odometry if stamp_ns < ear.odometry[0][1])
    assert first_s - set_s < 1.0
    log = runner.log_file("astra_local").read_text()
    assert "the stamps of wheel_odometry went back by 29." in log
    # Pictures are of the new time as well; that it is not this computer's is said.
    until(
        lambda: "wheel_odometry 30.0" in ear.health[1] and "no depth" not in ear.health[1],
        "the offset and nothing else",
        20.0,
        runner,
    )

    drivers.ahead_ns = S
    until(
        lambda: re.search(r"wheel_odometry (1\.0|0\.9). s ahead", ear.health[1]),
        "the offset",
        20.0,
        runner,
    )
    assert ear.health[0] == Heartbeat.STATE_ERROR
    heard = len(ear.odometry)
    time.sleep(0.3)
    assert len(ear.odometry) == heard  # refused, every one
    drivers.ahead_ns = 0
    until(ear.is_well, "good health", 20.0, runner)
