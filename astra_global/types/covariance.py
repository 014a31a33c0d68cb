"""What makes a matrix the covariance of a planar pose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["is_covariance"]

_TOLERANCE = 1e-9  # relative to the trace: rounding of what was computed


def is_covariance(matrices: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return whether matrices ``(..., 3, 3)`` are finite, symmetric and positive semi-definite.

    Zeros are: a pose that is taken as exact.
    """
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))
    filled = np.where(finite[..., None, None], matrices, 0.0)
    slack = _TOLERANCE * np.abs(np.trace(filled, axis1=-2, axis2=-1))
    skew = np.abs(filled - np.swapaxes(filled, -2, -1)).max(axis=(-2, -1))
    smallest = np.linalg.eigvalsh(0.5 * (filled + np.swapaxes(filled, -2, -1)))[..., 0]
    return np.asarray(finite & (skew <= slack) & (smallest >= -slack))
