"""A second client at the running stack: cancel, replace, ask back; the robot obeys at once."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

SEED = 7  # Of the map that the tests of this folder share.

FAST_MPS = 0.5
STOPPED = 0.02  # m/s or rad/s
CANCELLED_S = 0.5


class Client:
    """Sends goals and watches the wheels, in a ROS context of its own."""

    def __init__(self) -> None:
        import rclpy
        from rclpy.action import ActionClient
        from rclpy.executors import SingleThreadedExecutor

        from astra_core.ros.qos import event
        from astra_msgs.action import Navigate
        from astra_msgs.msg import GlobalPose, LocalOdometry

        self.context = rclpy.Context()
        rclpy.init(context=self.context, domain_id=int(os.environ["ROS_DOMAIN_ID"]))
        self.node = rclpy.create_node("tester", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)
        self.actions = ActionClient(self.node, Navigate, "navigate")
        self.drive: list[tuple[float, float, float]] = []  # s, m/s, rad/s
        self.num_global_poses = 0
        self.node.create_subscription(LocalOdometry, "local/odometry", self._hear, event(50))
        self.node.create_subscription(GlobalPose, "global/pose", self._count, event())

    def _hear(self, message) -> None:
        stamp, twist = message.header.stamp, message.twist.twist
        self.drive.append((stamp.sec + 1e-9 * stamp.nanosec, twist.linear.x, twist.angular.z))

    def _count(self, _message) -> None:
        self.num_global_poses += 1

    def until(self, condition, what: str, timeout_s: float = 120.0) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            self.executor.spin_once(timeout_sec=0.05)
            assert time.monotonic() < deadline_s, f"waited {timeout_s:.0f} s in vain for {what}"

    def send(self, words: str):
        from astra_msgs.action import Navigate
        from astra_msgs.msg import GoalSpec

        self.until(self.actions.server_is_ready, "the action")
        # From its first word on it takes goals.
        self.until(lambda: self.num_global_poses > 0, "astra_global")
        sent = self.actions.send_goal_async(Navigate.Goal(goal=GoalSpec(text=words)))
        self.until(sent.done, "an answer")
        assert sent.result().accepted
        return sent.result()

    def wait_for_motion(self) -> float:
        """Wait until the robot drives fast; return the simulated time."""
        self.until(lambda: bool(self.drive) and self.drive[-1][1] > FAST_MPS, "motion")
        return self.drive[-1][0]

    def close(self) -> None:
        self.executor.shutdown(timeout_sec=1.0)
        self.actions.destroy()
        self.node.destroy_node()
        self.context.try_shutdown()


@pytest.fixture
def client(home_map: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    from astra_cli.demo.stack import running_stack
    from astra_sim.scenes import make_scene

    for name in ("ROS_DOMAIN_ID", "ROS_AUTOMATIC_DISCOVERY_RANGE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    # With a viewer it runs no faster than real time: half a second is half a second.
    with running_stack(make_scene("home", SEED), home_map, None, viewer=True):
        client = Client()
        yield client
        client.close()


def test_goals_are_cancelled_and_replaced(client: Client) -> None:
    from action_msgs.msg import GoalStatus

    from astra_msgs.action import Navigate

    goal = client.send("I am thirsty")
    asked_s = client.wait_for_motion()
    ended = goal.get_result_async()
    cancelled = goal.cancel_goal_async()
    client.until(ended.done, "the end of the cancelled mission")
    assert cancelled.result().goals_canceling
    assert ended.result().status == GoalStatus.STATUS_CANCELED
    assert ended.result().result.error_code == Navigate.Result.CANCELLED
    client.until(lambda: client.drive[-1][0] > asked_s + 1.5, "the robot to roll out")
    moving_s = [s for s, v, w in client.drive if s > asked_s and max(abs(v), abs(w)) > STOPPED]
    assert max(moving_s) - asked_s <= CANCELLED_S

    first = client.send("I am thirsty")
    client.wait_for_motion()
    first_ended = first.get_result_async()
    second = client.send("take me to the dining table")
    client.until(first_ended.done, "the end of the replaced mission")
    assert first_ended.result().status == GoalStatus.STATUS_ABORTED
    assert first_ended.result().result.error_code == Navigate.Result.PREEMPTED
    second_ended = second.get_result_async()
    client.until(second_ended.done, "the second mission", 240.0)
    answer = second_ended.result().result
    assert answer.error_code == Navigate.Result.NONE
    assert answer.landmark_id.startswith("dining-table")
    assert answer.time > 0.0 and answer.path_length > 0.5
