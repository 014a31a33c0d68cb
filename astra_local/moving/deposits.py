"""What walkers leave in the grid where nobody looks any more.

Near the robot the cameras see the chest of a person, not the feet. A foot that was seen from
farther away stays in the grid when its owner has gone, and a doorway with a ghost in it is shut.
So the grid remembers which cells filled up although they had been seen empty: somebody brought
what is in them. It is forgotten when it was hit neither itself nor above itself for a while in
which the cameras saw through above it, and either a walker was seen there or it was only seen for
a moment, below a body. What stood there from the start (a plinth, a pallet) is never among it, nor
what was put down in plain view, nor what never had a body above it (a box that fell off a shelf).
Where no camera looks, as at somebody whom the robot touches, nothing is forgotten.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from astra_local.config import MotionConfig
from astra_local.moving.grids import shifted
from astra_local.moving.movers import Movers
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["Deposits"]

_MARGIN_M = 0.3
_TRAIL_S = 0.5
_BODY_M = 0.25


class Deposits:
    """Cells that hold what somebody brought there."""

    # All ``(H, W)``, of the last grid.
    _was_empty: NDArray[np.bool_]
    _brought: NDArray[np.bool_]
    _walked: NDArray[np.bool_]
    _bodied: NDArray[np.bool_]
    _before: NDArray[np.bool_]
    _hits: NDArray[np.int32]
    _quiet_s: NDArray[np.float32]

    def __init__(self, config: MotionConfig) -> None:
        """Start with none."""
        self._config = config
        self._last: OccupancyView | None = None

    def update(
        self, view: OccupancyView, free: NDArray[np.bool_], movers: Movers, seconds: float
    ) -> NDArray[np.bool_]:
        """Take a new grid.

        Args:
            view: The grid.
            free: ``(H, W)`` its cells that are free beyond doubt.
            movers: Who walks.
            seconds: Since the last grid.

        Returns:
            ``(H, W)`` the cells to be forgotten now.
        """
        self._follow(view)
        c, occupied = self._config, view.occupied
        hit = occupied if view.hit is None else view.hit
        upright = occupied if view.hit_upright is None else view.hit_upright
        new = occupied & ~self._before
        self._brought = np.where(new, self._was_empty, self._brought & occupied)
        self._walked &= self._brought
        self._hits = np.where(new, 0, self._hits) + hit
        self._before = occupied
        self._was_empty |= free
        if len(movers):
            self._walked |= self._brought & movers.cells(
                view.origin_m, view.resolution_m, occupied.shape, _MARGIN_M, _TRAIL_S
            )
        body = self._beside(upright & self._brought, view.resolution_m)
        self._bodied = self._brought & (self._bodied | body)
        seldom = self._bodied & (self._hits < c.deposit_hits)
        fleeting: NDArray[np.bool_] = self._brought & (self._walked | seldom)
        if not fleeting.any():
            self._quiet_s[:] = 0.0
            return fleeting
        looked = (
            np.float32(seconds)
            if view.passed_upright is None
            else (np.float32(seconds) * view.passed_upright)
        )
        quiet = fleeting & ~(hit | body)
        self._quiet_s = np.where(quiet, self._quiet_s + looked, np.float32(0.0))
        gone: NDArray[np.bool_] = self._quiet_s > c.deposit_s
        self._brought &= ~gone
        self._walked &= ~gone
        self._before = occupied & ~gone
        return gone

    def _beside(self, cells: NDArray[np.bool_], resolution_m: float) -> NDArray[np.bool_]:
        """Return the cells ``(H, W)`` within half a body of given ones."""
        if not cells.any():
            return cells
        size = 2 * round(_BODY_M / resolution_m) + 1
        beside: NDArray[np.bool_] = ndimage.maximum_filter(cells.view(np.uint8), size) > 0
        return beside

    def _follow(self, view: OccupancyView) -> None:
        """Bring what is remembered onto the cells of a new grid."""
        last, shape = self._last, view.occupied.shape
        self._last = view
        if last is None or last.occupied.shape != shape:
            self._was_empty, self._brought, self._walked = np.zeros((3, *shape), bool)
            self._bodied, self._before = np.zeros((2, *shape), bool)
            self._hits = np.zeros(shape, dtype=np.int32)
            self._quiet_s = np.zeros(shape, dtype=np.float32)
            return
        self._was_empty = shifted(self._was_empty, last, view)
        self._brought = shifted(self._brought, last, view)
        self._walked = shifted(self._walked, last, view)
        self._bodied = shifted(self._bodied, last, view)
        self._before = shifted(self._before, last, view)
        self._hits = shifted(self._hits, last, view)
        self._quiet_s = shifted(self._quiet_s, last, view)
