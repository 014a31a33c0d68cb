"""Records of ``astra_core.records`` as messages and back."""

from __future__ import annotations

from geometry_msgs.msg import PoseWithCovariance, TwistWithCovariance
from nav_msgs.msg import Odometry

from astra_core.records import LocalOdometry, SubGoal
from astra_core.ros.checks import MessageError, require_finite
from astra_core.ros.poses import (
    covariance_from_msg,
    covariance_to_msg,
    header,
    pose_from_msg,
    pose_to_msg,
    velocity_from_msg,
    velocity_to_msg,
)
from astra_core.ros.stamps import from_stamp
from astra_msgs.msg import LocalOdometry as LocalOdometryMsg
from astra_msgs.msg import SubGoal as SubGoalMsg

__all__ = [
    "odometry_from_msg",
    "odometry_to_msg",
    "odometry_twin",
    "sub_goal_from_msg",
    "sub_goal_to_msg",
]


_MODALITIES = ("wheel", "imu", "vision")


def odometry_to_msg(record: LocalOdometry, odom_frame: str, base_frame: str) -> LocalOdometryMsg:
    """Return the message of an odometry record."""
    moving = record.velocity.linear_mps != 0.0 or record.velocity.angular_rad_s != 0.0
    return LocalOdometryMsg(
        header=header(record.stamp_ns, odom_frame),
        child_frame_id=base_frame,
        pose=PoseWithCovariance(
            pose=pose_to_msg(record.pose), covariance=covariance_to_msg(record.covariance)
        ),
        twist=TwistWithCovariance(twist=velocity_to_msg(record.velocity)),
        modalities=[name for name in _MODALITIES if name in record.modalities],
        stationary=not moving,
        doubted_cameras=sorted(record.doubted_cameras),
    )


def odometry_from_msg(message: LocalOdometryMsg) -> LocalOdometry:
    """Return the record of an odometry message.

    Raises:
        MessageError: It is not finite or its quaternion is not a rotation.
    """
    twist = message.twist.twist
    require_finite("the velocity", twist.linear.x, twist.angular.z)
    return LocalOdometry(
        stamp_ns=from_stamp(message.header.stamp),
        pose=pose_from_msg(message.pose.pose),
        covariance=covariance_from_msg(message.pose.covariance),
        velocity=velocity_from_msg(twist),
        modalities=frozenset(message.modalities),
        doubted_cameras=frozenset(message.doubted_cameras),
    )


def odometry_twin(message: LocalOdometryMsg) -> Odometry:
    """Return what rviz2 and Nav2 understand of a local odometry message."""
    return Odometry(
        header=message.header,
        child_frame_id=message.child_frame_id,
        pose=message.pose,
        twist=message.twist,
    )


def sub_goal_to_msg(record: SubGoal, odom_frame: str) -> SubGoalMsg:
    """Return the message of a sub-goal."""
    mode = SubGoalMsg.MODE_GO
    if record.halt:
        mode = SubGoalMsg.MODE_HALT
    elif record.spin_rad != 0.0:
        mode = SubGoalMsg.MODE_SPIN
    return SubGoalMsg(
        header=header(record.stamp_ns, odom_frame),
        mode=mode,
        pose=pose_to_msg(record.pose),
        is_final=bool(record.is_final),
        max_speed=float(record.max_speed_mps),
        spin_angle=float(record.spin_rad),
        sequence=int(record.sequence),
    )


def sub_goal_from_msg(message: SubGoalMsg) -> SubGoal:
    """Return the record of a sub-goal message.

    Raises:
        MessageError: The mode is unknown, a number is not finite, the speed is negative, or the
            quaternion is not a rotation.
    """
    if message.mode not in (SubGoalMsg.MODE_GO, SubGoalMsg.MODE_HALT, SubGoalMsg.MODE_SPIN):
        raise MessageError(f"a sub-goal with unknown mode {message.mode}")
    require_finite("the sub-goal", message.max_speed, message.spin_angle)
    if message.max_speed < 0.0:
        raise MessageError(f"a sub-goal with the speed {message.max_speed:g} m/s")
    return SubGoal(
        stamp_ns=from_stamp(message.header.stamp),
        pose=pose_from_msg(message.pose),
        is_final=message.is_final,
        max_speed_mps=message.max_speed,
        halt=message.mode == SubGoalMsg.MODE_HALT,
        spin_rad=message.spin_angle if message.mode == SubGoalMsg.MODE_SPIN else 0.0,
        sequence=message.sequence,
    )
