"""Nav2's actions that tell the way over the map without driving it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Path
from rclpy.action import ActionServer
from rclpy.node import Node

from astra_core.errors import AstraError, ConfigError, GoalUnreachable, NotLocalized
from astra_global.ros.nav2 import poses_of

__all__ = ["path_servers"]

Find = Callable[[PoseStamped | None, Sequence[PoseStamped]], Path]

#: Of Nav2's codes those that say the same.
_CODES = ((NotLocalized, "TF_ERROR"), (GoalUnreachable, "NO_VALID_PATH"))


def path_servers(node: Node, find: Find) -> list[ActionServer]:
    """Offer ``compute_path_to_pose`` and ``compute_path_through_poses``.

    Args:
        node: The node.
        find: Returns the way from a pose, or from where the robot is, through others in their
            order; raises AstraError where there is none.

    Returns:
        The servers; none where ``nav2_msgs`` is not installed.
    """
    try:
        from nav2_msgs import action
    except ImportError:
        return []
    return [
        _server(node, find, action.ComputePathToPose, "compute_path_to_pose", _goal),
        _server(node, find, action.ComputePathThroughPoses, "compute_path_through_poses", _goals),
    ]


def _server(
    node: Node,
    find: Find,
    action: Any,
    name: str,
    goals: Callable[[Any], Sequence[PoseStamped]],
) -> ActionServer:
    def answer(handle: Any) -> Any:
        result, request = action.Result(), handle.request
        try:
            result.path = find(request.start if request.use_start else None, goals(request))
        except AstraError as error:
            names = [name for kind, name in _CODES if isinstance(error, kind)]
            code = getattr(action.Result, (*names, "UNKNOWN")[0], 0)
            # Humble's result has no codes.
            if hasattr(result, "error_code"):
                result.error_code = code
            if hasattr(result, "error_msg"):
                result.error_msg = str(error)
            node.get_logger().warning(f"no path to show: {error}")
            handle.abort()
        else:
            handle.succeed()
        return result

    return ActionServer(node, action, name, answer)


def _goal(request: Any) -> Sequence[PoseStamped]:
    if getattr(request, "viapoints", ()):
        raise ConfigError("a path to one pose has no viapoints: ask for the path through poses")
    return [request.goal]


def _goals(request: Any) -> Sequence[PoseStamped]:
    goals = poses_of(request.goals)
    if not goals:
        raise ConfigError("the path has no poses to go through")
    return goals
