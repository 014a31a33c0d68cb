"""How far a tour reaches, checked before anything of that size is made."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core.time import NS_PER_S
from astra_global.mapping.config import FusionConfig
from astra_global.mapping.errors import TourError

__all__ = ["require_extent"]


def require_extent(
    xy_m: NDArray[np.float64], stamps_ns: NDArray[np.int64], config: FusionConfig, where: str
) -> None:
    """Refuse a tour whose grid would be too large: one pose 5 km off is enough for that.

    Args:
        xy_m: ``(N, 2)`` where the robot was, in ``map``.
        stamps_ns: ``(N,)`` when.
        config: Size of cells, and how many there may be.
        where: What error messages call the tour.

    Raises:
        TourError: The tour reaches too far; names the pose farthest from the others.
    """
    # Python's numbers: the product of absurd ones must not wrap around.
    sides = [float(side) for side in xy_m.max(axis=0) - xy_m.min(axis=0)]
    margin_m = 2.0 * (config.max_range_m + config.padding_m)
    layers = max(1.0, (config.ceiling_m - config.floor_m) / config.layer_m)
    cells = math.prod((side + margin_m) / config.resolution_m for side in sides)
    if layers * cells <= config.max_voxels:
        return
    middle = np.median(xy_m, axis=0)
    away = np.hypot(*(xy_m - middle).T)
    far = int(np.argmax(away))
    raise TourError(
        f"{where}: the tour reaches over {sides[0]:.4g} m by {sides[1]:.4g} m, too much for "
        f"{config.max_voxels} voxels; its pose at {stamps_ns[far] / NS_PER_S:.3f} s is "
        f"{away[far]:.4g} m from the middle: cut it out of the recording if it is wrong, else use "
        "larger cells (fusion.resolution_m, fusion.layer_m) or allow more (fusion.max_voxels)"
    )
