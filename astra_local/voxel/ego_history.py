"""What was occupied now and a little while ago, all in the frame of the robot now.

Who walks shows as matter that moves from picture to picture; the robot's own motion does not, since
every past grid is cut out where the robot is now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astra_core.time import from_seconds
from astra_local.voxel.ego_window import WINDOW, EgoWindow
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["EgoHistory"]


class EgoHistory:
    """Keeps the grids of the last seconds. Not thread safe."""

    def __init__(self, ages_s: Sequence[float], window: EgoWindow = WINDOW) -> None:
        """Start without any.

        Args:
            ages_s: Moments wanted, seconds before the newest grid; 0 first, then growing.
            window: What to cut out.
        """
        self._ages_ns = [from_seconds(age) for age in ages_s]
        self._window = window
        self._views: deque[OccupancyView] = deque()

    def __len__(self) -> int:
        """Return how many grids are kept."""
        return len(self._views)

    def clear(self) -> None:
        """Forget all, when time or odometry jumped."""
        self._views.clear()

    def append(self, view: OccupancyView) -> None:
        """Take a grid; one that is not newer than the last is dropped.

        Args:
            view: With the people in it, in ``odom``.
        """
        if self._views and view.stamp_ns <= self._views[-1].stamp_ns:
            return
        self._views.append(view)
        # One that is old enough for the last moment is enough.
        oldest_ns = view.stamp_ns - self._ages_ns[-1]
        while len(self._views) > 1 and self._views[1].stamp_ns <= oldest_ns:
            self._views.popleft()

    def windows(self, pose: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Cut all moments out.

        For each moment the newest grid counts that is as old; where none is, the oldest.

        Args:
            pose: ``(3,)`` of the robot now in ``odom``.

        Returns:
            Occupied ``(H, Y, X)``, and known ``(Y, X)`` by the newest grid.

        Raises:
            ValueError: There is no grid yet.
        """
        if not self._views:
            raise ValueError("no occupancy yet: append one first")
        newest_ns = self._views[-1].stamp_ns
        cut = [self._cut(self._at(newest_ns - age_ns), pose) for age_ns in self._ages_ns]
        return np.array([occupied for occupied, _ in cut]), self._cut(self._views[-1], pose)[1]

    def _at(self, stamp_ns: int) -> OccupancyView:
        old_enough = [view for view in self._views if view.stamp_ns <= stamp_ns]
        return old_enough[-1] if old_enough else self._views[0]

    def _cut(
        self, view: OccupancyView, pose: NDArray[np.float64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        return self._window.sample(
            view.occupied, view.known, view.origin_m, view.resolution_m, pose
        )
