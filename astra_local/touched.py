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

# What stopped a round hull touched it somewhere ahead, to either side of the middle, and doors and
# panes are about a metre wide: who takes them for less touches them again on the way around.
_HALF_WIDTH_M = 0.6
_SPACING_M = 0.05
_OUTSIDE_M = 0.03
# A hull this near to the line of an earlier touch touches the same pane, which is longer then.
_SAME_LINE_M = 0.12
_SAME_PANE_M = 1.5
_MOST_TOUCHES = 50


@dataclass(frozen=True, eq=False)
class _Touch:
    """A straight piece of something: a point and a direction ``(2,)`` in ``odom``, and how far.

    ``reach_m`` are the ends along the direction, ``points_m`` ``(P, 2)`` what lies between them.
    """

    stamp_ns: int
    middle_m: NDArray[np.float64]
    along: NDArray[np.float64]
    reach_m: tuple[float, float]
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

        Who touches beside an earlier touch, on its line, touches the same pane farther out: at its
        side as a rule, on the way around it, and not ahead.

        Args:
            pose: ``(3,)`` of the robot in ``odom``.
            direction: +1 for ahead, -1 for behind.
            stamp_ns: Now.
        """
        touch = self._longer(pose, stamp_ns) or self._across(pose, direction, stamp_ns)
        self._touches = (*self._touches, touch)[-_MOST_TOUCHES:]

    def distance_m(self, pose: NDArray[np.float64]) -> float:
        """Return how far the centre of the robot is from what was touched; ``inf`` for nothing.

        Args:
            pose: ``(3,)`` of the robot in ``odom``.
        """
        if not (touches := self._touches):
            return float("inf")
        points = np.concatenate([touch.points_m for touch in touches])
        return float(np.hypot(*(points - pose[:2]).T).min())

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

    def _across(self, pose: NDArray[np.float64], direction: int, stamp_ns: int) -> _Touch:
        """Return a piece across the way, just outside of the hull."""
        ahead = np.array([[direction * (self._radius_m + _OUTSIDE_M), 0.0]])
        middle = se2.transform_points(pose, ahead)[0]
        along = np.array([-np.sin(pose[2]), np.cos(pose[2])])
        return self._piece(stamp_ns, middle, along, (-_HALF_WIDTH_M, _HALF_WIDTH_M), pose)

    def _longer(self, pose: NDArray[np.float64], stamp_ns: int) -> _Touch | None:
        """Return an earlier piece as long as this touch shows it; ``None`` if it is another."""
        for touch in reversed(self._touches):
            offset = pose[:2] - touch.middle_m
            station = float(offset @ touch.along)
            beside = abs(float(offset[0] * touch.along[1] - offset[1] * touch.along[0]))
            low, high = touch.reach_m
            if beside > self._radius_m + _SAME_LINE_M:
                continue
            if not low - _SAME_PANE_M <= station <= high + _SAME_PANE_M:
                continue
            # Where the hull stands across the line, there the pane ends.
            beyond = 0.0 if beside < self._radius_m else _HALF_WIDTH_M
            reach = min(low, station - beyond), max(high, station + beyond)
            return self._piece(stamp_ns, touch.middle_m, touch.along, reach, pose)
        return None

    def _piece(
        self,
        stamp_ns: int,
        middle: NDArray[np.float64],
        along: NDArray[np.float64],
        reach: tuple[float, float],
        pose: NDArray[np.float64],
    ) -> _Touch:
        """Return a piece without what the hull itself fills: nothing else is there."""
        count = round((reach[1] - reach[0]) / _SPACING_M) + 1
        points = middle + np.linspace(*reach, count)[:, None] * along
        outside = np.hypot(*(points - pose[:2]).T) > self._radius_m
        return _Touch(stamp_ns, middle, along, reach, points[outside])

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
