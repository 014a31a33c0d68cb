"""Where the robot has touched something that no camera shows: an obstacle by feel.

A pane of glass or a box lower than the lowest layer of the grid is seen through and over, so the
grid would free its cells with the next image. What was felt is remembered beside the grid, for a
while, and laid over every belief: the planner backs off and goes around it, the guard stops before
it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.time import from_seconds
from astra_local.belief import WorldBelief
from astra_local.types import GridField
from astra_local.voxel.esdf import signed_distance
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["TouchMemory"]

# What stopped a round hull touched it somewhere ahead, and is seldom narrower than the robot: who
# takes it for a point touches a pane of glass again and again on the way around it.
_HALF_WIDTH_M = 0.3
_POINTS = 13
_OUTSIDE_M = 0.03
_MOST_TOUCHES = 50


@dataclass(frozen=True, eq=False)
class _Touch:
    """Points ``(P, 2)`` in ``odom`` that were before the hull, and when."""

    stamp_ns: int
    points_m: NDArray[np.float64]


class TouchMemory:
    """What was felt of late; replaced as a whole, never changed in place."""

    def __init__(self, footprint_radius_m: float, remember_s: float) -> None:
        """Start with nothing touched.

        Args:
            footprint_radius_m: Of the round hull.
            remember_s: How long a touch is remembered.
        """
        self._radius_m = footprint_radius_m
        self._remember_ns = from_seconds(remember_s)
        self._touches: tuple[_Touch, ...] = ()
        self._laid: tuple[WorldBelief, tuple[_Touch, ...], WorldBelief] | None = None

    def __len__(self) -> int:
        """Return how many touches are remembered."""
        return len(self._touches)

    def add(self, pose: NDArray[np.float64], direction: int, stamp_ns: int) -> None:
        """Remember that the hull touches something.

        Args:
            pose: ``(3,)`` of the robot in ``odom``.
            direction: +1 for ahead, -1 for behind.
            stamp_ns: Now.
        """
        aside = np.linspace(-_HALF_WIDTH_M, _HALF_WIDTH_M, _POINTS)
        ahead = np.full(_POINTS, direction * (self._radius_m + _OUTSIDE_M))
        touch = _Touch(stamp_ns, se2.transform_points(pose, np.stack([ahead, aside], axis=-1)))
        self._touches = (*self._touches, touch)[-_MOST_TOUCHES:]

    def forget_old(self, now_ns: int) -> None:
        """Drop what was touched long ago, and all after a clock went back."""
        kept = tuple(
            touch for touch in self._touches if 0 <= now_ns - touch.stamp_ns <= self._remember_ns
        )
        # The same tuple while nothing is dropped: what was laid over the belief stays good.
        if len(kept) < len(self._touches):
            self._touches = kept

    def laid_over(self, belief: WorldBelief) -> WorldBelief:
        """Return a belief with what was touched in it; the same while neither changes."""
        touches, laid = self._touches, self._laid
        if not touches:
            return belief
        if laid is not None and laid[0] is belief and laid[1] is touches:
            return laid[2]
        cells = self._cells(touches, belief.occupancy)
        view, esdf = belief.occupancy, belief.esdf
        cap = float(esdf.values.max(initial=0.0))
        felt = signed_distance(cells, view.resolution_m, max_distance_m=max(cap, view.resolution_m))
        together = replace(
            belief,
            occupancy=replace(view, occupied=view.occupied | cells, known=view.known | cells),
            esdf=GridField(np.minimum(esdf.values, felt), esdf.origin_m, esdf.resolution_m),
        )
        self._laid = belief, touches, together
        return together

    def _cells(self, touches: tuple[_Touch, ...], view: OccupancyView) -> NDArray[np.bool_]:
        """Return the cells ``(H, W)`` of a grid that hold the points, just outside the hull."""
        cells = np.zeros(view.occupied.shape, dtype=bool)
        points = np.concatenate([touch.points_m for touch in touches])
        numbers = np.floor((points - view.origin_m) / view.resolution_m).astype(np.intp)
        columns, rows = numbers[:, 0], numbers[:, 1]
        height, width = view.occupied.shape
        inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
        cells[rows[inside], columns[inside]] = True
        return cells
