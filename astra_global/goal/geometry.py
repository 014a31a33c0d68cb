"""Distances between landmarks, which are axis-aligned boxes on the floor plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_global.types import Landmark

__all__ = ["box_gap_m", "footprint", "nearest_point", "point_gap_m"]


def footprint(landmark: Landmark) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lower and upper corner ``(2,)`` of a landmark's footprint in ``map``."""
    center = np.asarray(landmark.position_m[:2], dtype=np.float64)
    half = 0.5 * np.asarray(landmark.size_m[:2], dtype=np.float64)
    return center - half, center + half


def nearest_point(landmark: Landmark, points_m: ArrayLike) -> NDArray[np.float64]:
    """Return the point of the footprint nearest to each point ``(*, 2)``."""
    low, high = footprint(landmark)
    return np.clip(np.asarray(points_m, dtype=np.float64), low, high)


def point_gap_m(landmark: Landmark, points_m: ArrayLike) -> NDArray[np.float64]:
    """Return the distance ``(*,)`` of points ``(*, 2)`` to the footprint, 0 inside."""
    points = np.asarray(points_m, dtype=np.float64)
    return np.asarray(np.linalg.norm(points - nearest_point(landmark, points), axis=-1))


def box_gap_m(first: Landmark, second: Landmark) -> float:
    """Return the gap between two footprints, 0 where they overlap."""
    low_a, high_a = footprint(first)
    low_b, high_b = footprint(second)
    gap = np.maximum(0.0, np.maximum(low_a - high_b, low_b - high_a))
    return float(np.hypot(*gap))
