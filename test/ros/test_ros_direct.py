"""The fast lane goes on whatever it is sent, and knows the time before it judges a message."""

import time
from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy")

from astra_core.ros.direct import DirectLane


class Handle:
    """Gives out what is in it; a number in place of a message is bytes that are none."""

    def __init__(self, waiting):
        self.waiting, self.pointer = waiting, id(self)

    def take_message(self, kind, raw):
        if not self.waiting:
            return None
        taken = self.waiting.pop(0)
        if isinstance(taken, int):
            raise RuntimeError("cannot be deserialized")
        return (taken, {})


class Node:
    """Makes subscriptions out of what waits for them."""

    def __init__(self, **waiting):
        self.handles = {topic: Handle(messages) for topic, messages in waiting.items()}
        self.logged = []

    def create_subscription(self, kind, topic, callback, qos, callback_group):
        return SimpleNamespace(
            handle=self.handles[topic], msg_type=kind, raw=False, topic_name=topic
        )

    def get_logger(self):
        return SimpleNamespace(error=self.logged.append)


def drained(node, lane):
    lane._drain({handle.pointer for handle in node.handles.values()})


def test_an_urgent_message_is_taken_before_each_other_one():
    node, heard = Node(clock=["t1"], wheels=["w1", "w2"]), []

    def on_wheels(message):
        heard.append(message)
        node.handles["clock"].waiting.append(f"t after {message}")

    lane = DirectLane(node)
    lane.subscribe(None, "wheels", on_wheels, None)
    lane.subscribe(None, "clock", heard.append, None, is_urgent=True)
    drained(node, lane)
    assert heard == ["t1", "w1", "t after w1", "w2", "t after w2"]


def test_bytes_that_are_no_message_and_messages_that_cannot_be_used_end_nothing():
    node, heard = Node(wheels=[0, "w1", "w2"], imu=["i1"]), []

    def on_wheels(message):
        if message == "w1":
            raise ValueError("square")
        heard.append(message)

    lane = DirectLane(node)
    lane.subscribe(None, "wheels", on_wheels, None)
    lane.subscribe(None, "imu", heard.append, None)
    drained(node, lane)
    drained(node, lane)
    assert heard == ["i1", "w2"]
    assert lane.refused == {"refused wheels": "2, the last because ValueError('square')"}


def test_a_slow_subscription_gives_way_to_its_neighbours():
    """Its messages come faster than they are handled: it is never empty."""
    node, heard = Node(slow=["s"], fast=[f"f{number}" for number in range(5)]), []

    def on_slow(message):
        assert heard.count("s") < 100, "nobody else had a turn"
        heard.append(message)
        node.handles["slow"].waiting.append(message)
        time.sleep(0.005)

    lane = DirectLane(node)
    lane.subscribe(None, "slow", on_slow, None)
    lane.subscribe(None, "fast", heard.append, None)
    drained(node, lane)
    assert heard[-5:] == ["f0", "f1", "f2", "f3", "f4"]
    assert 1 <= heard.count("s") <= 5  # 20 ms of 5 ms each, and the one that overran


def test_a_callback_that_takes_longer_than_a_turn_has_one_message_in_each():
    node, heard = Node(slow=["s1", "s2", "s3"], fast=["f1"]), []

    def on_slow(message):
        heard.append(message)
        time.sleep(0.03)

    lane = DirectLane(node)
    lane.subscribe(None, "slow", on_slow, None)
    lane.subscribe(None, "fast", heard.append, None)
    drained(node, lane)
    drained(node, lane)
    assert heard == ["s1", "f1", "s2"]


def test_urgent_messages_without_end_do_not_hold_up_the_others():
    node, heard = Node(clock=["t"], wheels=["w1"]), []

    def on_clock(message):
        assert heard.count("t") < 1000, "nobody else had a turn"
        heard.append(message)
        node.handles["clock"].waiting.append(message)

    lane = DirectLane(node)
    lane.subscribe(None, "wheels", heard.append, None)
    lane.subscribe(None, "clock", on_clock, None, is_urgent=True)
    drained(node, lane)
    assert 1 <= heard.index("w1") <= 200
