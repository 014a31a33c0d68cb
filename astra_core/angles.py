"""Angles in (-pi, pi]."""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

__all__ = ["wrap_angle"]


@overload
def wrap_angle(angle_rad: float) -> float: ...
@overload
def wrap_angle(angle_rad: NDArray[np.floating]) -> NDArray[np.floating]: ...


def wrap_angle(angle_rad: float | NDArray[np.floating]) -> float | NDArray[np.floating]:
    """Wrap angles into (-pi, pi].

    Args:
        angle_rad: A scalar or an array of any shape ``(*)``, radians.

    Returns:
        The same angle(s), same shape, in (-pi, pi]. Both -pi and pi become pi.
    """
    # Just above pi the remainder rounds up to a whole turn, which would give the excluded -pi.
    if isinstance(angle_rad, np.ndarray):
        wrapped = np.pi - np.mod(np.pi - angle_rad, 2.0 * np.pi)
        return np.where(wrapped <= -np.pi, np.pi, wrapped)
    scalar = math.pi - (math.pi - float(angle_rad)) % (2.0 * math.pi)
    return math.pi if scalar <= -math.pi else scalar
