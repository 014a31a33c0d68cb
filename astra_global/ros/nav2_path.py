"""Nav2's ``ComputePathToPose``: the way that Astra would take, asked without driving it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Path
from rclpy.action import ActionServer
from rclpy.node import Node

from astra_core.errors import AstraError, ConfigError, GoalUnreachable, NotLocalized

__all__ = ["path_server"]

#: Of Nav2's codes those that say the same.
_CODES = ((NotLocalized, "TF_ERROR"), (GoalUnreachable, "NO_VALID_PATH"))


def path_server(
    node: Node, find: Callable[[PoseStamped | None, PoseStamped], Path]
) -> ActionServer | None:
    """Offer ``compute_path_to_pose``; ``None`` where ``nav2_msgs`` is not installed.

    Args:
        node: The node.
        find: Returns the way from a pose, or from where the robot is, to another; raises
            AstraError where there is none.
    """
    try:
        from nav2_msgs.action import ComputePathToPose
    except ImportError:
        return None

    def answer(handle: Any) -> Any:
        result, request = ComputePathToPose.Result(), handle.request
        try:
            if getattr(request, "viapoints", ()):
                raise ConfigError("paths over viapoints are not planned; ask for each piece")
            result.path = find(request.start if request.use_start else None, request.goal)
        except AstraError as error:
            names = [name for kind, name in _CODES if isinstance(error, kind)]
            code = getattr(ComputePathToPose.Result, (*names, "UNKNOWN")[0], 0)
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

    return ActionServer(node, ComputePathToPose, "compute_path_to_pose", answer)
