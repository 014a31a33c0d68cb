"""What cameras on a mast see of a floor plan with heights, without drawing a picture.

Seen from the mast, a thing of height h at distance d stands at the slope (h - camera height) / d.
Along each bearing only what rises above everything nearer is in sight: low things hide a strip of
floor behind them, walls hide all. Four level cameras, one to each side of the robot, cannot see
the floor at their feet: the lower edge of a picture is a straight line across the axis of its
camera, so what is blind is a square that turns with the robot.

Letters: ``H, W`` the grid; ``K`` cells of a side of the square about the camera; ``A`` bearings,
``R`` radii.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["View", "Viewshed"]

#: Height of the middle of the lowest layer of the stack's occupancy: "floor" for its cameras.
_FLOOR_M = 0.15
#: A person at the height of the chest: what hides or shows them.
_CHEST_M = 0.9
_SOLID_M = 0.05
_CELLS_BEHIND = 2


@dataclass(frozen=True, eq=False)
class View:
    """One look around, on the square about the camera.

    Attributes:
        hit: ``(K, K)`` cells of which something solid is seen.
        floor: ``(K, K)`` free cells whose floor is seen.
        through: ``(K, K)`` free cells that are looked through at the height of a chest.
        corner: (row, column) of cell [0, 0] of the square on the grid.
    """

    hit: NDArray[np.bool_]
    floor: NDArray[np.bool_]
    through: NDArray[np.bool_]
    corner: tuple[int, int]


class Viewshed:
    """Looks around on a grid of heights.

    Attributes:
        reach: Cells from the middle of the square to its edge.
        distance_m: ``(K, K)`` of each cell of the square from its middle.
    """

    def __init__(
        self,
        resolution_m: float,
        *,
        range_m: float = 5.0,
        height_m: float = 1.1,
        offset_m: float = 0.15,
        steepest: float = 0.894,
        bearings: int = 540,
    ) -> None:
        """Prepare the tables.

        Args:
            resolution_m: Side of a cell.
            range_m: Nothing farther is seen.
            height_m: Of the cameras.
            offset_m: How far from the middle of the robot the cameras sit.
            steepest: Tangent of half the vertical field of view (level cameras).
            bearings: Directions looked into.
        """
        self.reach = round(range_m / resolution_m)
        self._height_m, self._steepest = height_m, np.float32(steepest)
        self._resolution_m, self._offset_m = resolution_m, offset_m
        angle = np.arange(bearings) * (2.0 * math.pi / bearings)
        radius = np.arange(1, self.reach + 1)
        self._rows = np.round(np.sin(angle)[:, None] * radius).astype(np.intp)
        self._columns = np.round(np.cos(angle)[:, None] * radius).astype(np.intp)
        self._inverse = self._inverse_m(radius * resolution_m)
        row, column = np.mgrid[-self.reach : self.reach + 1, -self.reach : self.reach + 1]
        away = np.hypot(row, column)
        self._x, self._y = ((cells * resolution_m).astype(np.float32) for cells in (column, row))
        self.distance_m = (away * resolution_m).astype(np.float32)
        self._cell_inverse = self._inverse_m(self.distance_m)
        bearing = np.round(np.arctan2(row, column) * (bearings / (2.0 * math.pi))).astype(np.intp)
        # Index of what lies just before a cell along its bearing; 0 is "nothing yet".
        step = np.clip(np.floor(away + 0.5).astype(np.intp), 1, self.reach)
        base = (bearing % bearings) * (self.reach + 1)
        self._before = base + step - 1
        self._behind = base + np.maximum(step - 1 - _CELLS_BEHIND, 0)
        self._inside = away <= self.reach
        self._horizon = np.empty((bearings, self.reach + 1), dtype=np.float32)

    def look(
        self, heights_m: NDArray[np.float32], row: int, column: int, heading_rad: float
    ) -> View:
        """Look around.

        Args:
            heights_m: ``(H, W)`` highest solid of each cell below the cameras' blind ceiling; 0 is
                free floor. There must be :attr:`reach` cells on every side of the camera.
            row: Of the camera.
            column: Of the camera.
            heading_rad: Of the robot on the grid.
        """
        index = (row + self._rows) * heights_m.shape[1] + column + self._columns
        slopes = (heights_m.ravel()[index] - np.float32(self._height_m)) * self._inverse
        self._horizon[:, 0] = -np.inf
        self._horizon[:, 1:] = slopes
        np.maximum.accumulate(self._horizon, axis=1, out=self._horizon)
        low = row - self.reach, column - self.reach
        square = heights_m[
            low[0] : row + self.reach + 1,
            low[1] : column + self.reach + 1,
        ]
        horizon = self._horizon.ravel()
        before = horizon[self._before]
        solid = (square > _SOLID_M) & self._inside
        free = ~solid & self._inside
        lowest_m = self._lowest_m(heading_rad)
        hit = solid & (square > lowest_m) & (self._slope(square) > horizon[self._behind])
        floor = free & (lowest_m < _FLOOR_M) & (self._slope(_FLOOR_M) > before)
        through = free & (lowest_m < _CHEST_M) & (self._slope(_CHEST_M) > before)
        return View(hit, floor, through, low)

    def sees(self, offset_m: NDArray[np.float64], height_m: float, before_m: float) -> bool:
        """Whether a point was in sight at the last look.

        Args:
            offset_m: ``(2,)`` from the camera.
            height_m: Of the point.
            before_m: What stands this close before it does not count: its own body.
        """
        away_m = float(np.hypot(*offset_m))
        step = int((away_m - before_m) / self._resolution_m)
        if step > self.reach:
            return False
        bearings = len(self._horizon)
        bearing = round(math.atan2(offset_m[1], offset_m[0]) * bearings / (2.0 * math.pi))
        horizon = self._horizon[bearing % bearings, max(step, 0)]
        return (height_m - self._height_m) / max(away_m, 1e-3) > float(horizon)

    def _lowest_m(self, heading_rad: float) -> NDArray[np.float32]:
        """Return the lowest height ``(K, K)`` in the picture of the camera that faces a cell."""
        cos, sin = np.float32(math.cos(heading_rad)), np.float32(math.sin(heading_rad))
        ahead = np.abs(cos * self._x + sin * self._y)
        aside = np.abs(cos * self._y - sin * self._x)
        depth = np.maximum(ahead, aside) - np.float32(self._offset_m)
        lowest: NDArray[np.float32] = np.float32(self._height_m) - self._steepest * depth
        return lowest

    def _slope(self, height_m: NDArray[np.float32] | float) -> NDArray[np.float32]:
        slope: NDArray[np.float32] = (height_m - np.float32(self._height_m)) * self._cell_inverse
        return slope

    def _inverse_m(self, distance_m: NDArray[np.floating]) -> NDArray[np.float32]:
        inverse: NDArray[np.float32] = (1.0 / np.maximum(distance_m - self._offset_m, 0.05)).astype(
            np.float32
        )
        return inverse
