"""When a heartbeat is due: by the work that is done. No node needed."""

from types import SimpleNamespace

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

from astra_core.ros.health import Health, HealthReporter
from astra_core.ros.stamps import from_stamp
from astra_msgs.msg import Heartbeat

MS = 1_000_000


def reporter(beats, health=None):
    """Return a reporter of a node that is none; its heartbeats go to a list."""
    topics = {"heartbeat": beats, "/diagnostics": []}
    node = SimpleNamespace(
        create_publisher=lambda kind, topic, qos: SimpleNamespace(publish=topics[topic].append),
        create_timer=lambda period_s, callback, clock=None: None,
        get_name=lambda: "astra_local",
    )
    return HealthReporter(node, lambda: health or Health(), by_timer=False)


def test_a_heartbeat_comes_every_tenth_of_a_second_of_work():
    beats = []
    health = reporter(beats)
    for number in range(1, 51):
        health.tick(number * 20 * MS)
    stamps_ms = [from_stamp(beat.stamp) // MS for beat in beats]
    assert stamps_ms == list(range(100, 1001, 100))
    assert {beat.node for beat in beats} == {"astra_local"}


def test_a_clock_that_went_back_is_followed_at_once():
    beats = []
    health = reporter(beats)
    for stamp_ms in (10_000, 10_020, 500, 520, 600):
        health.tick(stamp_ms * MS)
    assert [from_stamp(beat.stamp) // MS for beat in beats] == [10_000, 500, 600]


def test_what_is_wrong_is_said_with_every_beat():
    beats = []
    reporter(beats, Health(Heartbeat.STATE_ERROR, "camera lost")).beat(7 * MS)
    (beat,) = beats
    assert (beat.state, beat.reason) == (Heartbeat.STATE_ERROR, "camera lost")
    assert from_stamp(beat.stamp) == 7 * MS
