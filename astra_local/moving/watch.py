"""From a grid to those who move in it, and to the grid of what stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from astra_core.time import to_seconds
from astra_local.config import MotionConfig
from astra_local.moving.deposits import Deposits
from astra_local.moving.detect import MotionDetector
from astra_local.moving.grids import surely_free
from astra_local.moving.movers import Movers
from astra_local.moving.tracker import MoverTracker
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["MotionView", "MotionWatch"]

_MARGIN_M = 0.15
_TRAIL_S = 0.8  # the grid takes so long to forget somebody


@dataclass(frozen=True, eq=False)
class MotionView:
    """The world split up.

    Attributes:
        everything: The grid, ghosts of walkers taken out.
        standing: The same without the walkers and what they leave behind.
        movers: The walkers.
        ghosts: ``(H, W)`` cells that the source of the grid should forget.
    """

    everything: OccupancyView
    standing: OccupancyView
    movers: Movers
    ghosts: NDArray[np.bool_]


class MotionWatch:
    """Splits what the cameras see into what stands and who walks."""

    def __init__(self, config: MotionConfig) -> None:
        """Start with nobody seen."""
        self._detector = MotionDetector(config)
        self._tracker = MoverTracker(config)
        self._deposits = Deposits(config)
        self._stamp_ns: int | None = None

    def update(self, view: OccupancyView) -> MotionView:
        """Take the grid after new images.

        Args:
            view: Everything that is there.

        Returns:
            Who walks, what stands, and what to forget. Only cells that were free a moment ago
            are taken out, so a wall beside a walker stays.
        """
        free = surely_free(view)
        centers, arrived = self._detector.update(view, free)
        movers = self._tracker.update(centers, view.stamp_ns)
        seconds = 0.0 if self._stamp_ns is None else to_seconds(view.stamp_ns - self._stamp_ns)
        self._stamp_ns = view.stamp_ns
        gone = self._deposits.update(view, free, movers, max(seconds, 0.0))
        everything = replace(view, occupied=view.occupied & ~gone) if gone.any() else view
        standing = everything
        if len(movers):
            cells = movers.cells(
                view.origin_m, view.resolution_m, view.occupied.shape, _MARGIN_M, _TRAIL_S
            )
            standing = replace(everything, occupied=everything.occupied & ~(arrived & cells))
        return MotionView(everything, standing, movers, gone)
