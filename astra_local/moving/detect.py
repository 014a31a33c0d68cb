"""What moves: matter now where a moment ago there was seen to be none.

Not: matter where nothing was known (the robot came to see it), or beside what stood there before
(noise of depth and odometry at the edge of a wardrobe).
"""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from astra_core.time import to_seconds
from astra_local.config import MotionConfig
from astra_local.moving.grids import shifted
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["MotionDetector"]

_EIGHT = np.ones((3, 3), dtype=bool)


class MotionDetector:
    """Compares the grid with itself some tenths of a second before."""

    def __init__(self, config: MotionConfig) -> None:
        """Start with no past."""
        self._config = config
        self._past: deque[tuple[OccupancyView, NDArray[np.bool_]]] = deque()

    def update(
        self, view: OccupancyView, free: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Find moving clusters.

        Args:
            view: The grid, with what the newest images hit.
            free: ``(H, W)`` its cells that are free beyond doubt.

        Returns:
            Centres ``(N, 2)`` of the moving clusters in ``odom``, metres, and the cells
            ``(H, W)`` that were seen free a moment ago and are occupied now: whatever stands in
            them did not always stand there.
        """
        c = self._config
        # A clock that went back, or a pause in which everything may have changed: start anew.
        longest = max(c.compare_s[-1], c.arrival_s)
        if self._past and not 0.0 <= _age_s(self._past[-1][0], view) <= longest:
            self._past.clear()
        was_free = np.zeros(view.occupied.shape, dtype=bool)
        for age in c.compare_s:
            was_free |= self._free(age, view)
        arrived = view.occupied & (was_free | self._free(c.arrival_s, view))
        self._past.append((view, free))
        while len(self._past) > 1 and _age_s(self._past[1][0], view) >= longest:
            self._past.popleft()
        seen_now = view.occupied if view.hit_upright is None else view.hit_upright
        centers = _clusters(seen_now & was_free, c.min_cells)
        origin = np.array(view.origin_m)
        return origin + (centers + 0.5) * view.resolution_m, arrived

    def _free(self, age_s: float, view: OccupancyView) -> NDArray[np.bool_]:
        """Return the cells ``(H, W)`` of a grid that were free so long ago; none if unknown."""
        for old, free in reversed(self._past):
            if _age_s(old, view) >= age_s:
                return shifted(free, old, view)
        return np.zeros(view.occupied.shape, dtype=bool)


def _age_s(old: OccupancyView, new: OccupancyView) -> float:
    return to_seconds(new.stamp_ns - old.stamp_ns)


def _clusters(moving: NDArray[np.bool_], min_cells: int) -> NDArray[np.float64]:
    """Return the mean (column, row) ``(N, 2)`` of every group of near cells that is big enough."""
    if not moving.any():
        return np.zeros((0, 2))
    # Two legs, or the two edges of a back, are one body: gaps of two cells do not part it.
    labels, count = ndimage.label(ndimage.binary_dilation(moving, _EIGHT), _EIGHT)
    rows, columns = np.nonzero(moving)
    group = labels[rows, columns]
    size = np.bincount(group, minlength=count + 1)
    keep = np.flatnonzero(size >= max(min_cells, 1))
    with np.errstate(invalid="ignore"):
        x = np.bincount(group, columns, count + 1) / size
        y = np.bincount(group, rows, count + 1) / size
    return np.stack([x[keep], y[keep]], axis=-1)
