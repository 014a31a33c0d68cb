"""Where a robot may stand, on a grid. For tours, start poses and scoring only, never the stack."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from astra_core.grid_search import GridGraph, grid_graph
from astra_core.polyline import polyline_length_m
from astra_core.robot import RobotConfig
from astra_sim.scenes.parts import solid_footprints
from astra_sim.scenes.raster import draw_footprint, draw_rectangle, free_distance
from astra_sim.scenes.types import Room, Scene, SceneLandmark

__all__ = ["FloorPlan", "floor_plan"]

#: The robot touches what is between these heights, metres.
HEIGHTS_M = (0.02, RobotConfig().height_m)
_PAD_M = 0.5
_PULLS = 8


def floor_plan(scene: Scene, resolution_m: float = 0.05) -> FloorPlan:
    """Draw everything that collides with the robot on a grid.

    Args:
        scene: The building.
        resolution_m: Side of a cell.
    """
    x0, y0, x1, y1 = scene.bounds_m
    origin = (x0 - _PAD_M, y0 - _PAD_M)
    shape = tuple(math.ceil((b - a + 2 * _PAD_M) / resolution_m) for a, b in ((y0, y1), (x0, x1)))
    occupied = np.zeros(shape, dtype=bool)
    for obj in scene.objects:
        if obj.collides:
            for foot in solid_footprints(obj):
                if foot.bottom_m < HEIGHTS_M[1] and foot.top_m > HEIGHTS_M[0]:
                    draw_footprint(occupied, origin, resolution_m, foot)
    indoors = np.zeros(shape, dtype=bool)
    draw_rectangle(indoors, origin, resolution_m, scene.bounds_m, True)
    return FloorPlan(occupied, indoors, origin, resolution_m, scene.rooms)


class FloorPlan:
    """An occupancy grid of a building with questions one can ask.

    Attributes:
        occupied: ``(H, W)`` bool, row along y, column along x; on the safe side by half a cell.
        origin_m: Lower left corner of cell (0, 0) in ``map``.
        resolution_m: Side of a cell.
        free_distance_m: ``(H, W)`` distance to the nearest occupied cell, bounded from below.
        rooms: Rooms of the building.
    """

    def __init__(
        self,
        occupied: NDArray[np.bool_],
        indoors: NDArray[np.bool_],
        origin_m: tuple[float, float],
        resolution_m: float,
        rooms: tuple[Room, ...],
    ) -> None:
        """Keep the grid and compute its distance field; use :func:`floor_plan` to make one."""
        self.occupied = occupied
        self.origin_m = origin_m
        self.resolution_m = resolution_m
        self.rooms = rooms
        self.free_distance_m = free_distance(occupied, resolution_m)
        # The open air is not a place for this robot.
        self.free_distance_m[~indoors] = 0.0
        self._labels: dict[float, NDArray[np.int32]] = {}
        self._largest_labels: dict[float, int] = {}
        self._graphs: dict[float, GridGraph] = {}

    def cell(self, x_m: float, y_m: float) -> tuple[int, int]:
        """Return (row, column) of a point in ``map``; may lie outside of the grid."""
        column = math.floor((x_m - self.origin_m[0]) / self.resolution_m)
        row = math.floor((y_m - self.origin_m[1]) / self.resolution_m)
        return row, column

    def center(self, row: int, column: int) -> tuple[float, float]:
        """Return (x, y) in ``map`` of the centre of a cell."""
        x = self.origin_m[0] + (column + 0.5) * self.resolution_m
        return float(x), float(self.origin_m[1] + (row + 0.5) * self.resolution_m)

    def is_free(self, x_m: float, y_m: float, radius_m: float) -> bool:
        """Whether a disc touches nothing (on the safe side) and is inside the building."""
        row, column = self.cell(x_m, y_m)
        height, width = self.occupied.shape
        if not (0 <= row < height and 0 <= column < width):
            return False
        return bool(self.free_distance_m[row, column] >= max(radius_m, 1e-9))

    def reachable(self, radius_m: float) -> NDArray[np.bool_]:
        """Return ``(H, W)``: cells of the largest connected region for a disc of that radius."""
        inside: NDArray[np.bool_] = self._components(radius_m) == self._largest(radius_m)
        return inside

    def component_in(self, bounds_m: tuple[float, float, float, float], radius_m: float) -> int:
        """Return the number of the largest connected region inside bounds, 0 if there is none."""
        inside = np.zeros_like(self.occupied)
        draw_rectangle(inside, self.origin_m, self.resolution_m, bounds_m, True)
        sizes = np.bincount(self._components(radius_m)[inside], minlength=2)
        sizes[0] = 0
        return int(np.argmax(sizes)) if sizes.max() > 0 else 0

    def room_at(self, x_m: float, y_m: float) -> Room | None:
        """Return the room at a point, None in a doorway or outside."""
        for room in self.rooms:
            x0, y0, x1, y1 = room.bounds_m
            if x0 <= x_m <= x1 and y0 <= y_m <= y1:
                return room
        return None

    def sample_free_pose(
        self, rng: np.random.Generator, clearance_m: float = 0.32
    ) -> tuple[float, float, float]:
        """Draw a pose (x, y, theta) that is free and connected to all rooms; any heading.

        Raises:
            ValueError: Nothing is free with that clearance.
        """
        rows, columns = np.nonzero(self.reachable(clearance_m))
        if rows.size == 0:
            raise ValueError(f"no free place with a clearance of {clearance_m} m")
        index = int(rng.integers(0, rows.size))
        x, y = self.center(int(rows[index]), int(columns[index]))
        return x, y, float(rng.uniform(-math.pi, math.pi))

    def reachable_near(
        self, landmark: SceneLandmark, radius_m: float = 0.32, within_m: float = 0.8
    ) -> tuple[float, float, float] | None:
        """Return a free pose that faces a landmark from nearby, in the landmark's own room.

        Args:
            landmark: The landmark.
            radius_m: Clearance of the pose.
            within_m: Greatest distance from the pose to the landmark's bounds, in the plane.

        Returns:
            (x, y, theta), the most roomy such place; None if there is none.
        """
        x, y = landmark.position_m[:2]
        half_x, half_y = landmark.size_m[0] / 2.0, landmark.size_m[1] / 2.0
        # Only the cells around it: large buildings have hundreds of thousands.
        reach_x, reach_y = half_x + within_m, half_y + within_m
        low, high = self.cell(x - reach_x, y - reach_y), self.cell(x + reach_x, y + reach_y)
        row0, column0 = max(0, low[0]), max(0, low[1])
        window = (slice(row0, max(0, high[0] + 1)), slice(column0, max(0, high[1] + 1)))
        free = self._components(radius_m)[window] == self._largest(radius_m)
        rows, columns = np.nonzero(free)
        rows, columns = rows + row0, columns + column0
        xs = self.origin_m[0] + (columns + 0.5) * self.resolution_m
        ys = self.origin_m[1] + (rows + 0.5) * self.resolution_m
        gap_x = np.maximum(np.abs(xs - x) - half_x, 0.0)
        gap_y = np.maximum(np.abs(ys - y) - half_y, 0.0)
        near = np.hypot(gap_x, gap_y) <= within_m
        room = self.room_at(x, y)
        if room is not None:
            x0, y0, x1, y1 = room.bounds_m
            near &= (xs >= x0) & (xs <= x1) & (ys >= y0) & (ys <= y1)
        if not near.any():
            return None
        # Roomy, and straight in front rather than off a corner.
        space = np.minimum(self.free_distance_m[rows, columns], 0.6)
        aside = np.minimum(np.abs(xs - x) / (half_x + 0.1), np.abs(ys - y) / (half_y + 0.1))
        score = np.where(near, space - 0.15 * np.minimum(aside, 2.0), -np.inf)
        best = int(np.argmax(score))
        px, py = float(xs[best]), float(ys[best])
        return px, py, math.atan2(y - py, x - px)

    def shortest_path(
        self,
        start_xy_m: tuple[float, float],
        goal_xy_m: tuple[float, float],
        radius_m: float = 0.25,
    ) -> NDArray[np.float64] | None:
        """Return the shortest way of a disc between two points.

        Searched on the 8-connected grid without cutting corners, then pulled straight where the
        line of sight is free, so its length is close to the true shortest one.

        Args:
            start_xy_m: From, in ``map``; the nearest free cell within 0.5 m is used.
            goal_xy_m: To.
            radius_m: Radius of the disc.

        Returns:
            ``(N, 2)`` points in ``map``, first and last as given, or None where there is no way.
        """
        start, goal = self._free_cell(start_xy_m, radius_m), self._free_cell(goal_xy_m, radius_m)
        if start is None or goal is None:
            return None
        cells = self._graph(radius_m).ways_from(start).way_to(goal)
        if cells is None:
            return None
        points = [self.center(int(row), int(column)) for row, column in cells]
        return self._taut([start_xy_m, *points, goal_xy_m], radius_m)

    def _components(self, radius_m: float) -> NDArray[np.int32]:
        if radius_m not in self._labels:
            labels, _ = ndimage.label(self.free_distance_m >= max(radius_m, 1e-9))
            self._labels[radius_m] = labels
        return self._labels[radius_m]

    def _largest(self, radius_m: float) -> int:
        """Return the number of the largest connected region, -1 if there is none."""
        if radius_m not in self._largest_labels:
            sizes = np.bincount(self._components(radius_m).ravel())
            sizes[0] = 0
            self._largest_labels[radius_m] = int(np.argmax(sizes)) if sizes.max() > 0 else -1
        return self._largest_labels[radius_m]

    def _free_cell(self, point: tuple[float, float], radius_m: float) -> tuple[int, int] | None:
        if self.is_free(*point, radius_m):
            return self.cell(*point)
        reach = int(0.5 / self.resolution_m)
        row, column = self.cell(*point)
        height, width = self.occupied.shape
        rows = np.arange(max(0, row - reach), min(height, row + reach + 1))[:, None]
        columns = np.arange(max(0, column - reach), min(width, column + reach + 1))
        if rows.size == 0 or columns.size == 0:
            return None
        free = self.free_distance_m[rows, columns] >= max(radius_m, 1e-9)
        away = np.where(free, np.hypot(rows - row, columns - column), np.inf)
        best = np.unravel_index(int(np.argmin(away)), away.shape)
        if not away[best] <= reach:
            return None
        return int(rows[best[0], 0]), int(columns[best[1]])

    def _graph(self, radius_m: float) -> GridGraph:
        if radius_m not in self._graphs:
            free = self.free_distance_m >= max(radius_m, 1e-9)
            self._graphs[radius_m] = grid_graph(free, self.resolution_m, cuts_corners=False)
        return self._graphs[radius_m]

    def _taut(self, points: list[tuple[float, float]], radius_m: float) -> NDArray[np.float64]:
        """Pull a path straight like a string, from either end in turn, until it stays."""
        path = self._pulled(points, radius_m)
        length = polyline_length_m(np.asarray(path))
        for _ in range(_PULLS):
            path = self._pulled(_dense(path, self.resolution_m)[::-1], radius_m)
            shorter = polyline_length_m(np.asarray(path))
            if shorter > length - 0.1 * self.resolution_m and path[0] == points[0]:
                break
            length = min(length, shorter)
        if path[0] != points[0]:
            path.reverse()
        return np.asarray(path, dtype=np.float64)

    def _pulled(
        self, points: list[tuple[float, float]], radius_m: float
    ) -> list[tuple[float, float]]:
        result, here = [points[0]], 0
        while here < len(points) - 1:
            low, high = here + 1, len(points) - 1
            if not self._sees(points[here], points[high], radius_m):
                # The farthest visible point, by halving: exact enough, and fast.
                while high - low > 1:
                    middle = (low + high) // 2
                    if self._sees(points[here], points[middle], radius_m):
                        low = middle
                    else:
                        high = middle
                high = low
            here = high
            result.append(points[here])
        return result

    def _sees(self, a: tuple[float, float], b: tuple[float, float], radius_m: float) -> bool:
        count = max(2, math.ceil(math.hypot(b[0] - a[0], b[1] - a[1]) / (0.4 * self.resolution_m)))
        xs, ys = np.linspace(a[0], b[0], count), np.linspace(a[1], b[1], count)
        columns = np.floor((xs - self.origin_m[0]) / self.resolution_m).astype(int)
        rows = np.floor((ys - self.origin_m[1]) / self.resolution_m).astype(int)
        return bool((self.free_distance_m[rows, columns] >= radius_m).all())


def _dense(path: list[tuple[float, float]], step_m: float) -> list[tuple[float, float]]:
    dense = [path[0]]
    for (ax, ay), (bx, by) in pairwise(path):
        count = max(1, math.ceil(math.hypot(bx - ax, by - ay) / step_m))
        dense += [(ax + (bx - ax) * k / count, ay + (by - ay) * k / count) for k in range(1, count)]
        dense.append((bx, by))
    return dense
