"""What walkers leave in the grid where nobody looks any more.

Near the robot the cameras see the chest of a person, not the feet. A foot that was seen from
farther away stays in the grid when its owner has gone, and a doorway with a ghost in it is shut.
So the grid remembers which cells filled up as somebody walked there, and forgets them once no body
is seen above them for a while. What stood there before the walker came is never among them.
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
    """Cells that hold what a walker brought there."""

    def __init__(self, config: MotionConfig) -> None:
        """Start with none."""
        self._config = config
        self._last: OccupancyView | None = None
        self._cells: NDArray[np.bool_] = np.zeros((0, 0), dtype=bool)
        self._quiet_s: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)

    def update(
        self, view: OccupancyView, arrived: NDArray[np.bool_], movers: Movers, seconds: float
    ) -> NDArray[np.bool_]:
        """Take a new grid.

        Args:
            view: The grid.
            arrived: ``(H, W)`` cells that are occupied and were free a moment ago.
            movers: Who walks.
            seconds: Since the last grid.

        Returns:
            ``(H, W)`` the cells to be forgotten now.
        """
        if self._last is None or self._cells.shape != view.occupied.shape:
            self._cells = np.zeros_like(view.occupied)
            self._quiet_s = np.zeros(view.occupied.shape, dtype=np.float32)
        else:
            self._cells = shifted(self._cells, self._last, view)
            self._quiet_s = shifted(self._quiet_s, self._last, view)
        self._last = view
        if len(movers):
            self._cells |= arrived & movers.cells(
                view.origin_m, view.resolution_m, view.occupied.shape, _MARGIN_M, _TRAIL_S
            )
        self._cells &= view.occupied
        if not self._cells.any():
            return self._cells
        hit = view.occupied if view.hit is None else view.hit
        size = 2 * round(_BODY_M / view.resolution_m) + 1
        below_body = ndimage.maximum_filter(hit.view(np.uint8), size) > 0
        quiet = np.where(self._cells & ~below_body, self._quiet_s + np.float32(seconds), 0.0)
        self._quiet_s = quiet.astype(np.float32)
        gone = self._quiet_s > self._config.deposit_s
        self._cells &= ~gone
        return gone
