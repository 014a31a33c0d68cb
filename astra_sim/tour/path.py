"""From cells to a curve that a differential drive follows: smooth, away from obstacles."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

if TYPE_CHECKING:
    from astra_sim.scenes.floor_plan import FloorPlan

__all__ = ["corner_angles_rad", "smoothed", "split_at_corners"]

_ITERATIONS = 150
_TENSION = 0.25
_PUSH = 0.2


def smoothed(
    lines: list[NDArray[np.float64]], plan: FloorPlan, radius_m: float, comfort_m: float
) -> list[NDArray[np.float64]]:
    """Pull polylines straight and push them off obstacles, ends fixed (elastic bands).

    Args:
        lines: ``(N_i, 2)`` collision-free polylines, evenly spaced.
        plan: Floor plan.
        radius_m: No point ends nearer to an obstacle than this.
        comfort_m: Points nearer than this are pushed away.

    Returns:
        ``(N_i, 2)`` each.
    """
    # All at once: in a large building they are hundreds.
    points = np.concatenate(lines)
    ends = np.cumsum([len(line) for line in lines])
    free = np.ones(len(points), dtype=bool)
    free[[*ends - 1, 0, *ends[:-1]]] = False
    inside = np.flatnonzero(free)
    distance = plan.free_distance_m
    slopes = cast("list[NDArray[np.float64]]", np.gradient(distance, plan.resolution_m))
    for _ in range(_ITERATIONS):
        inner = points[inside]
        clearance = _sample(distance, plan, inner)
        lack = np.maximum(comfort_m - clearance, 0.0)[:, None]
        away = np.stack([_sample(slope, plan, inner) for slope in slopes[::-1]], axis=1)
        moved = (
            inner
            + _TENSION * (points[inside - 1] + points[inside + 1] - 2.0 * inner)
            + _PUSH * lack * away
        )
        fine = _sample(distance, plan, moved)
        # A move that brings a point too close is not made.
        accepted = (fine >= radius_m) | (fine > clearance)
        points[inside] = np.where(accepted[:, None], moved, inner)
    return np.split(points, ends[:-1])


def corner_angles_rad(points: NDArray[np.float64], reach: int = 3) -> NDArray[np.float64]:
    """Return how much the polyline ``(N, 2)`` turns at each point, looking ``reach`` points far."""
    index = np.arange(len(points))
    back = points - points[np.maximum(index - reach, 0)]
    ahead = points[np.minimum(index + reach, len(points) - 1)] - points
    cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
    dot = np.einsum("ni,ni->n", back, ahead)
    angles: NDArray[np.float64] = np.abs(np.arctan2(cross, dot))
    angles[[0, -1]] = 0.0
    return angles


def split_at_corners(
    points: NDArray[np.float64], limit_rad: float, reach: int = 3
) -> list[NDArray[np.float64]]:
    """Cut a polyline where it turns by more than ``limit_rad``: there the robot turns in place."""
    angles = corner_angles_rad(points, reach)
    cuts = [0]
    for index in np.argsort(-angles, kind="stable"):
        if angles[index] <= limit_rad:
            break
        if all(abs(int(index) - cut) > reach for cut in [*cuts, len(points) - 1]):
            cuts.append(int(index))
    cuts = sorted([*cuts, len(points) - 1])
    return [points[a : b + 1] for a, b in itertools.pairwise(cuts) if b > a]


def _sample(
    grid: NDArray[np.float64], plan: FloorPlan, points: NDArray[np.float64]
) -> NDArray[np.float64]:
    cells = (points - np.asarray(plan.origin_m)) / plan.resolution_m - 0.5
    places = [cells[:, 1], cells[:, 0]]
    values: NDArray[np.float64] = map_coordinates(grid, places, order=1, mode="nearest")
    return values
