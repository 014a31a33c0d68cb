"""The fast lane goes on whatever it is sent, and knows the time before it judges a message."""

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
