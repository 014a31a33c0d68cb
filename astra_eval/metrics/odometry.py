"""Drift of odometry against the true path.

Letters: ``T`` poses in time order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core import se2

__all__ = ["path_length", "relative_translation_error_percent"]


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
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(truth[:, :2], axis=0), axis=1))])
    length = min(segment_m, float(way[-1]))
    if length < 0.5:
        return float("nan")
    errors = []
    for begin_m in np.arange(0.0, way[-1] - length + 1e-9, 1.0):
        begin = int(np.searchsorted(way, begin_m))
        end = min(int(np.searchsorted(way, begin_m + length)), len(way) - 1)
        true_step = se2.between(truth[begin], truth[end])
        estimated_step = se2.between(estimated[begin], estimated[end])
        error_m = float(np.linalg.norm(se2.between(true_step, estimated_step)[:2]))
        errors.append(100.0 * error_m / length)
    return float(np.mean(errors))
