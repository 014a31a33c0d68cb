"""Static 2D occupancy of the map, indexed ``[y, x]`` with index 0 at the lowest coordinate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["FREE", "OCCUPIED", "UNKNOWN", "OccupancyMap"]

# The values of nav_msgs/OccupancyGrid, so that publishing is a copy.
FREE = 0
OCCUPIED = 100
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class OccupancyMap:
    """Where the robot may be.

    Attributes:
        cells: ``(H, W)`` int8 with the values ``FREE``, ``OCCUPIED`` and ``UNKNOWN``.
        origin_m: (x, y) of the lower left corner of cell [0, 0] in ``map``.
        resolution_m: Side of a cell.
    """

    cells: NDArray[np.int8]
    origin_m: tuple[float, float]
    resolution_m: float

    def cell_of(self, points_m: ArrayLike) -> NDArray[np.intp]:
        """Return the (row, column) ``(*, 2)`` of points ``(*, 2)`` in ``map``; may lie outside."""
        points = np.asarray(points_m, dtype=np.float64)
        column_row: NDArray[np.float64] = np.floor(
            (points - np.asarray(self.origin_m)) / self.resolution_m
        )
        return column_row[..., ::-1].astype(np.intp)

    def center_of(self, cells: ArrayLike) -> NDArray[np.float64]:
        """Return the centre ``(*, 2)`` in ``map`` of cells (row, column) ``(*, 2)``."""
        indices = np.asarray(cells, dtype=np.float64)[..., ::-1]
        return np.asarray(self.origin_m) + (indices + 0.5) * self.resolution_m

    def clearance_m(self, *, unknown_is_free: bool = False) -> NDArray[np.float64]:
        """Return the distance ``(H, W)`` from each cell centre to the nearest cell that blocks.

        Args:
            unknown_is_free: Whether cells that the tour never saw count as passable.

        Returns:
            Metres, 0 in blocking cells. A map without any blocking cell gives its diagonal.
        """
        from scipy.ndimage import distance_transform_edt

        passable = self.cells == FREE
        if unknown_is_free:
            passable |= self.cells == UNKNOWN
        if passable.all():
            return np.full(self.cells.shape, np.hypot(*self.cells.shape) * self.resolution_m)
        return np.asarray(distance_transform_edt(passable)) * self.resolution_m

    def value_at(self, points_m: ArrayLike) -> NDArray[np.int8]:
        """Return the cell values ``(*,)`` at points ``(*, 2)``; ``UNKNOWN`` outside the grid."""
        cells = self.cell_of(points_m)
        height, width = self.cells.shape
        inside = (
            (cells[..., 0] >= 0)
            & (cells[..., 0] < height)
            & (cells[..., 1] >= 0)
            & (cells[..., 1] < width)
        )
        rows = np.clip(cells[..., 0], 0, height - 1)
        columns = np.clip(cells[..., 1], 0, width - 1)
        return np.where(inside, self.cells[rows, columns], np.int8(UNKNOWN))
