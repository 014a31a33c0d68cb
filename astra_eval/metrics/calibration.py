"""Whether poses are as uncertain as they say.

Letters: ``N`` pose estimates. For a pose of three numbers with an honest Gaussian covariance, the
squared error in units of the covariance (NEES) is chi-square distributed with three degrees of
freedom: its mean is 3, and 95 % of all errors lie inside the 95 % ellipsoid. A mean below 3 is
too modest, one above 3 promises too much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from astra_core.angles import wrap_angle

__all__ = ["DEGREES_OF_FREEDOM", "SHARES", "Calibration", "calibration", "pose_nees"]

DEGREES_OF_FREEDOM = 3
#: Shares of a Gaussian whose ellipsoids are looked at.
SHARES = (0.50, 0.90, 0.95)


@dataclass(frozen=True)
class Calibration:
    """How well claimed covariances match the errors.

    Attributes:
        n: Number of estimates.
        nees_mean: Mean normalised squared error; 3 is right. NaN without estimates.
        nees_median: Median of the same; 2.37 is right, and outliers do not move it.
        inside_percent: Percent of the errors inside the ellipsoids that should hold
            :data:`SHARES` of them.
    """

    n: int
    nees_mean: float
    nees_median: float
    inside_percent: tuple[float, ...]


def pose_nees(
    estimated: NDArray[np.float64], covariance: NDArray[np.float64], truth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the squared errors ``(N,)`` in units of the covariance.

    Args:
        estimated: ``(N, 3)`` [x, y, theta].
        covariance: ``(N, 3, 3)``.
        truth: ``(N, 3)``.
    """
    error = np.asarray(estimated, dtype=np.float64) - truth
    error[:, 2] = wrap_angle(error[:, 2])
    weighted = np.linalg.solve(covariance, error[:, :, None])[:, :, 0]
    return np.asarray((error * weighted).sum(axis=1))


def calibration(nees: NDArray[np.float64]) -> Calibration:
    """Summarise normalised squared errors ``(N,)``; those that are not finite are left out."""
    values = np.asarray(nees, dtype=np.float64)
    values = values[np.isfinite(values)]
    if not len(values):
        nan = float("nan")
        return Calibration(0, nan, nan, tuple(nan for _ in SHARES))
    inside = tuple(
        100.0 * float(np.mean(values <= chi2.ppf(share, DEGREES_OF_FREEDOM))) for share in SHARES
    )
    return Calibration(len(values), float(values.mean()), float(np.median(values)), inside)
