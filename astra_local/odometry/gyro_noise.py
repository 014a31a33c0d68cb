"""How much one reading of the gyro scatters, by what it says while the wheels stand.

The noise of a gyro is seldom what its driver claims, and the bias that is learned from standing is
as good as the readings are: believed to be better, it would be believed for the rest of the drive.
"""

from __future__ import annotations

import math

__all__ = ["GyroNoise"]

#: Readings that what is configured counts for; so few more tell little.
_PRESUMED = 20
#: And no more than this many of the newest count: a vibrating engine may be switched on.
_MOST = 1000


class GyroNoise:
    """White noise of one reading, never below what is configured.

    Differences of successive readings tell it, free of the bias (von Neumann et al., "The Mean
    Square Successive Difference", Annals of Mathematical Statistics 12, 1941).
    """

    def __init__(self, noise_rad_s: float) -> None:
        """Start with what is configured.

        Args:
            noise_rad_s: Least standard deviation of one reading.
        """
        self._least_rad_s = noise_rad_s
        self._variance, self._count = noise_rad_s**2, _PRESUMED
        self._before_rad_s: float | None = None

    @property
    def rad_s(self) -> float:
        """Return the standard deviation of one reading."""
        return max(self._least_rad_s, math.sqrt(self._variance))

    def add(self, rate_rad_s: float, *, stands: bool) -> None:
        """Take in a reading.

        Args:
            rate_rad_s: About the vertical axis.
            stands: Whether the wheels stand and nothing tells of a turn.
        """
        before, self._before_rad_s = self._before_rad_s, rate_rad_s if stands else None
        if before is None or not stands:
            return
        self._count = min(self._count + 1, _MOST)
        self._variance += (0.5 * (rate_rad_s - before) ** 2 - self._variance) / self._count
