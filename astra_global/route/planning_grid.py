"""A coarser view of the free space, on which searches are fast.

A coarse cell stands for the roomiest fine cell inside it, so that doors stay as wide as they are:
halving the resolution by plain minima would close them. Two such neighbours lie at most two coarse
cells apart, and the straight line between two points that are both 0.25 m from everything stays
0.22 m from it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_global.types import OccupancyMap

__all__ = ["PlanningGrid"]


class PlanningGrid:
    """Clearance on cells of about 0.1 m, each with the point it stands for.

    Letters: ``H, W`` coarse rows and columns, ``K`` fine cells per side of a coarse one.

    Attributes:
        clearance_m: ``(H, W)`` clearance of the roomiest fine cell.
        resolution_m: Side of a coarse cell.
    """

    def __init__(
        self,
        occupancy: OccupancyMap,
        factor: int,
        clearance_m: NDArray[np.float64],
        roomiest: NDArray[np.uint8],
    ) -> None:
        """Wrap arrays; use :meth:`of`."""
        self._occupancy = occupancy
        self._factor = factor
        self._roomiest = roomiest
        self.clearance_m = clearance_m
        self.resolution_m = factor * occupancy.resolution_m

    @classmethod
    def of(
        cls, occupancy: OccupancyMap, clearance_m: NDArray[np.float64], cell_m: float = 0.1
    ) -> PlanningGrid:
        """Build from the fine clearance; cells beyond the last whole coarse one are blocked."""
        factor = max(1, round(cell_m / occupancy.resolution_m))
        rows, columns = (-(-side // factor) * factor for side in clearance_m.shape)
        padded = np.zeros((rows, columns))
        padded[: clearance_m.shape[0], : clearance_m.shape[1]] = clearance_m
        return cls(occupancy, factor, *_pooled(padded, factor))

    def cell_of(self, points_m: ArrayLike) -> NDArray[np.intp]:
        """Return the coarse (row, column) ``(*, 2)`` of points ``(*, 2)``; may lie outside."""
        return np.floor_divide(self._occupancy.cell_of(points_m), self._factor)

    def points_of(self, cells: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the point ``(N, 2)`` in ``map`` that each coarse cell ``(N, 2)`` stands for."""
        inside = self._roomiest[cells[:, 0], cells[:, 1]]
        fine = cells * self._factor + np.stack(np.divmod(inside, self._factor), axis=-1)
        return self._occupancy.center_of(fine)

    def copy(self) -> PlanningGrid:
        """Return a grid that may be changed by :meth:`renew`."""
        return PlanningGrid(
            self._occupancy, self._factor, self.clearance_m.copy(), self._roomiest.copy()
        )

    def renew(self, clearance_m: NDArray[np.float64], window: tuple[slice, slice]) -> None:
        """Pool a window of fine cells anew; it is widened to whole coarse cells."""
        factor = self._factor
        coarse = tuple(slice(part.start // factor, -(-part.stop // factor)) for part in window)
        fine = tuple(slice(part.start * factor, part.stop * factor) for part in coarse)
        part = clearance_m[fine]
        shape = tuple((part.stop - part.start) * factor for part in coarse)
        padded = np.zeros(shape)
        padded[: part.shape[0], : part.shape[1]] = part
        self.clearance_m[coarse], self._roomiest[coarse] = _pooled(padded, factor)


def _pooled(
    clearance_m: NDArray[np.float64], factor: int
) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the largest value ``(H, W)`` of each block and its number inside the block."""
    height, width = (side // factor for side in clearance_m.shape)
    tiles = clearance_m.reshape(height, factor, width, factor).transpose(0, 2, 1, 3)
    blocks = tiles.reshape(height, width, factor * factor)
    return blocks.max(axis=-1), blocks.argmax(axis=-1).astype(np.uint8)
