"""From picture to command, by hand."""

import pytest

pytest.importorskip("rclpy")

from astra_local.ros.latency import Latency


def test_only_the_first_command_of_a_plan_counts():
    latency = Latency()
    assert latency.values() == {}
    latency.command(5_000_000)
    assert latency.values() == {}
    latency.plan(1_000_000_000)
    latency.command(1_080_000_000)
    latency.command(1_900_000_000)
    latency.plan(2_000_000_000)
    latency.command(2_120_000_000)
    assert latency.values()["image_to_command_ms_median"] == pytest.approx(100.0)
    assert latency.values()["image_to_command_ms_p95"] == pytest.approx(118.0)
