"""Drift of odometry against the true path.

Relative errors follow the KITTI odometry protocol (Geiger et al. 2012): the drive is cut into
sub-trajectories of equal driven length that start at every metre, and the relative pose by odometry
over each is compared with the true one. Absolute error follows Sturm et al. (2012): how well the
whole path fits after the best rigid alignment.

Letters: ``T`` poses in time order, ``N`` sub-trajectories.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core import se2

__all__ = [
    "absolute_trajectory_error_m",
    "path_length",
    "relative_rotation_error_deg_per_10m",
    "relative_translation_error_percent",
]

_SHORTEST_M = 0.5
_START_EVERY_M = 1.0


def path_length(poses: NDArray[np.float64]) -> float:
    """Return the length of the way through poses ``(T, 2 or 3)``, metres."""
    if len(poses) < 2:
        return 0.0
    return float(np.linalg.norm(np.diff(poses[:, :2], axis=0), axis=1).sum())


def relative_translation_error_percent(
    estimated: NDArray[np.float64], truth: NDArray[np.float64], segment_m: float = 5.0
) -> float:
    """Return the RTE: mean translation error over segments of the true path, in percent of length.

    As in the KITTI odometry protocol: segments of equal driven length start at every metre, the
    estimated relative pose is compared with the true one. A drive shorter than a segment counts
    as one segment.

    Args:
        estimated: ``(T, 3)`` poses by odometry, any frame.
        truth: ``(T, 3)`` true poses at the same stamps.
        segment_m: Length of a segment.

    Returns:
        Percent; NaN when the robot drove less than 0.5 m.
    """
    errors, length_m = _segment_errors(estimated, truth, segment_m)
    return float(np.mean(100.0 * np.hypot(errors[:, 0], errors[:, 1]) / length_m))


def relative_rotation_error_deg_per_10m(
    estimated: NDArray[np.float64], truth: NDArray[np.float64], segment_m: float = 5.0
) -> float:
    """Return the RRE: mean size of the heading error over the segments of the RTE.

    Each segment's error is divided by its length, then given per 10 m driven; turning on the spot
    adds error without length, so the number depends on how much a drive turns.

    Args:
        estimated: ``(T, 3)`` poses by odometry, any frame.
        truth: ``(T, 3)`` true poses at the same stamps.
        segment_m: Length of a segment.

    Returns:
        Degrees per 10 m; NaN when the robot drove less than 0.5 m.
    """
    errors, length_m = _segment_errors(estimated, truth, segment_m)
    return float(np.mean(np.degrees(np.abs(errors[:, 2])) * 10.0 / length_m))


def absolute_trajectory_error_m(
    estimated: NDArray[np.float64], truth: NDArray[np.float64]
) -> float:
    """Return the ATE: root mean square distance of the paths after the best rigid alignment.

    The estimated path is turned and moved (never scaled) so that the sum of squared distances to
    the true path is smallest: with centred points e_k and t_k the angle is
    atan2(sum e_k x t_k, sum e_k . t_k).

    Args:
        estimated: ``(T, 2 or 3)`` poses by odometry, any frame.
        truth: ``(T, 2 or 3)`` true poses at the same stamps.

    Returns:
        Metres; NaN without any pose.
    """
    if len(estimated) == 0:
        return math.nan
    moved = estimated[:, :2] - estimated[:, :2].mean(axis=0)
    target = truth[:, :2] - truth[:, :2].mean(axis=0)
    cross = float(np.sum(moved[:, 0] * target[:, 1] - moved[:, 1] * target[:, 0]))
    angle = math.atan2(cross, float(np.sum(moved * target)))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    distances = np.linalg.norm(moved @ turn.T - target, axis=1)
    return float(np.sqrt(np.mean(distances**2)))


def _segment_errors(
    estimated: NDArray[np.float64], truth: NDArray[np.float64], segment_m: float
) -> tuple[NDArray[np.float64], float]:
    """Return the relative-pose errors ``(N, 3)`` and the segments' length; one NaN if too short."""
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(truth[:, :2], axis=0), axis=1))])
    length = min(segment_m, float(way[-1]))
    if length < _SHORTEST_M:
        return np.full((1, 3), np.nan), math.nan
    errors = []
    for begin_m in np.arange(0.0, way[-1] - length + 1e-9, _START_EVERY_M):
        begin = int(np.searchsorted(way, begin_m))
        end = min(int(np.searchsorted(way, begin_m + length)), len(way) - 1)
        true_step = se2.between(truth[begin], truth[end])
        errors.append(se2.between(true_step, se2.between(estimated[begin], estimated[end])))
    return np.array(errors), length
