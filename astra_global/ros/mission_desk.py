"""Steps the mission and tells everybody who asked: action clients, topics, the log."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Path
from numpy.typing import NDArray
from rclpy.node import Node

from astra_core.errors import (
    AstraError,
    ConfigError,
    GoalNotFound,
    GoalUnreachable,
    NotLocalized,
    SensorTimeout,
)
from astra_core.records import LocalizationStatus
from astra_core.ros.poses import pose_stamped
from astra_core.time import to_seconds
from astra_global.pipeline import AstraGlobal
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.conversions import (
    Lookup,
    goal_from_msg,
    path_to_msg,
    pose_in_map,
    result_to_msg,
)
from astra_global.ros.nav2 import nav2_doors
from astra_global.ros.nav2_path import path_servers
from astra_global.ros.nav2_state import Nav2State
from astra_global.ros.navigate_server import NAVIGATE, NavigateServer
from astra_global.ros.outputs import GlobalOutputs
from astra_global.types import MissionPhase, MissionResult, MissionStatus
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec

__all__ = ["MissionDesk"]

Pose = NDArray[np.float64]


class MissionDesk:
    """One mission at a time. :meth:`step` and :meth:`start` may come from different threads.

    Attributes:
        pipeline: Who knows the way; ``None`` until map and rig are known.
    """

    def __init__(
        self,
        node: Node,
        config: GlobalNodeConfig,
        outputs: GlobalOutputs,
        fixed: Lookup = lambda target, source: None,
        placed: Callable[[Pose | None], Pose | None] = lambda t_map_odom: t_map_odom,
        trouble: Callable[[], str] = lambda: "",
    ) -> None:
        """Open the desk.

        Args:
            node: The node.
            config: Its settings.
            outputs: Where answers go.
            fixed: As in :func:`astra_global.ros.conversions.pose_in_map`.
            placed: Returns ``T_map_odom`` of TF from that of Astra-Local's odometry.
            trouble: Returns why no mission can succeed now; empty where nothing is known to
                hinder one.
        """
        self.fixed = fixed
        self._placed, self._trouble = placed, trouble
        self.pipeline: AstraGlobal | None = None
        self._node, self._config, self._outputs = node, config, outputs
        self._lock = threading.RLock()
        self._now_ns = self._start_ns = 0
        self._running = False
        self._plans: Counter[bool] = Counter()
        self._speed_mps = 0.0
        self._is_open = False
        self._server = NavigateServer(
            node,
            self._lock,
            refusal=self.refusal,
            start=self._start_request,
            cancel=self._cancel,
            wake=lambda: self.step(self._now_ns),
            doors=[NAVIGATE, *(doors := nav2_doors())],
        )
        self._paths = path_servers(node, self.path)
        self._nav2 = Nav2State(node, lambda: not self.refusal()) if doors else None

    @property
    def running(self) -> bool:
        """Return whether a mission is under way."""
        return self._running

    @property
    def is_open(self) -> bool:
        """Return whether the node is active, so that goals may be taken."""
        return self._is_open

    def open(self, is_open: bool) -> None:
        """Say whether goals may be taken."""
        self._is_open = is_open

    def refusal(self) -> str:
        """Say why goals cannot be taken now; empty when they can."""
        if not self._is_open:
            return "astra_global is not active"
        if self.pipeline is not None:
            return ""
        return self._trouble() or "map or cameras are not known yet"

    def count_plan(self, is_fallback: bool, speed_mps: float) -> None:
        """Take note of a plan of Astra-Local."""
        self._plans[is_fallback] += 1
        self._speed_mps = speed_mps

    def start(self, spec: GoalSpec, timeout_s: float = 0.0) -> Navigate.Result | None:
        """Begin a mission; see :meth:`astra_global.pipeline.AstraGlobal.start`.

        Raises:
            AstraError: The goal cannot be used.
        """
        with self._lock:
            goal = goal_from_msg(spec, self.frames(), self.fixed)
            if trouble := self._trouble():
                raise SensorTimeout(trouble)
            if goal.landmark_id and goal.landmark_id not in self.pipeline.map.landmark_by_id:
                # Said at once, and not after the robot has found out where it is.
                raise GoalNotFound(f"the map has no landmark {goal.landmark_id!r}")
            replaced = self.pipeline.start(goal, self._now_ns, timeout_s)
            message = None if replaced is None else self._result(replaced)
            self._plans.clear()
            self._running, self._start_ns = True, self._now_ns
            return message

    def replace(self, spec: GoalSpec) -> None:
        """Begin a mission that nobody waits for (``goal_pose``); the old client is told.

        Raises:
            AstraError: The goal cannot be used.
        """
        with self._lock:
            replaced = self.start(spec)
            if replaced is not None:
                self._server.finish(replaced)

    def stop(self, reason: str) -> None:
        """End the mission and tell its client."""
        with self._lock:
            self._cancel(reason)
            self.step(self._now_ns)

    def fail(self, error: AstraError) -> None:
        """End the mission, if there is one, with the code of an error and tell its client."""
        with self._lock:
            if self._running and self.pipeline is not None:
                self.pipeline.fail(error)
                self.step(self._now_ns)

    def step(self, now_ns: int) -> None:
        """Advance by one step and publish."""
        with self._lock:
            self._now_ns = now_ns
            pipeline = self.pipeline
            if pipeline is None:
                return
            if self._running and (trouble := self._trouble()):
                # Said at once, and not after minutes of looking around.
                pipeline.fail(SensorTimeout(trouble))
            status = pipeline.step(now_ns)
            if status.sub_goal is not None:
                self._outputs.send_sub_goal(status.sub_goal)
            twin = self._outputs.send_pose(pipeline, now_ns)
            if self._nav2 is not None and twin is not None:
                self._nav2.send(twin, pipeline.last_fix_ns)
            self._outputs.send_route(pipeline, now_ns)
            self._server.step(lambda: self._feedback(status))
            if self._running and status.result is not None:
                self._running = False
                self._log(status.result)
                self._server.finish(self._result(status.result))

    def frames(self) -> dict[str, NDArray[np.float64] | None]:
        """Return ``T_map_frame`` of the frames in which poses are understood."""
        c, pipeline = self._config, self.pipeline
        base = None
        if pipeline is not None:
            pose = pipeline.global_pose(self._now_ns)
            base = None if pose.status == LocalizationStatus.NOT_LOCALIZED else pose.pose
        odom = None if pipeline is None else self._placed(pipeline.map_to_odom())
        return {c.map_frame: np.zeros(3), c.odom_frame: odom, c.base_frame: base}

    def path(self, start: PoseStamped | None, goals: Sequence[PoseStamped]) -> Path:
        """Return the way through poses in their order, without driving it.

        Args:
            start: Where it begins; ``None`` is where the robot is.
            goals: At least one. Where a pose is not free, the way goes to beside it and on from
                there.

        Raises:
            AstraError: A pose cannot be used, or there is no way.
        """
        pipeline = self.pipeline
        if pipeline is None:
            raise NotLocalized(self.refusal())
        frames = self.frames()
        begin = None if start is None else pose_in_map(start, frames, self.fixed)
        pieces: list[NDArray[np.float64]] = []
        for number, goal in enumerate(goals, start=1):
            try:
                route = pipeline.path(begin, pose_in_map(goal, frames, self.fixed), self._now_ns)
            except (ConfigError, NotLocalized, GoalUnreachable) as error:
                if len(goals) == 1:
                    raise
                raise type(error)(f"pose {number}: {error}") from error
            if route.remark:
                self._node.get_logger().info(f"the way to show: {route.remark}")
            # A piece begins where the one before it ends.
            pieces.append(route.points_m[1:] if pieces else route.points_m)
            begin = route.goal_pose
        return path_to_msg(np.concatenate(pieces), self._now_ns, self._config.map_frame)

    def close(self) -> None:
        """Close the desk; a client that waits is told."""
        if self._running:
            self.stop("astra_global is shutting down")
        self._server.close()
        for server in self._paths:
            server.destroy()
        if self._nav2 is not None:
            self._nav2.close()

    def _start_request(self, request: Navigate.Goal) -> Navigate.Result | None:
        if not 0.0 <= request.timeout < math.inf:
            raise ConfigError(f"timeout must be 0 (the default) or more, got {request.timeout:g} s")
        return self.start(request.goal, request.timeout)

    def _cancel(self, reason: str) -> None:
        if self.pipeline is not None:
            self.pipeline.cancel(reason)

    def _feedback(self, status: MissionStatus) -> Navigate.Feedback:
        pose = self.pipeline.global_pose(self._now_ns)
        localized = pose.status != LocalizationStatus.NOT_LOCALIZED
        message = Navigate.Feedback(
            phase=status.phase.value,
            landmark_id=status.landmark_id,
            distance_remaining=_number(status.distance_remaining_m),
            estimated_time_remaining=_number(status.eta_s),
            speed=float(self._speed_mps),
            navigation_time=to_seconds(self._now_ns - self._start_ns),
            recoveries=int(status.recoveries),
            localized=localized,
            message=status.message,
        )
        if localized and status.phase != MissionPhase.DONE:
            message.current_pose = pose_stamped(pose.pose, pose.stamp_ns, self._config.map_frame)
        return message

    def _result(self, result: MissionResult) -> Navigate.Result:
        total = self._plans.total()
        fraction = self._plans[True] / total if total else 0.0
        return result_to_msg(result, self._now_ns, self._config.map_frame, fraction)

    def _log(self, result: MissionResult) -> None:
        logger = self._node.get_logger()
        if result.success:
            where = result.landmark_id or "the goal"
            remark = f"; {result.remark}" if result.remark else ""
            logger.info(f"arrived at {where} in {result.time_s:.1f} s{remark}")
        else:
            logger.warning(f"mission ended with code {result.error_code}: {result.error_msg}")


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
