"""Somebody round on the floor plan: a person or the robot as others see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Disc", "Segment", "segment_distance_m"]


@dataclass(frozen=True, eq=False)
class Disc:
    """Position ``(2,)`` in ``map``, velocity ``(2,)`` in ``map``, and radius."""

    xy_m: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    radius_m: float


@dataclass(frozen=True, eq=False)
class Segment:
    """A door leaf seen from above: from ``a`` to ``b``, ``(2,)`` each in ``map``."""

    a_m: NDArray[np.float64]
    b_m: NDArray[np.float64]


def segment_distance_m(points_m: NDArray[np.float64], segment: Segment) -> NDArray[np.float64]:
    """Return the distance ``(...,)`` of points ``(..., 2)`` to a segment."""
    along = segment.b_m - segment.a_m
    share = (points_m - segment.a_m) @ along / max(float(along @ along), 1e-9)
    nearest = segment.a_m + np.clip(share, 0.0, 1.0)[..., None] * along
    distance: NDArray[np.float64] = np.linalg.norm(points_m - nearest, axis=-1)
    return distance
