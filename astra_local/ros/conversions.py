"""Messages of Astra-Local: trajectories, paths and grids."""

from __future__ import annotations

import array
import math
from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import Point, Pose, Quaternion
from nav_msgs.msg import MapMetaData, OccupancyGrid, Path
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2, PointField

from astra_core.observation import ImuSample, WheelSample
from astra_core.records import Trajectory, Velocity
from astra_core.ros.poses import header, pose_stamped, pose_to_msg, velocity_to_msg
from astra_core.ros.stamps import from_stamp, to_stamp
from astra_core.time import from_seconds
from astra_local.types import GridField
from astra_local.voxel.occupancy import OccupancyView
from astra_msgs.msg import Trajectory as TrajectoryMsg
from astra_msgs.msg import TrajectoryPoint

__all__ = [
    "covariance_problem",
    "distance_grid",
    "distance_points",
    "imu_from_msg",
    "occupancy_grid",
    "path_to_msg",
    "trajectory_to_msg",
    "wheels_from_msg",
]

_FREE, _OCCUPIED, _UNKNOWN = 0, 100, -1
_DISTANCE_SHOWN_M = 1.0


def imu_from_msg(message, r_base_imu: NDArray[np.float64] | None = None) -> ImuSample:
    """Return the record of a ``sensor_msgs/Imu``, with the axes of ``base_link``.

    The distance of the IMU from the centre is left out: at the speeds of the robot it adds little
    acceleration, and nothing to the angular velocity.

    Args:
        message: The message.
        r_base_imu: Rotation ``(3, 3)`` of the mounting; ``None`` where the axes are the base's.
    """
    w, a = message.angular_velocity, message.linear_acceleration
    angular, linear = (w.x, w.y, w.z), (a.x, a.y, a.z)
    if message.linear_acceleration_covariance[0] == -1.0:
        linear = (0.0, 0.0, 0.0)  # there is no accelerometer, whatever is filled in
    if r_base_imu is not None:
        angular = tuple((r_base_imu @ angular).tolist())
        linear = tuple((r_base_imu @ linear).tolist())
    return ImuSample(from_stamp(message.header.stamp), angular, linear)


def covariance_problem(covariance: Sequence[float]) -> str:
    """Return why a square covariance, row by row, can be none; empty where it can.

    Whoever fills in such a one is likely to be wrong about the rest, too. All zeros mean unknown.
    """
    values = np.asarray(covariance, dtype=np.float64)
    if not np.isfinite(values).all():
        return "is not finite"
    return "has a negative variance" if (values[:: math.isqrt(len(values)) + 1] < 0.0).any() else ""


def wheels_from_msg(message) -> WheelSample:
    """Return the record of the twist of a ``nav_msgs/Odometry``; its pose is not used."""
    twist = message.twist.twist
    return WheelSample(from_stamp(message.header.stamp), twist.linear.x, twist.angular.z)


def trajectory_to_msg(
    record: Trajectory, odom_frame: str, *, planning_time_s: float
) -> TrajectoryMsg:
    """Return the message of a trajectory."""
    points = []
    for number, (pose, velocity) in enumerate(zip(record.poses, record.velocities, strict=True)):
        sec, nanosec = divmod(from_seconds((number + 1) * record.dt_s), 1_000_000_000)
        points.append(
            TrajectoryPoint(
                time_from_start=Duration(sec=sec, nanosec=nanosec),
                pose=pose_to_msg(pose),
                velocity=velocity_to_msg(Velocity(float(velocity[0]), float(velocity[1]))),
            )
        )
    return TrajectoryMsg(
        header=header(record.stamp_ns, odom_frame),
        points=points,
        source=record.source_name,
        is_fallback=record.source.is_fallback,
        min_clearance=float(record.min_clearance_m),
        planning_time=float(planning_time_s),
    )


def path_to_msg(poses: NDArray[np.float64], stamp_ns: int, frame_id: str) -> Path:
    """Return planar poses ``(N, 3)`` as a path."""
    return Path(
        header=header(stamp_ns, frame_id),
        poses=[pose_stamped(pose, stamp_ns, frame_id) for pose in poses],
    )


def occupancy_grid(view: OccupancyView, odom_frame: str) -> OccupancyGrid:
    """Return the flattened occupancy; cells never seen are -1."""
    cells = np.where(view.occupied, _OCCUPIED, np.where(view.known, _FREE, _UNKNOWN))
    return _grid(cells, view.origin_m, view.resolution_m, view.stamp_ns, odom_frame)


def distance_grid(field: GridField, stamp_ns: int, odom_frame: str) -> OccupancyGrid:
    """Return a distance field for the eye: 100 at an obstacle or inside, 0 from 1 m on."""
    shown = 100.0 * (1.0 - field.values / _DISTANCE_SHOWN_M)
    cells = np.clip(shown, 0.0, 100.0)
    return _grid(cells, field.origin_m, field.resolution_m, stamp_ns, odom_frame)


def distance_points(field: GridField, stamp_ns: int, odom_frame: str) -> PointCloud2:
    """Return a distance field in metres: a point in the middle of each cell, on the floor.

    The field ``distance`` is negative inside obstacles.
    """
    height, width = field.values.shape
    names = ("x", "y", "z", "distance")
    points = np.zeros((height, width, len(names)), dtype=np.float32)
    x_m, y_m = field.origin_m
    points[..., 0] = x_m + (np.arange(width) + 0.5) * field.resolution_m
    points[..., 1] = y_m + (np.arange(height)[:, None] + 0.5) * field.resolution_m
    points[..., 3] = field.values
    data = array.array("B")
    data.frombytes(points.tobytes())
    size = points.itemsize
    return PointCloud2(
        header=header(stamp_ns, odom_frame),
        height=height,
        width=width,
        fields=[
            PointField(name=name, offset=number * size, datatype=PointField.FLOAT32, count=1)
            for number, name in enumerate(names)
        ],
        point_step=len(names) * size,
        row_step=width * len(names) * size,
        data=data,
        is_dense=True,
    )


def _grid(
    cells: NDArray[np.generic],
    origin_m: tuple[float, float],
    resolution_m: float,
    stamp_ns: int,
    frame_id: str,
) -> OccupancyGrid:
    height, width = cells.shape
    data = array.array("b")
    data.frombytes(np.ascontiguousarray(cells, dtype=np.int8).tobytes())
    return OccupancyGrid(
        header=header(stamp_ns, frame_id),
        info=MapMetaData(
            map_load_time=to_stamp(stamp_ns),
            resolution=float(resolution_m),
            width=width,
            height=height,
            origin=Pose(
                position=Point(x=float(origin_m[0]), y=float(origin_m[1])),
                orientation=Quaternion(w=1.0),
            ),
        ),
        data=data,
    )
