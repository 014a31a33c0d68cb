"""Rigid transforms as 4x4 matrices ``T_target_source``; quaternions are (x, y, z, w) as in ROS.

The rotation algebra is transforms3d's; this module fixes the order and the frames.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from transforms3d.euler import euler2mat, mat2euler
from transforms3d.quaternions import mat2quat, quat2mat

from astra_core.angles import wrap_angle
from astra_core.errors import ShapeError

__all__ = [
    "from_position_quaternion",
    "from_se2",
    "from_xyz_rpy",
    "inverse",
    "to_position_quaternion",
    "to_se2",
    "to_xyz_rpy",
    "transform_points",
]


def from_xyz_rpy(xyz_m: ArrayLike, rpy_rad: ArrayLike = (0.0, 0.0, 0.0)) -> NDArray[np.float64]:
    """Build a 4x4 transform from a translation ``(3,)`` and fixed-axis roll, pitch, yaw."""
    roll, pitch, yaw = np.asarray(rpy_rad, dtype=np.float64)
    matrix = np.eye(4)
    matrix[:3, :3] = euler2mat(roll, pitch, yaw, axes="sxyz")
    matrix[:3, 3] = np.asarray(xyz_m, dtype=np.float64)
    return matrix


def to_xyz_rpy(transform: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Split a 4x4 transform into translation ``(3,)`` and roll, pitch, yaw ``(3,)``."""
    _check(transform)
    return transform[:3, 3].copy(), np.asarray(mat2euler(transform[:3, :3], axes="sxyz"))


def from_position_quaternion(
    position_m: ArrayLike, quaternion_xyzw: ArrayLike
) -> NDArray[np.float64]:
    """Build a 4x4 transform from a position ``(3,)`` and a quaternion ``(4,)`` (x, y, z, w).

    Raises:
        ValueError: The quaternion is zero or not finite. It is normalised otherwise.
    """
    x, y, z, w = np.asarray(quaternion_xyzw, dtype=np.float64)
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    if not math.isfinite(norm) or norm < 1e-6:
        raise ValueError(f"quaternion (x={x}, y={y}, z={z}, w={w}) is not a rotation")
    matrix = np.eye(4)
    matrix[:3, :3] = quat2mat([w / norm, x / norm, y / norm, z / norm])
    matrix[:3, 3] = np.asarray(position_m, dtype=np.float64)
    return matrix


def to_position_quaternion(
    transform: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Split a 4x4 transform into position ``(3,)`` and quaternion ``(4,)`` (x, y, z, w)."""
    _check(transform)
    w, x, y, z = mat2quat(transform[:3, :3])
    return transform[:3, 3].copy(), np.array([x, y, z, w])


def inverse(t_a_b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``T_b_a`` of a 4x4 rigid transform."""
    _check(t_a_b)
    rotation_t = t_a_b[:3, :3].T
    matrix = np.eye(4)
    matrix[:3, :3] = rotation_t
    matrix[:3, 3] = -rotation_t @ t_a_b[:3, 3]
    return matrix


def from_se2(pose: ArrayLike, z_m: float = 0.0) -> NDArray[np.float64]:
    """Lift a planar pose ``(3,)`` to a 4x4 transform at height ``z_m``."""
    x, y, theta = np.asarray(pose, dtype=np.float64)
    return from_xyz_rpy((x, y, z_m), (0.0, 0.0, theta))


def to_se2(transform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Project a 4x4 transform onto the floor, ``[x, y, yaw]``; height, roll and pitch drop."""
    xyz, rpy = to_xyz_rpy(transform)
    return np.array([xyz[0], xyz[1], wrap_angle(float(rpy[2]))])


def transform_points(t_a_b: NDArray[np.float64], points_b: ArrayLike) -> NDArray[np.float64]:
    """Map points ``(*, 3)`` from frame b into frame a."""
    _check(t_a_b)
    return np.asarray(points_b, dtype=np.float64) @ t_a_b[:3, :3].T + t_a_b[:3, 3]


def _check(transform: NDArray[np.float64]) -> None:
    if transform.shape != (4, 4):
        raise ShapeError("an SE(3) transform", expected="(4, 4)", actual=transform.shape)
