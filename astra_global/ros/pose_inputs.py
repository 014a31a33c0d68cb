"""Poses that people click in rviz2: ``goal_pose`` and ``initialpose``."""

from __future__ import annotations

from collections.abc import Callable

from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped

from astra_core.errors import ConfigError, NotLocalized
from astra_core.ros.direct import DirectLane
from astra_core.ros.poses import covariance_from_msg
from astra_core.ros.qos import event
from astra_global.ros.conversions import pose_in_map
from astra_global.ros.mission_desk import MissionDesk
from astra_msgs.msg import GoalSpec

__all__ = ["PoseInputs"]


class PoseInputs:
    """Turns clicked poses into missions and first fixes; what cannot be used, the lane refuses."""

    def __init__(self, lane: DirectLane, desk: MissionDesk, now_ns: Callable[[], int]) -> None:
        """Subscribe on a lane that has not been started.

        Args:
            lane: Where poses come in.
            desk: Who conducts missions and knows the frames.
            now_ns: Returns the stamp of the newest odometry.
        """
        self._desk, self._now_ns = desk, now_ns
        lane.subscribe(PoseStamped, "goal_pose", self._on_goal, event())
        lane.subscribe(PoseWithCovarianceStamped, "initialpose", self._on_initial, event())

    def _on_goal(self, message: PoseStamped) -> None:
        if why := self._desk.refusal():
            raise NotLocalized(why)
        self._desk.replace(GoalSpec(kind=GoalSpec.KIND_POSE, pose=message))

    def _on_initial(self, message: PoseWithCovarianceStamped) -> None:
        pipeline = self._desk.pipeline
        if pipeline is None:
            raise NotLocalized(self._desk.refusal() or "map or cameras are not known yet")
        if not message.header.frame_id:
            # A message that nobody filled in: zeros would put the robot at the map's origin.
            raise ConfigError("initialpose has no frame: set frame_id to map")
        stamped = PoseStamped(header=message.header, pose=message.pose.pose)
        pose = pose_in_map(stamped, self._desk.frames(), self._desk.fixed)
        covariance = covariance_from_msg(message.pose.covariance)
        # rviz2 stamps with its own clock; the pose is meant for now.
        now_ns = self._now_ns()
        if not pipeline.set_pose(pose, covariance, now_ns):
            raise NotLocalized(pipeline.pose_problem(pose, covariance, now_ns))
