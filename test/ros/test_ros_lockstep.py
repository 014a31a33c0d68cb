"""Simulated time advances only when the nodes have done their work, and never stops for good."""

import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import fake_robot
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rosgraph_msgs.msg import Clock

from astra_core.ros.lockstep import LEFT_NS, TickAcknowledger
from astra_core.ros.qos import event
from astra_core.ros.stamps import from_stamp, to_stamp
from astra_msgs.msg import TickAck

FAKE = str(Path(fake_robot.__file__))
TICK_NS = fake_robot.TICK_NS


def start_simulator(processes, *parameters):
    argv = [sys.executable, FAKE, "--ros-args"]
    for parameter in ("real_time_factor:=0.0", *parameters):
        argv += ["-p", parameter]
    return processes(("astra_sim", argv))


class Peer:
    """Hears the clock and acknowledges on demand."""

    def __init__(self, node, names):
        self.ticks = []
        self.names = names
        self.answering = True
        self._publisher = node.create_publisher(TickAck, "sim/tick_ack", event(50))
        node.create_subscription(Clock, "/clock", self._on_clock, event(50))

    def _on_clock(self, message):
        self.ticks.append(from_stamp(message.clock))
        if self.answering:
            for name in self.names:
                self.send(name, self.ticks[-1])

    def send(self, name, stamp_ns):
        self._publisher.publish(TickAck(stamp=to_stamp(stamp_ns), node=name))


def test_the_first_tick_is_repeated_until_everybody_takes_part(processes, node, until):
    peer = Peer(node, ["a"])
    runner = start_simulator(processes, "lockstep_nodes:=['a', 'b']")
    until(lambda: len(peer.ticks) >= 4, "repeated ticks", runner=runner)
    assert set(peer.ticks) == {TICK_NS}
    peer.send("b", TICK_NS)
    peer.names.append("b")
    until(lambda: len(set(peer.ticks)) >= 50, "progress", runner=runner)
    distinct = sorted(set(peer.ticks))
    assert distinct == list(range(TICK_NS, TICK_NS * (len(distinct) + 1), TICK_NS))


def test_no_tick_begins_before_the_last_is_acknowledged(processes, node, until):
    peer = Peer(node, ["a"])
    runner = start_simulator(processes, "lockstep_nodes:=['a']", "ack_timeout_s:=60.0")
    until(lambda: len(set(peer.ticks)) >= 10, "progress", runner=runner)
    peer.answering = False
    time.sleep(0.3)
    held = peer.ticks[-1]
    time.sleep(0.5)
    assert peer.ticks[-1] == held
    peer.send("a", held)
    until(lambda: peer.ticks[-1] == held + TICK_NS, "exactly one tick", runner=runner)
    time.sleep(0.3)
    assert peer.ticks[-1] == held + TICK_NS


def test_a_dead_node_costs_three_time_outs_and_not_the_run(processes, node, until):
    peer = Peer(node, ["a", "b"])
    runner = start_simulator(processes, "lockstep_nodes:=['a', 'b']", "ack_timeout_s:=0.4")
    until(lambda: len(set(peer.ticks)) >= 10, "progress", runner=runner)
    peer.names.remove("b")
    started_s, before = time.monotonic(), len(peer.ticks)
    until(lambda: len(peer.ticks) >= before + 100, "progress without b", runner=runner)
    assert time.monotonic() - started_s > 3 * 0.4 * 0.9
    log = runner.log_file("astra_sim").read_text()
    assert log.count("no acknowledgement within 0.4 s of b") == 3
    assert "not waiting any more for b" in log


def test_who_has_left_is_not_waited_for(processes, node, until):
    peer = Peer(node, ["a", "b"])
    runner = start_simulator(processes, "lockstep_nodes:=['a', 'b']", "ack_timeout_s:=30.0")
    until(lambda: len(set(peer.ticks)) >= 10, "progress", runner=runner)
    peer.names.remove("b")
    peer.send("b", LEFT_NS)
    before = len(peer.ticks)
    until(lambda: len(peer.ticks) >= before + 100, "progress without b", 15.0, runner)


def test_the_robot_stops_when_commands_cease(processes, node, until):
    truth = []
    node.create_subscription(Odometry, "sim/ground_truth", truth.append, event(200))
    wheels = []
    node.create_subscription(Odometry, "wheel_odometry", wheels.append, event(200))
    command = node.create_publisher(Twist, "cmd_vel", event(1))
    runner = start_simulator(
        processes,
        "lockstep_nodes:=['']",
        "real_time_factor:=1.0",
        "publish_ground_truth:=true",
    )
    message = Twist()
    message.linear.x = 0.4
    deadline_s = time.monotonic() + 20.0
    while not (wheels and wheels[-1].twist.twist.linear.x == 0.4):
        command.publish(message)
        time.sleep(0.05)
        assert time.monotonic() < deadline_s
    until(lambda: wheels[-1].twist.twist.linear.x == 0.0, "a stop", runner=runner)
    driven = [sample for sample in wheels if sample.twist.twist.linear.x == 0.4]
    assert all(sample.twist.twist.linear.x in (0.0, 0.4) for sample in wheels)
    # 0.15 s without a command are 7 ticks and a half, after the last of at least one command.
    assert len(driven) >= 7
    assert truth[-1].pose.pose.position.x == pytest.approx(0.4 * 0.02 * len(driven), rel=0.1)


def test_acknowledgements_hold_back_while_work_lags_too_far(node, until):
    heard = []
    node.create_subscription(
        TickAck, "sim/tick_ack", lambda m: heard.append(from_stamp(m.stamp)), event(50)
    )
    busy = [None]
    acknowledger = TickAcknowledger(node, 0.1, lambda: busy[0])
    until(lambda: node.count_subscribers("sim/tick_ack") == 1, "discovery")
    until(lambda: acknowledger._publisher.get_subscription_count() == 1, "a match")
    acknowledger.tick(20_000_000)
    busy[0] = 20_000_000
    acknowledger.tick(100_000_000)  # 80 ms behind: allowed
    until(lambda: heard == [20_000_000, 100_000_000], "two acknowledgements")
    acknowledger.tick(120_000_000)  # 100 ms behind: held
    time.sleep(0.2)
    assert heard[-1] == 100_000_000
    busy[0] = None
    acknowledger.release()
    until(lambda: heard[-1] == 120_000_000, "the held one")
    acknowledger.release()
    time.sleep(0.2)
    assert len(heard) == 3


def test_after_leaving_nothing_is_said_until_joining_again(node, until):
    heard = []
    node.create_subscription(
        TickAck, "sim/tick_ack", lambda m: heard.append(from_stamp(m.stamp)), event(50)
    )
    acknowledger = TickAcknowledger(node, 0.1, lambda: None)
    until(lambda: acknowledger._publisher.get_subscription_count() == 1, "a match")
    acknowledger.leave()
    acknowledger.tick(20_000_000)
    until(lambda: heard == [LEFT_NS], "the farewell")
    time.sleep(0.2)
    assert heard == [LEFT_NS]
    acknowledger.join()
    until(lambda: heard == [LEFT_NS, 20_000_000], "the tick held back")
