"""Exact signed Euclidean distance fields on the CPU (paper, section 3.3).

The distance is measured from the centre of a cell to the nearest face of the other kind along the
line between the cell centres: centre-to-centre distance minus half a cell. So a free cell that
touches an obstacle reads +resolution/2, the obstacle cell beside it -resolution/2, and the zero
crossing lies on the face between them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ConfigError, ShapeError

__all__ = ["distance_to", "signed_distance"]


def signed_distance(
    occupied: NDArray[np.bool_],
    resolution_m: float,
    *,
    max_distance_m: float = math.inf,
    engine: str = "auto",
) -> NDArray[np.float32]:
    """Return the signed distance of every cell: > 0 free, < 0 inside obstacles.

    Args:
        occupied: ``(H, W)`` or ``(D, H, W)`` bool.
        resolution_m: Side of a cell, metres, the same along all axes.
        max_distance_m: Values are clipped to plus and minus this; what has no counterpart
            anywhere (empty grid: +inf, full grid: -inf) takes it too.
        engine: ``auto``, ``edt`` or ``scipy``; both are exact and agree to float precision.

    Returns:
        Same shape, float32, metres.

    Raises:
        ShapeError: Not a non-empty 2D or 3D grid.
        ConfigError: Unknown engine, or a resolution that is not positive.
    """
    occupied = np.ascontiguousarray(occupied, dtype=bool)
    if occupied.ndim not in (2, 3) or occupied.size == 0:
        raise ShapeError("occupancy", expected="(H, W) or (D, H, W)", actual=occupied.shape)
    outside = distance_to(occupied, resolution_m, engine=engine)
    inside = distance_to(~occupied, resolution_m, engine=engine)
    half = np.float32(0.5 * resolution_m)
    signed = np.where(occupied, half - inside, outside - half)
    return np.clip(signed, -max_distance_m, max_distance_m).astype(np.float32, copy=False)


def distance_to(
    mask: NDArray[np.bool_], resolution_m: float, *, engine: str = "auto"
) -> NDArray[np.float32]:
    """Return the centre-to-centre distance to the nearest cell of ``mask``, inf if there is none.

    Args:
        mask: 2D or 3D bool.
        resolution_m: Side of a cell, metres.
        engine: ``auto``, ``edt`` or ``scipy``.

    Returns:
        Same shape, float32, metres; 0 inside the mask.
    """
    if not resolution_m > 0.0:
        raise ConfigError(f"resolution must be positive, got {resolution_m} m")
    if engine not in ("auto", "edt", "scipy"):
        raise ConfigError(f"unknown distance engine {engine!r}; known: auto, edt, scipy")
    if not mask.any():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    if engine != "scipy":
        try:
            import edt
        except ImportError:
            if engine == "edt":
                raise
        else:
            cells = edt.edt(np.ascontiguousarray(~mask), black_border=False, parallel=1)
            return (cells * np.float32(resolution_m)).astype(np.float32, copy=False)
    from scipy.ndimage import distance_transform_edt

    return (distance_transform_edt(~mask) * resolution_m).astype(np.float32)
