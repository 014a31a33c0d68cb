"""Nav2's ``NavigateToPose`` as a second door to the mission, where ``nav2_msgs`` is installed.

Clients of Nav2 (rviz2's panel, ``nav2_simple_commander``, behaviour trees) then need no change. The
field ``behavior_tree`` is not used.
"""

from __future__ import annotations

import math
from typing import Any

from builtin_interfaces.msg import Duration

from astra_core.time import from_seconds
from astra_global.ros.navigate_server import Door
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec

__all__ = ["navigate_to_pose"]


def navigate_to_pose() -> Door | None:
    """Return the door of ``navigate_to_pose``; ``None`` where ``nav2_msgs`` is not installed."""
    try:
        from nav2_msgs.action import NavigateToPose
    except ImportError:
        return None

    def feedback(message: Navigate.Feedback) -> Any:
        answer = NavigateToPose.Feedback()
        answer.current_pose = message.current_pose
        answer.navigation_time = _duration(message.navigation_time)
        answer.estimated_time_remaining = _duration(message.estimated_time_remaining)
        answer.number_of_recoveries = int(message.recoveries)
        remaining_m = message.distance_remaining
        answer.distance_remaining = remaining_m if math.isfinite(remaining_m) else 0.0
        return answer

    def result(message: Navigate.Result) -> Any:
        answer = NavigateToPose.Result()
        # Humble's result is empty; Jazzy and later tell why.
        if hasattr(answer, "error_code"):
            answer.error_code = message.error_code
        if hasattr(answer, "error_msg"):
            answer.error_msg = message.error_msg
        return answer

    return Door(NavigateToPose, "navigate_to_pose", _goal, feedback, result)


def _goal(message: Any) -> Navigate.Goal:
    return Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_POSE, pose=message.pose))


def _duration(seconds: float) -> Duration:
    if not math.isfinite(seconds) or seconds < 0.0:
        return Duration()
    sec, nanosec = divmod(from_seconds(seconds), 1_000_000_000)
    return Duration(sec=sec, nanosec=nanosec)
