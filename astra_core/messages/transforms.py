"""Poses and transforms in messages, and the fixed ones chained."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.messages.problem import MessageError

__all__ = ["StaticTree", "rigid_of", "stamped_pose"]


def rigid_of(position: Any, rotation: Any) -> NDArray[np.float64]:
    """Return the ``(4, 4)`` matrix of a position (x, y, z) and a quaternion (x, y, z, w).

    Raises:
        MessageError: The position is not finite or the quaternion is not a rotation.
    """
    place = (float(position.x), float(position.y), float(position.z))
    if not all(map(math.isfinite, place)):
        raise MessageError("the position is not finite")
    try:
        return se3.from_position_quaternion(place, (rotation.x, rotation.y, rotation.z, rotation.w))
    except ValueError as error:
        raise MessageError(str(error)) from error


def stamped_pose(message: Any) -> NDArray[np.float64]:
    """Return the pose ``(4, 4)`` of any message that tells one.

    Args:
        message: ``PoseStamped``, ``PoseWithCovarianceStamped``, ``Odometry`` or
            ``TransformStamped``.

    Raises:
        MessageError: It tells none, or one that cannot be.
    """
    if hasattr(message, "transform"):
        return rigid_of(message.transform.translation, message.transform.rotation)
    pose = getattr(message, "pose", None)
    # With a covariance it lies one level deeper.
    pose = getattr(pose, "pose", pose)
    if pose is None or not hasattr(pose, "orientation"):
        raise MessageError(
            "it tells no pose: PoseStamped, PoseWithCovarianceStamped, Odometry and "
            "TransformStamped do"
        )
    return rigid_of(pose.position, pose.orientation)


class StaticTree:
    """Remembers ``/tf_static`` and chains its transforms."""

    def __init__(self) -> None:
        """Start empty."""
        self._parents: dict[str, tuple[str, NDArray[np.float64]]] = {}

    def update(self, message: Any) -> None:
        """Take in a ``tf2_msgs/TFMessage``; a newer transform of a frame replaces the older one.

        Raises:
            MessageError: A transform cannot be used; the others of the message are taken.
        """
        problem = None
        for item in message.transforms:
            child = item.child_frame_id.lstrip("/")
            parent = item.header.frame_id.lstrip("/")
            try:
                self._parents[child] = (
                    parent,
                    rigid_of(item.transform.translation, item.transform.rotation),
                )
            except MessageError as error:
                problem = MessageError(f"{parent} to {child}: {error}")
        if problem is not None:
            raise problem

    @property
    def frames(self) -> tuple[str, ...]:
        """Return the frames that are known, in order of their names."""
        return tuple(sorted({*self._parents, *(parent for parent, _ in self._parents.values())}))

    def lookup(self, target: str, source: str) -> NDArray[np.float64] | None:
        """Return ``T_target_source`` ``(4, 4)``, or ``None`` while the chain is not known."""
        above_target, above_source = self._ancestors(target), self._ancestors(source)
        for frame, t_frame_source in above_source.items():
            if frame in above_target:
                return se3.inverse(above_target[frame]) @ t_frame_source
        return None

    def _ancestors(self, frame: str) -> dict[str, NDArray[np.float64]]:
        """Return ``T_ancestor_frame`` of the frame itself and all above it, nearest first."""
        frame = frame.lstrip("/")
        result = {frame: np.eye(4)}
        transform = np.eye(4)
        while frame in self._parents:
            frame, t_parent_child = self._parents[frame]
            if frame in result:  # a loop in somebody's tree
                break
            transform = t_parent_child @ transform
            result[frame] = transform
        return result
