"""Planar poses as arrays ``[x_m, y_m, theta_rad]`` with any leading dimensions ``(*, 3)``.

A pose ``T_a_b`` is the pose of frame b in frame a, and maps coordinates in b into a.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.angles import wrap_angle
from astra_core.errors import ShapeError

__all__ = ["accumulate", "between", "compose", "inverse", "transform_points"]


def _as_pose(pose: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(pose, dtype=np.float64)
    if array.shape[-1:] != (3,):
        raise ShapeError("an SE(2) pose", expected="(*, 3)", actual=array.shape)
    return array


def compose(t_a_b: ArrayLike, t_b_c: ArrayLike) -> NDArray[np.float64]:
    """Return ``T_a_c = T_a_b * T_b_c``.

    Args:
        t_a_b: Poses ``(*, 3)``.
        t_b_c: Poses ``(*, 3)``, broadcast against ``t_a_b``.

    Returns:
        Poses ``(*, 3)`` with the angle in (-pi, pi].
    """
    first, second = _as_pose(t_a_b), _as_pose(t_b_c)
    cos, sin = np.cos(first[..., 2]), np.sin(first[..., 2])
    x = first[..., 0] + cos * second[..., 0] - sin * second[..., 1]
    y = first[..., 1] + sin * second[..., 0] + cos * second[..., 1]
    return np.stack([x, y, wrap_angle(np.asarray(first[..., 2] + second[..., 2]))], axis=-1)


def inverse(t_a_b: ArrayLike) -> NDArray[np.float64]:
    """Return ``T_b_a``, shape ``(*, 3)``."""
    pose = _as_pose(t_a_b)
    cos, sin = np.cos(pose[..., 2]), np.sin(pose[..., 2])
    x = -cos * pose[..., 0] - sin * pose[..., 1]
    y = sin * pose[..., 0] - cos * pose[..., 1]
    return np.stack([x, y, wrap_angle(np.asarray(-pose[..., 2]))], axis=-1)


def between(t_a_b: ArrayLike, t_a_c: ArrayLike) -> NDArray[np.float64]:
    """Return ``T_b_c = inverse(T_a_b) * T_a_c``: pose c seen from pose b, shape ``(*, 3)``."""
    return compose(inverse(t_a_b), t_a_c)


def transform_points(t_a_b: ArrayLike, points_b: ArrayLike) -> NDArray[np.float64]:
    """Map 2D points from frame b into frame a.

    Args:
        t_a_b: One pose ``(3,)``.
        points_b: Points ``(*, 2)`` in frame b, metres.

    Returns:
        Points ``(*, 2)`` in frame a, metres.
    """
    x, y, theta = _as_pose(t_a_b)
    points = np.asarray(points_b, dtype=np.float64)
    cos, sin = np.cos(theta), np.sin(theta)
    return np.stack(
        [
            x + cos * points[..., 0] - sin * points[..., 1],
            y + sin * points[..., 0] + cos * points[..., 1],
        ],
        axis=-1,
    )


def accumulate(steps: ArrayLike) -> NDArray[np.float64]:
    """Chain ego-frame steps (dx, dy, dtheta) into poses in the first frame (paper, section 3.3).

    Args:
        steps: ``(*, N, 3)``, each relative to the pose before it.

    Returns:
        Poses ``(*, N, 3)`` after each step; the identity before the first is not included.
    """
    increments = _as_pose(steps)
    heading = np.cumsum(increments[..., 2], axis=-1)
    before = heading - increments[..., 2]
    cos, sin = np.cos(before), np.sin(before)
    x = np.cumsum(cos * increments[..., 0] - sin * increments[..., 1], axis=-1)
    y = np.cumsum(sin * increments[..., 0] + cos * increments[..., 1], axis=-1)
    return np.stack([x, y, wrap_angle(heading)], axis=-1)
