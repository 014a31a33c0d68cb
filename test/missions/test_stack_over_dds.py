"""A running stack, looked at from outside: who talks to whom."""

import time
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

SEED = 7


def test_nobody_but_the_judge_hears_the_truth_and_only_the_guard_moves_the_robot(
    home_map: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rclpy.node import Node

    from astra_cli.demo.stack import running_stack
    from astra_sim.scenes import make_scene

    # running_stack() chooses a domain for this process; put everything back afterwards.
    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    with running_stack(make_scene("home", SEED), home_map, None) as stack:
        observer: Node = stack.session.node
        expected = {"astra_sim", "astra_guard", "astra_local", "astra_global"}
        deadline_s = time.monotonic() + 20.0
        while not expected <= set(observer.get_node_names()) and time.monotonic() < deadline_s:
            stack.check()
            time.sleep(0.2)
        assert expected <= set(observer.get_node_names())
        time.sleep(1.0)  # Topics are discovered after their node.
        for topic in ("/sim/ground_truth", "/sim/score"):
            assert observer.get_publishers_info_by_topic(topic)
            listeners = {i.node_name for i in observer.get_subscriptions_info_by_topic(topic)}
            assert listeners == {"astra_demo"}
        publishers = [i.node_name for i in observer.get_publishers_info_by_topic("/cmd_vel")]
        assert publishers == ["astra_guard"]
        # The sensors really come from another process.
        for topic in ("/imu", "/wheel_odometry", "/camera/front/image_raw"):
            assert [i.node_name for i in observer.get_publishers_info_by_topic(topic)] == [
                "astra_sim"
            ]
