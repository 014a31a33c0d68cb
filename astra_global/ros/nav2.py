"""Nav2's actions as further doors to missions, where ``nav2_msgs`` is installed.

Clients of Nav2 (rviz2's panel, ``nav2_simple_commander``, behaviour trees) then need no change. The
field ``behavior_tree`` is not used. Poses through which the robot shall drive, and waypoints, are
missions one after another: it comes to rest at each. Loops of waypoints are driven as often as
asked; the first waypoint that cannot be reached ends them, as Nav2's ``stop_on_failure`` does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from builtin_interfaces.msg import Duration

from astra_core.errors import ConfigError
from astra_core.time import from_seconds
from astra_global.ros.navigate_server import Door, Progress
from astra_msgs.action import Navigate
from astra_msgs.msg import GoalSpec

__all__ = ["nav2_doors", "poses_of"]

#: More poses than anybody drives in one go; a number of loops can be anything.
_MOST_POSES = 1000


def nav2_doors() -> list[Door]:
    """Return the doors of Nav2's actions; none where ``nav2_msgs`` is not installed."""
    try:
        from nav2_msgs import action
    except ImportError:
        return []
    return [
        Door(
            action.NavigateToPose,
            "navigate_to_pose",
            lambda message: [_goal(message.pose)],
            _feedback_of(action.NavigateToPose),
            _result_of(action.NavigateToPose),
        ),
        Door(
            action.NavigateThroughPoses,
            "navigate_through_poses",
            lambda message: [_goal(pose) for pose in poses_of(message.poses)],
            _feedback_of(action.NavigateThroughPoses),
            _result_of(action.NavigateThroughPoses),
        ),
        Door(
            action.FollowWaypoints,
            "follow_waypoints",
            _waypoints,
            _waypoint_of(action.FollowWaypoints),
            _result_of(action.FollowWaypoints),
        ),
    ]


def _waypoint_of(action: Any) -> Callable[[Navigate.Feedback, Progress], Any]:
    def feedback(_message: Navigate.Feedback, progress: Progress) -> Any:
        answer = action.Feedback()
        answer.current_waypoint = progress.reached
        return answer

    return feedback


def _feedback_of(action: Any) -> Callable[[Navigate.Feedback, Progress], Any]:
    def feedback(message: Navigate.Feedback, progress: Progress) -> Any:
        answer = action.Feedback()
        answer.current_pose = message.current_pose
        answer.navigation_time = _duration(message.navigation_time)
        answer.estimated_time_remaining = _duration(message.estimated_time_remaining)
        answer.number_of_recoveries = int(message.recoveries)
        remaining_m = message.distance_remaining
        answer.distance_remaining = remaining_m if math.isfinite(remaining_m) else 0.0
        if hasattr(answer, "number_of_poses_remaining"):
            answer.number_of_poses_remaining = progress.left
        return answer

    return feedback


def _result_of(action: Any) -> Callable[[Navigate.Result, Progress], Any]:
    def result(message: Navigate.Result, progress: Progress) -> Any:
        answer = action.Result()
        # Humble's result is empty; Jazzy and later tell why.
        if hasattr(answer, "error_code"):
            answer.error_code = message.error_code
        if hasattr(answer, "error_msg"):
            where = f"pose {progress.reached + 1}: " if progress.reached else ""
            # A goal that was not free was reached as near as there is room.
            answer.error_msg = where + message.error_msg if message.error_msg else message.remark
        return answer

    return result


def _goal(pose: Any) -> Navigate.Goal:
    return Navigate.Goal(goal=GoalSpec(kind=GoalSpec.KIND_POSE, pose=pose))


def poses_of(poses: Any) -> Sequence[Any]:
    """Return the poses of a field: a list until Jazzy, ``nav_msgs/Goals`` since.

    Raises:
        ConfigError: They are too many.
    """
    found: Sequence[Any] = getattr(poses, "goals", poses)
    if len(found) > _MOST_POSES:
        raise ConfigError(f"the goal has {len(found)} poses; {_MOST_POSES} are the most")
    return found


def _waypoints(message: Any) -> list[Navigate.Goal]:
    poses = list(poses_of(message.poses))
    first = int(getattr(message, "goal_index", 0))
    loops = max(1, int(getattr(message, "number_of_loops", 0)))
    if poses and first >= len(poses):
        raise ConfigError(f"the goal begins at waypoint {first} of {len(poses)}")
    if len(poses) * loops > _MOST_POSES:
        raise ConfigError(
            f"{loops} loops of {len(poses)} waypoints are too many: {_MOST_POSES} is the most"
        )
    return [_goal(pose) for pose in poses[first:] + poses * (loops - 1)]


def _duration(seconds: float) -> Duration:
    if not math.isfinite(seconds) or seconds < 0.0:
        return Duration()
    sec, nanosec = divmod(from_seconds(seconds), 1_000_000_000)
    return Duration(sec=sec, nanosec=nanosec)
