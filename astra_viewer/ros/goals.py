"""The page as a client of the action ``navigate``: sends goals, stops the robot, tells the end."""

from __future__ import annotations

import os
from typing import Any

from action_msgs.msg import GoalStatus, GoalStatusArray
from action_msgs.srv import CancelGoal
from rclpy.action import ActionClient
from rclpy.node import Node
from rclpy.task import Future
from unique_identifier_msgs.msg import UUID

from astra_core.ros.poses import pose_stamped
from astra_core.ros.qos import event, latched
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec
from astra_viewer.mission_text import MissionShown

__all__ = ["GoalClient"]

_UNDERWAY = (GoalStatus.STATUS_ACCEPTED, GoalStatus.STATUS_EXECUTING, GoalStatus.STATUS_CANCELING)
_ENDS = {
    GoalStatus.STATUS_SUCCEEDED: "arrived",
    GoalStatus.STATUS_CANCELED: "cancelled",
    GoalStatus.STATUS_ABORTED: "ended without arriving",
}


class GoalClient:
    """Follows every mission of the stack, whoever asked for it.

    Attributes:
        shown: How the newest mission stands.
    """

    def __init__(self, node: Node) -> None:
        """Become a client of the action."""
        self.shown = MissionShown()
        self._client = ActionClient(node, Navigate, "navigate")
        self._cancel = node.create_client(CancelGoal, "navigate/_action/cancel_goal")
        self._own: dict[bytes, MissionShown] = {}
        self._foreign: tuple[bytes, MissionShown] = b"", self.shown
        self._ended: set[bytes] | None = None
        node.create_subscription(
            Navigate.Impl.FeedbackMessage, "navigate/_action/feedback", self._on_feedback, event()
        )
        node.create_subscription(
            GoalStatusArray, "navigate/_action/status", self._on_status, latched(10)
        )

    def is_ready(self) -> bool:
        """Return whether the stack can be asked and told to stop."""
        return bool(self._client.server_is_ready() and self._cancel.service_is_ready())

    def send_text(self, words: str) -> None:
        """Go where the words say."""
        self._send(words, GoalSpec(kind=GoalSpec.KIND_TEXT, text=words))

    def send_landmark(self, landmark_id: str) -> None:
        """Go to a landmark of the map."""
        goal = GoalSpec(kind=GoalSpec.KIND_LANDMARK, landmark_id=landmark_id)
        self._send(landmark_id, goal)

    def send_pose(self, pose: tuple[float, float, float], frame: str) -> None:
        """Go to a pose (x, y, theta) in a frame."""
        goal = GoalSpec(kind=GoalSpec.KIND_POSE, pose=pose_stamped(pose, 0, frame))
        self._send(f"({pose[0]:.1f}, {pose[1]:.1f}) m", goal)

    def cancel_all(self) -> None:
        """Stop, whoever asked for the mission."""
        if self._cancel.service_is_ready():
            # An empty id and stamp mean: all goals (action_msgs/srv/CancelGoal).
            self._cancel.call_async(CancelGoal.Request())

    def close(self) -> None:
        """Stop listening; missions go on."""
        self._client.destroy()

    def _send(self, words: str, goal: GoalSpec) -> None:
        shown = self.shown = MissionShown(goal=words)
        if not self._client.server_is_ready():
            shown.end = "the stack is not ready: no action server navigate"
            return
        # Known before the first feedback comes, which may overtake the answer.
        uuid = os.urandom(16)
        self._own[uuid] = shown
        sent = self._client.send_goal_async(
            Navigate.Goal(goal=goal), goal_uuid=UUID(uuid=list(uuid))
        )
        sent.add_done_callback(lambda future: self._on_answer(future, shown))

    def _on_answer(self, future: Future, shown: MissionShown) -> None:
        handle: Any = future.result()
        if handle is None or not handle.accepted:
            shown.end = "the goal was rejected: astra_global cannot take goals now, see its health"
            return
        handle.get_result_async().add_done_callback(lambda result: self._on_result(result, shown))

    def _on_result(self, future: Future, shown: MissionShown) -> None:
        answer: Any = future.result()
        if answer is None:
            return
        result = answer.result
        shown.landmark = result.landmark_id or shown.landmark
        shown.has_arrived = result.error_code == Navigate.Result.NONE
        shown.end = (
            f"arrived after {result.time:.0f} s and {result.path_length:.1f} m"
            if shown.has_arrived
            else f"{result.error_msg} ({result.error_code})"
        )
        if shown.has_arrived and result.remark:
            shown.end += f"; {result.remark}"

    def _on_feedback(self, message: Any) -> None:
        uuid, feedback = bytes(message.goal_id.uuid), message.feedback
        shown = self._of(uuid)
        shown.phase, shown.landmark = feedback.phase, feedback.landmark_id
        shown.distance_m, shown.speed_mps = feedback.distance_remaining, feedback.speed
        shown.time_s, shown.recoveries = feedback.navigation_time, feedback.recoveries
        shown.message = feedback.message

    def _of(self, uuid: bytes) -> MissionShown:
        """Return the mission with an id; one of somebody else takes the page when it is new."""
        if uuid in self._own:
            return self._own[uuid]
        if uuid != self._foreign[0]:
            self.shown = MissionShown()
            self._foreign = uuid, self.shown
        return self._foreign[1]

    def _on_status(self, message: GoalStatusArray) -> None:
        ended = self._ended
        self._ended = set()
        for status in message.status_list:
            uuid = bytes(status.goal_info.goal_id.uuid)
            if status.status in _ENDS:
                self._ended.add(uuid)
            if uuid in self._own or (status.status not in _UNDERWAY and status.status not in _ENDS):
                continue
            # What had ended before this client came is nobody's news. A mission may also end
            # before anything else is heard of it.
            if ended is None and status.status in _ENDS:
                continue
            if ended is not None and uuid in ended:
                continue
            shown = self._of(uuid)
            if status.status in _ENDS:
                shown.end = _ENDS[status.status]
                shown.has_arrived = status.status == GoalStatus.STATUS_SUCCEEDED
