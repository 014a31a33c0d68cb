"""Planar poses and velocities as ``geometry_msgs``, covariances in the order of REP-103."""

from __future__ import annotations

import math

import numpy as np
from geometry_msgs.msg import (
    Point,
    Pose,
    PoseStamped,
    Quaternion,
    Transform,
    TransformStamped,
    Twist,
    Vector3,
)
from numpy.typing import ArrayLike, NDArray
from std_msgs.msg import Header

from astra_core import se3
from astra_core.messages.transforms import rigid_of
from astra_core.records import Velocity
from astra_core.ros.checks import MessageError, require_finite
from astra_core.ros.stamps import to_stamp

__all__ = [
    "command_from_msg",
    "covariance_from_msg",
    "covariance_to_msg",
    "header",
    "planar_transform",
    "pose_from_msg",
    "pose_stamped",
    "pose_to_msg",
    "rigid_from_msg",
    "rigid_from_pose",
    "rigid_transform",
    "velocity_from_msg",
    "velocity_to_msg",
]

_PLANAR = (0, 1, 5)


def header(stamp_ns: int, frame_id: str) -> Header:
    """Return a header."""
    return Header(stamp=to_stamp(stamp_ns), frame_id=frame_id)


def pose_to_msg(pose: ArrayLike) -> Pose:
    """Return the message of a planar pose ``(3,)``."""
    x, y, theta = (float(value) for value in pose)  # type: ignore[union-attr]
    return Pose(position=Point(x=x, y=y), orientation=_yaw(theta))


def pose_from_msg(message: Pose) -> NDArray[np.float64]:
    """Return the planar pose ``(3,)`` of a message; height, roll and pitch are dropped.

    Raises:
        MessageError: The position is not finite or the quaternion is not a rotation.
    """
    return se3.to_se2(rigid_from_pose(message))


def rigid_from_pose(message: Pose) -> NDArray[np.float64]:
    """Return the ``(4, 4)`` matrix of a pose message.

    Raises:
        MessageError: The position is not finite or the quaternion is not a rotation.
    """
    return rigid_of(message.position, message.orientation)


def pose_stamped(pose: ArrayLike, stamp_ns: int, frame_id: str) -> PoseStamped:
    """Return a planar pose ``(3,)`` with header."""
    return PoseStamped(header=header(stamp_ns, frame_id), pose=pose_to_msg(pose))


def covariance_to_msg(covariance: NDArray[np.floating]) -> NDArray[np.float64]:
    """Spread a planar covariance ``(3, 3)`` over the ``(36,)`` of REP-103 (x, y, z, rx, ry, rz)."""
    full = np.zeros((6, 6))
    full[np.ix_(_PLANAR, _PLANAR)] = covariance
    return full.ravel()


def covariance_from_msg(values: ArrayLike) -> NDArray[np.float64]:
    """Take the planar part ``(3, 3)`` out of ``(36,)`` values.

    Raises:
        MessageError: It is not finite.
    """
    planar = np.asarray(values, dtype=np.float64).reshape(6, 6)[np.ix_(_PLANAR, _PLANAR)].copy()
    require_finite("the covariance", *planar.ravel().tolist())
    return planar


def velocity_to_msg(velocity: Velocity) -> Twist:
    """Return a body velocity as Twist."""
    return Twist(
        linear=Vector3(x=float(velocity.linear_mps)),
        angular=Vector3(z=float(velocity.angular_rad_s)),
    )


def velocity_from_msg(message: Twist) -> Velocity:
    """Return the planar part of a Twist."""
    return Velocity(message.linear.x, message.angular.z)


def command_from_msg(what: str, message: Twist) -> Velocity:
    """Return the velocity that a Twist asks for.

    Raises:
        MessageError: It asks for a way that Astra's robots do not move: to do the rest of it alone
            would lead somewhere else.
    """
    if message.linear.y != 0.0:
        raise MessageError(
            f"{what} asks to move sideways (linear.y {message.linear.y:g} m/s); Astra drives ahead "
            "and turns only"
        )
    return velocity_from_msg(message)


def planar_transform(
    pose: ArrayLike, stamp_ns: int, target_frame: str, source_frame: str
) -> TransformStamped:
    """Return ``T_target_source`` of a planar pose ``(3,)`` as TF writes it (parent, child)."""
    x, y, theta = (float(value) for value in pose)  # type: ignore[union-attr]
    return TransformStamped(
        header=header(stamp_ns, target_frame),
        child_frame_id=source_frame,
        transform=Transform(translation=Vector3(x=x, y=y), rotation=_yaw(theta)),
    )


def rigid_transform(
    transform: NDArray[np.floating], stamp_ns: int, target_frame: str, source_frame: str
) -> TransformStamped:
    """Return ``T_target_source`` ``(4, 4)`` as TF writes it (parent, child)."""
    position, quaternion = se3.to_position_quaternion(transform)
    x, y, z = position.tolist()
    qx, qy, qz, qw = quaternion.tolist()
    return TransformStamped(
        header=header(stamp_ns, target_frame),
        child_frame_id=source_frame,
        transform=Transform(
            translation=Vector3(x=x, y=y, z=z), rotation=Quaternion(x=qx, y=qy, z=qz, w=qw)
        ),
    )


def rigid_from_msg(message: Transform) -> NDArray[np.float64]:
    """Return the ``(4, 4)`` matrix of a transform message.

    Raises:
        MessageError: The translation is not finite or the quaternion is not a rotation.
    """
    return rigid_of(message.translation, message.rotation)


def _yaw(theta_rad: float) -> Quaternion:
    return Quaternion(z=math.sin(theta_rad / 2.0), w=math.cos(theta_rad / 2.0))
