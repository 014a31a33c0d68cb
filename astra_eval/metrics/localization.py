"""How far the pose that the stack believes is from the true one.

Letters: ``T`` stamps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle

__all__ = ["LocalizationErrors", "localization_errors"]


class LocalizationErrors:
    """Errors of the global pose along a drive."""

    def __init__(self, errors_m: NDArray[np.float64], errors_rad: NDArray[np.float64]) -> None:
        """Keep errors ``(T,)`` of the stamps at which the stack claimed to know its pose."""
        self.errors_m = errors_m
        self.errors_rad = errors_rad

    @property
    def median_m(self) -> float:
        """Return the median position error in metres, NaN without any pose."""
        return float(np.median(self.errors_m)) if len(self.errors_m) else float("nan")

    @property
    def median_deg(self) -> float:
        """Return the median heading error in degrees, NaN without any pose."""
        return float(np.degrees(np.median(self.errors_rad))) if len(self.errors_rad) else np.nan

    @property
    def within_1m_percent(self) -> float:
        """Return the share of claimed poses within 1 m of the truth, percent."""
        return 100.0 * float(np.mean(self.errors_m <= 1.0)) if len(self.errors_m) else float("nan")


def localization_errors(
    estimated: NDArray[np.float64], truth: NDArray[np.float64]
) -> LocalizationErrors:
    """Compare claimed poses with true ones at equal stamps.

    Args:
        estimated: ``(T, 3)`` in ``map``; rows of NaN where the stack claimed nothing.
        truth: ``(T, 3)`` in ``map``.
    """
    claimed = np.isfinite(estimated).all(axis=1)
    difference = estimated[claimed] - truth[claimed]
    return LocalizationErrors(
        np.linalg.norm(difference[:, :2], axis=1), np.abs(wrap_angle(difference[:, 2]))
    )
