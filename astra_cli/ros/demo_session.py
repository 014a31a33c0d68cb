"""The person with the microphone: sends a spoken goal, shows progress, keeps what scoring needs.

It is a client like any other: it talks to the stack by the action `navigate` and listens. The
ground truth that it also hears goes into the record and nowhere else.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import Twist
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from astra_cli.demo.display import ProgressState
from astra_core import se3
from astra_core.errors import AstraError
from astra_core.ros.qos import scored
from astra_core.time import NS_PER_S, to_seconds
from astra_msgs.action import Navigate
from astra_msgs.msg import GlobalPose, GoalSpec, LocalOdometry, SimScore, Trajectory

__all__ = ["DemoSession", "DriveLog"]

_LATENCY = "image_to_command_ms_"


@dataclass
class DriveLog:
    """Everything heard during a drive, by stamp in nanoseconds."""

    truth: dict[int, np.ndarray] = field(default_factory=dict)
    odometry: dict[int, np.ndarray] = field(default_factory=dict)
    global_poses: dict[int, np.ndarray | None] = field(default_factory=dict)
    planning_s: list[float] = field(default_factory=list)
    image_to_command_ms: dict[str, float] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    first_wall_s: float = 0.0
    last_wall_s: float = 0.0
    first_stamp_ns: int = 0
    last_stamp_ns: int = 0
    end_stamp_ns: int | None = None

    @property
    def sim_time_s(self) -> float:
        """Return the simulated seconds of the drive."""
        return to_seconds(self.last_stamp_ns - self.first_stamp_ns)

    @property
    def wall_time_s(self) -> float:
        """Return the wall seconds of the drive."""
        return self.last_wall_s - self.first_wall_s

    @property
    def real_time_factor(self) -> float:
        """Return simulated seconds per wall second, NaN before anything happened."""
        return self.sim_time_s / self.wall_time_s if self.wall_time_s > 0 else float("nan")

    def rates_hz(self) -> dict[str, float]:
        """Return messages per simulated second by topic."""
        seconds = self.sim_time_s
        return {name: count / seconds for name, count in self.counts.items()} if seconds else {}


class DemoSession:
    """Speaks to a running stack.

    Attributes:
        node: Its node, to look at the graph.
        log: What was heard since the goal was given.
        state: What a person is shown.
        num_collisions: By the simulator's count.
        collided_with: Ids of the objects touched.
    """

    def __init__(self, domain_id: int) -> None:
        """Join the ROS graph of the given domain."""
        self._context = rclpy.Context()
        # Ctrl-C belongs to the command, which stops the processes in order.
        rclpy.init(
            context=self._context,
            domain_id=domain_id,
            signal_handler_options=SignalHandlerOptions.NO,
        )
        self.node = rclpy.create_node("astra_demo", context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._client = ActionClient(self.node, Navigate, "navigate")
        self.log = DriveLog()
        self.state = ProgressState()
        self.num_collisions = 0
        self.collided_with: tuple[str, ...] = ()
        self._driving = False
        for kind, topic, callback in (
            (Odometry, "sim/ground_truth", self._on_truth),
            (LocalOdometry, "local/odometry", self._on_odometry),
            (GlobalPose, "global/pose", self._on_global_pose),
            (Trajectory, "local/trajectory", self._on_trajectory),
            (SimScore, "sim/score", self._on_score),
            (Twist, "cmd_vel", self._on_command),
            (DiagnosticArray, "/diagnostics", self._on_diagnostics),
        ):
            self.node.create_subscription(kind, topic, callback, scored())

    def drive(
        self,
        goal_text: str,
        *,
        check: Callable[[], None],
        on_state: Callable[[ProgressState], None],
        server_timeout_s: float = 180.0,
        wall_timeout_s: float = 900.0,
    ) -> Navigate.Result:
        """Send the goal and wait until the mission ends.

        Args:
            goal_text: What the robot is told.
            check: Called often; raises when a process died.
            on_state: Called often with what is to be shown.
            server_timeout_s: Wall time for each step of getting ready: server, sensors, map.
            wall_timeout_s: Wall time for the whole mission.

        Raises:
            AstraError: No server, the goal was refused outright, or the time ran out.
        """
        self._wait(self._client.server_is_ready, server_timeout_s, check, "the action `navigate`")
        # The robot's first senses, so that the record starts with the drive.
        self._wait(lambda: bool(self.log.truth), server_timeout_s, check, "the simulator's sensors")
        # A large map takes Astra-Global a while to load; from its first word on it takes goals.
        heard = self.log.global_poses
        self._wait(lambda: bool(heard), server_timeout_s, check, "astra_global to be ready")
        # Each topic is found on its own: a goal that is refused at once is over before that.
        odometry = self.log.odometry
        self._wait(lambda: bool(odometry), server_timeout_s, check, "astra_local's odometry")
        self._start_log()
        request = Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_TEXT, text=goal_text))
        sent = self._client.send_goal_async(request, feedback_callback=self._on_feedback)
        self._wait(sent.done, server_timeout_s, check, "an answer to the goal")
        handle = sent.result()
        if not handle.accepted:
            raise AstraError("the goal was rejected: the stack is not active")
        result = handle.get_result_async()
        try:
            deadline_s = monotonic() + wall_timeout_s
            while not result.done():
                self._spin(check)
                self.state.sim_time_s = self.log.sim_time_s
                self.state.real_time_factor = self.log.real_time_factor
                on_state(self.state)
                if monotonic() > deadline_s:
                    raise AstraError(f"the mission did not end within {wall_timeout_s:.0f} s")
        except BaseException:
            # Whoever interrupts us, the robot is told to stop before we go.
            with contextlib.suppress(Exception):
                handle.cancel_goal_async()
                self._executor.spin_once(timeout_sec=0.2)
            raise
        answer = result.result().result
        self.log.end_stamp_ns = self.log.last_stamp_ns
        self._settle(check, seconds=1.0)
        self._driving = False
        return answer

    def idle(self, check: Callable[[], None]) -> None:
        """Stay until ``check`` raises; what is heard meanwhile is not kept."""
        while True:
            self._spin(check)
            self.log = DriveLog()

    def close(self) -> None:
        """Leave the ROS graph."""
        self._driving = False
        self._executor.shutdown(timeout_sec=1.0)
        self._client.destroy()
        self.node.destroy_node()
        self._context.try_shutdown()

    def _start_log(self) -> None:
        stamp_ns = max(self.log.truth)
        self.log = DriveLog(
            first_wall_s=monotonic(),
            last_wall_s=monotonic(),
            first_stamp_ns=stamp_ns,
            last_stamp_ns=stamp_ns,
        )
        self._driving = True

    def _settle(self, check: Callable[[], None], seconds: float) -> None:
        # The robot rolls out for a moment after "arrived"; where it stands then is what counts.
        end_ns = self.log.last_stamp_ns + round(seconds * NS_PER_S)
        deadline_s = monotonic() + 20.0
        while self.log.last_stamp_ns < end_ns and monotonic() < deadline_s:
            self._spin(check)

    def _wait(
        self, ready: Callable[[], bool], timeout_s: float, check: Callable[[], None], what: str
    ) -> None:
        deadline_s = monotonic() + timeout_s
        while not ready():
            self._spin(check)
            if monotonic() > deadline_s:
                raise AstraError(f"waited {timeout_s:.0f} s in vain for {what}")

    def _spin(self, check: Callable[[], None]) -> None:
        check()
        with contextlib.suppress(ExternalShutdownException):
            self._executor.spin_once(timeout_sec=0.1)

    def _on_truth(self, message: Odometry) -> None:
        stamp_ns = _stamp_ns(message.header.stamp)
        self.log.truth[stamp_ns] = _planar(message.pose.pose)
        if self._driving:
            self.log.last_stamp_ns = max(self.log.last_stamp_ns, stamp_ns)
            self.log.last_wall_s = monotonic()

    def _on_odometry(self, message: LocalOdometry) -> None:
        self.log.odometry[_stamp_ns(message.header.stamp)] = _planar(message.pose.pose)
        self.log.counts["local/odometry"] += 1
        self.state.speed_mps = message.twist.twist.linear.x

    def _on_global_pose(self, message: GlobalPose) -> None:
        known = message.status != GlobalPose.STATUS_NOT_LOCALIZED
        stamp_ns = _stamp_ns(message.header.stamp)
        self.log.global_poses[stamp_ns] = _planar(message.pose.pose) if known else None
        self.log.counts["global/pose"] += 1
        covariance = message.pose.covariance
        self.state.localized = known
        self.state.sigma_m = float(np.sqrt(max(covariance[0] + covariance[7], 0.0) / 2.0))

    def _on_trajectory(self, message: Trajectory) -> None:
        self.log.planning_s.append(message.planning_time)
        self.log.counts["local/trajectory"] += 1

    def _on_score(self, message: SimScore) -> None:
        self.num_collisions = message.collisions
        self.collided_with = tuple(message.touched)

    def _on_command(self, _message: Twist) -> None:
        self.log.counts["cmd_vel"] += 1

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for value in (value for status in message.status for value in status.values):
            if value.key.startswith(_LATENCY):
                self.log.image_to_command_ms[value.key.removeprefix(_LATENCY)] = float(value.value)

    def _on_feedback(self, message: Any) -> None:
        feedback = message.feedback
        self.state.phase = feedback.phase
        self.state.distance_m = feedback.distance_remaining


def _stamp_ns(stamp: Any) -> int:
    return int(stamp.sec) * NS_PER_S + int(stamp.nanosec)


def _planar(pose: Any) -> np.ndarray:
    p, q = pose.position, pose.orientation
    return se3.to_se2(se3.from_position_quaternion((p.x, p.y, p.z), (q.x, q.y, q.z, q.w)))
