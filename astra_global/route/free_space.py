"""Where the robot fits: clearance on the static occupancy of the map, minus blocked places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.robot import FOOTPRINT_RADIUS_M
from astra_global.route.planning_grid import PlanningGrid
from astra_global.types import FREE, UNKNOWN, AstraMap, OccupancyMap

__all__ = ["Blockage", "FreeSpace"]

#: How far a blocked place is felt; beyond the distance from which more room is no better.
REACH_M = 2.0


@dataclass(frozen=True)
class Blockage:
    """A place where the robot could not pass.

    Attributes:
        x_m: Centre in ``map``.
        y_m: Centre in ``map``.
        radius_m: Its size.
        until_ns: When it is forgotten.
    """

    x_m: float
    y_m: float
    radius_m: float
    until_ns: int


class FreeSpace:
    """Distances to obstacles on a grid ``[y, x]`` in ``map``. Unknown cells block.

    Attributes:
        occupancy: The grid it was made from.
        clearance_m: ``(H, W)`` distance from each cell centre to the nearest blocked area.
    """

    def __init__(self, occupancy: OccupancyMap, clearance_m: NDArray[np.float64]) -> None:
        """Wrap a grid and its clearance; use :meth:`from_map`."""
        self.occupancy = occupancy
        self.clearance_m = clearance_m

    @classmethod
    def from_map(
        cls, map: AstraMap, robot_radius_m: float = FOOTPRINT_RADIUS_M
    ) -> FreeSpace | None:
        """Build from a map; ``None`` where it has no occupancy.

        What the robot drove over on the tour is free even where no camera saw the floor.
        """
        occupancy = map.occupancy
        if occupancy is None:
            return None
        cells = occupancy.cells.copy()
        reach = int(np.ceil(robot_radius_m / occupancy.resolution_m))
        offsets = np.arange(-reach, reach + 1)
        rows, columns = np.meshgrid(offsets, offsets, indexing="ij")
        disc = np.hypot(rows, columns) * occupancy.resolution_m <= robot_radius_m
        around = np.stack([rows[disc], columns[disc]], axis=-1)
        centers = occupancy.cell_of(map.node_poses[:, :2])
        under = (centers[:, None] + around[None]).reshape(-1, 2)
        inside = ((under >= 0) & (under < cells.shape)).all(axis=1)
        under = under[inside]
        unknown = cells[under[:, 0], under[:, 1]] == UNKNOWN
        cells[under[unknown, 0], under[unknown, 1]] = FREE
        driven = OccupancyMap(cells, occupancy.origin_m, occupancy.resolution_m)
        # Distances go between cell centres; obstacles begin at the edge of their cell.
        return cls(driven, np.maximum(0.0, driven.clearance_m() - 0.5 * driven.resolution_m))

    @property
    def resolution_m(self) -> float:
        """Return the side of a cell."""
        return self.occupancy.resolution_m

    @cached_property
    def planning(self) -> PlanningGrid:
        """Return the coarser view for searches."""
        return PlanningGrid.of(self.occupancy, self.clearance_m)

    def blocked_by(self, blockages: Sequence[Blockage]) -> FreeSpace:
        """Return the same space with blocked places as obstacles.

        Only what is nearer than ``REACH_M`` to a blocked place changes: further away nobody asks
        how far exactly an obstacle is.
        """
        if not blockages:
            return self
        clearance, planning = self.clearance_m.copy(), self.planning.copy()
        for blockage in blockages:
            center, reach_m = np.array([blockage.x_m, blockage.y_m]), blockage.radius_m + REACH_M
            first = np.maximum(0, self.occupancy.cell_of(center - reach_m))
            last = np.minimum(clearance.shape, self.occupancy.cell_of(center + reach_m) + 1)
            if (last <= first).any():
                continue
            window = (slice(first[0], last[0]), slice(first[1], last[1]))
            cells = np.stack([*np.mgrid[window]], axis=-1)
            away = np.linalg.norm(self.occupancy.center_of(cells) - center, axis=-1)
            blocked = np.maximum(0.0, away - blockage.radius_m)
            clearance[window] = np.minimum(clearance[window], blocked)
            planning.renew(clearance, window)
        space = FreeSpace(self.occupancy, clearance)
        space.planning = planning
        return space

    def clearance_at(self, points_m: ArrayLike) -> NDArray[np.float64]:
        """Return the clearance ``(*,)`` at points ``(*, 2)``; 0 outside the grid."""
        cells = self.occupancy.cell_of(points_m)
        inside = ((cells >= 0) & (cells < self.clearance_m.shape)).all(axis=-1)
        limit = np.array(self.clearance_m.shape) - 1
        clipped = np.clip(cells, 0, limit)
        return np.where(inside, self.clearance_m[clipped[..., 0], clipped[..., 1]], 0.0)

    def line_clearance(self, start_m: ArrayLike, end_m: ArrayLike) -> float:
        """Return the smallest clearance along a straight line between two points ``(2,)``."""
        return float(self.clearance_along(start_m, end_m).min())

    def clearance_along(self, start_m: ArrayLike, end_m: ArrayLike) -> NDArray[np.float64]:
        """Return the clearance ``(N,)`` at equal steps of half a cell on a straight line."""
        return self.clearance_at(self._line(start_m, end_m))

    def sees(self, start_m: ArrayLike, end_m: ArrayLike, end_margin_m: float = 0.0) -> bool:
        """Say whether no occupied cell lies on a line, its last ``end_margin_m`` left out."""
        points = self._line(start_m, end_m)
        away = np.linalg.norm(points - np.asarray(end_m, dtype=np.float64)[:2], axis=1)
        points = points[away > end_margin_m]
        return bool((self.occupancy.value_at(points) <= FREE).all()) if len(points) else True

    def _line(self, start_m: ArrayLike, end_m: ArrayLike) -> NDArray[np.float64]:
        start = np.asarray(start_m, dtype=np.float64)[:2]
        end = np.asarray(end_m, dtype=np.float64)[:2]
        count = int(np.ceil(np.linalg.norm(end - start) / (0.5 * self.resolution_m))) + 1
        return start + np.linspace(0.0, 1.0, max(2, count))[:, None] * (end - start)
