"""Images that stay the same although the robot moves.

No two images of a depth camera are alike, for it is noisy. A noiseless one (in some simulators) may
well see the same from two places, so only cameras that were seen to be noisy are judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_local.sight.config import SightConfig
from astra_local.sight.problem import Problem

__all__ = ["FrozenWatch", "changed_share"]

# Readings nearer to each other than this share are the same value; noise is larger by far.
_SAME = 2e-4
# So much of an image changes by noise alone; less may be somebody who walks by.
_NOISY_SHARE = 0.3
_FROZEN = Problem("frozen", "its images do not change although the robot moves", is_misplaced=True)


def changed_share(before_m: NDArray[np.float32], now_m: NDArray[np.float32]) -> float:
    """Return the share of pixels ``(H, W)`` with a new value, of those with any in one image.

    1 where neither image tells anything: nothing is known to be the same.
    """
    with np.errstate(invalid="ignore"):
        told = (before_m > 0.0) | (now_m > 0.0)
        # What is not a number differs from nothing but numbers.
        same = np.abs(now_m - before_m) <= _SAME * before_m
    same |= ~np.isfinite(before_m) & ~np.isfinite(now_m)
    count = int(np.count_nonzero(told))
    return 1.0 - float(np.count_nonzero(same & told)) / count if count else 1.0


class FrozenWatch:
    """The last image of one camera that was new."""

    def __init__(self, config: SightConfig) -> None:
        """Start with none."""
        self._config = config
        self._image: NDArray[np.float32] | None = None
        self._pose: NDArray[np.float64] = np.zeros(3)
        self._is_noisy = False

    def look(self, thinned_m: NDArray[np.float32], pose: NDArray[np.float64]) -> Problem | None:
        """Compare an image with the one before.

        Args:
            thinned_m: ``(H, W)`` metres.
            pose: ``(3,)`` of the robot in ``odom`` when it was taken.
        """
        c = self._config
        moved = se2.between(self._pose, pose)
        way_m, turn_rad = float(np.hypot(moved[0], moved[1])), abs(float(moved[2]))
        stands = way_m < 0.1 * c.frozen_after_m and turn_rad < 0.1 * c.frozen_after_rad
        changed = 1.0 if self._image is None else changed_share(self._image, thinned_m)
        if changed > c.min_changed_share:
            self._is_noisy |= self._image is not None and stands and changed > _NOISY_SHARE
            self._image, self._pose = thinned_m.copy(), pose.copy()
            return None
        has_moved = way_m > c.frozen_after_m or turn_rad > c.frozen_after_rad
        return _FROZEN if has_moved and self._is_noisy else None
