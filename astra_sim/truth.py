"""Ground truth of the simulator. Only scoring, the tour driver and tests may touch it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["GroundTruth"]


@dataclass(frozen=True, eq=False)
class GroundTruth:
    """What really happened up to one instant.

    A sealed truth (see :meth:`sealed`) has NaN in every field: a run whose outcome changes when
    its truth is sealed has cheated.

    Attributes:
        stamp_ns: Time of the truth.
        pose: ``(3,)`` [x, y, theta] of ``base_link`` in ``map``.
        velocity: ``(2,)`` body velocity [m/s, rad/s].
        collision: Whether the robot touches anything but the floor now.
        collision_count: Collisions since the start; one lasting contact counts once.
        touched: Ids of all objects touched since the start, in order of their first contact.
        clearance_m: Distance from the robot's hull to the nearest thing it can hit.
        path_length_m: Distance driven since the start.
        contact_mps: How fast the hull came upon something in the last tick, along the line to it;
            0 without contact.
        contact_bearings_rad: Directions in ``base_link`` of everything that it touches now.
    """

    stamp_ns: float
    pose: NDArray[np.float64]
    velocity: NDArray[np.float64]
    collision: float
    collision_count: float
    touched: tuple[str, ...]
    clearance_m: float
    path_length_m: float
    contact_mps: float = 0.0
    contact_bearings_rad: tuple[float, ...] = ()

    @classmethod
    def sealed(cls) -> GroundTruth:
        """Return a truth that knows nothing."""
        nan = math.nan
        return cls(nan, np.full(3, nan), np.full(2, nan), nan, nan, (), nan, nan, nan)
