"""From a grid to those who move in it, and to the grid of what stands."""

from __future__ import annotations

from dataclasses import replace

from astra_local.config import MotionConfig
from astra_local.moving.detect import MotionDetector
from astra_local.moving.movers import Movers
from astra_local.moving.tracker import MoverTracker
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["MotionWatch"]

_MARGIN_M = 0.15
_TRAIL_S = 0.8  # the grid takes so long to forget somebody


class MotionWatch:
    """Splits what the cameras see into what stands and who walks."""

    def __init__(self, config: MotionConfig) -> None:
        """Start with nobody seen."""
        self._detector = MotionDetector(config)
        self._tracker = MoverTracker(config)

    def update(self, view: OccupancyView) -> tuple[OccupancyView, Movers]:
        """Take the grid after new images.

        Args:
            view: Everything that is there.

        Returns:
            The grid without the movers and what they leave behind, and the movers. Only cells
            that were free a moment ago are taken out, so a wall beside a walker stays.
        """
        centers, arrived = self._detector.update(view)
        movers = self._tracker.update(centers, view.stamp_ns)
        if not len(movers):
            return view, movers
        cells = movers.cells(
            view.origin_m, view.resolution_m, view.occupied.shape, _MARGIN_M, _TRAIL_S
        )
        return replace(view, occupied=view.occupied & ~(arrived & cells)), movers
