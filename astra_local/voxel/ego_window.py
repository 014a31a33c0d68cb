"""A window of a grid in the robot's own frame: what a learned planner looks at.

One rule for training data and for the running robot, so that both mean the same by a cell.

Letters: ``H, W`` the grid in ``odom``; ``Y, X`` the window, row along y, column along x, index 0 at
the lowest coordinate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["WINDOW", "EgoWindow"]

#: Points looked up along each side of a cell of the window.
_POINTS = 2


@dataclass(frozen=True)
class EgoWindow:
    """A rectangle that moves and turns with ``base_link``: x forward, y left.

    Attributes:
        low_m: (x, y) of the outer corner of cell [0, 0] in ``base_link``.
        shape: (Y, X) cells.
        cell_m: Side of a cell.
    """

    low_m: tuple[float, float] = (-2.0, -3.2)
    shape: tuple[int, int] = (64, 64)
    cell_m: float = 0.1

    def centers(self) -> NDArray[np.float64]:
        """Return the centres of the cells ``(Y, X, 2)`` in ``base_link``, metres."""
        return self._points(1)

    def to_grid(
        self,
        pose: NDArray[np.float64],
        origin_m: tuple[float, float],
        resolution_m: float,
        points: int = 1,
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the rows and columns of a grid that lie under the window, unclipped.

        Args:
            pose: ``(3,)`` of the robot in the frame of the grid.
            origin_m: Outer corner of cell [0, 0] of the grid.
            resolution_m: Side of a cell of the grid.
            points: Points along each side of a cell of the window.

        Returns:
            Rows and columns, ``(Y * points, X * points)`` each.
        """
        ego = self._points(points)
        cos, sin = np.cos(pose[2]), np.sin(pose[2])
        x = pose[0] + cos * ego[..., 0] - sin * ego[..., 1]
        y = pose[1] + sin * ego[..., 0] + cos * ego[..., 1]
        columns = np.floor((x - origin_m[0]) / resolution_m).astype(np.intp)
        return np.floor((y - origin_m[1]) / resolution_m).astype(np.intp), columns

    def sample(
        self,
        occupied: NDArray[np.bool_],
        known: NDArray[np.bool_],
        origin_m: tuple[float, float],
        resolution_m: float,
        pose: NDArray[np.float64],
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Cut the window out of a grid.

        A cell is occupied where anything in it is, and known where all of it is or where it is
        occupied. What lies outside of the grid is not known.

        Args:
            occupied: ``(H, W)``.
            known: ``(H, W)``.
            origin_m: (x, y) of the outer corner of cell [0, 0] of the grid.
            resolution_m: Side of a cell of the grid, best half of the window's.
            pose: ``(3,)`` of the robot in the frame of the grid.

        Returns:
            Occupied and known, ``(Y, X)`` each.
        """
        rows, columns = self.to_grid(pose, origin_m, resolution_m, _POINTS)
        height, width = occupied.shape
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        index = np.where(inside, rows * width + columns, 0)
        blocks = (self.shape[0], _POINTS, self.shape[1], _POINTS)
        taken = (occupied.ravel()[index] & inside).reshape(blocks).any(axis=(1, 3))
        seen = (known.ravel()[index] & inside).reshape(blocks).all(axis=(1, 3))
        return taken, seen | taken

    def _points(self, points: int) -> NDArray[np.float64]:
        step = self.cell_m / points
        x = self.low_m[0] + (np.arange(self.shape[1] * points) + 0.5) * step
        y = self.low_m[1] + (np.arange(self.shape[0] * points) + 0.5) * step
        return np.stack(np.broadcast_arrays(x[None, :], y[:, None]), axis=-1)


#: The window of planner records and of the planners that learn from them.
WINDOW = EgoWindow()
