"""What a distance field is asked for: grids, sides of cells, and which cells are occupied."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from astra_core.errors import ConfigError, ShapeError

__all__ = ["occupied_cells", "on_device", "sides_of", "spatial_axes"]

#: Cells of a grid are told by int32.
_MOST_CELLS = 2**31 - 1


def spatial_axes(
    shape: tuple[int, ...], voxel_size_m: float | tuple[float, ...], wanted: int | None
) -> int:
    """Return how many of the last axes are a grid.

    Args:
        shape: Of the occupancy.
        voxel_size_m: One side of a cell for all axes, or one for each.
        wanted: 2, 3 or ``None``: the number of sizes, or of axes where one size is given.

    Raises:
        ShapeError: Not a non-empty grid of two or three axes, or one of too many cells to number.
    """
    if wanted is None:
        wanted = len(voxel_size_m) if isinstance(voxel_size_m, tuple) else len(shape)
    if wanted not in (2, 3):
        raise ShapeError("occupancy", expected="2 or 3 spatial axes", actual=f"{wanted}")
    if len(shape) < wanted or 0 in shape:
        raise ShapeError("occupancy", expected=f"a non-empty grid of {wanted} axes", actual=shape)
    if math.prod(shape[-wanted:]) > _MOST_CELLS:
        raise ShapeError("occupancy", expected=f"up to {_MOST_CELLS} cells a grid", actual=shape)
    return wanted


def sides_of(voxel_size_m: float | tuple[float, ...], dims: int) -> tuple[float, ...]:
    """Return the sides of a cell along each of the axes, metres.

    Raises:
        ShapeError: Neither one size nor one for each axis.
        ConfigError: A size that is not positive.
    """
    sides_m = voxel_size_m if isinstance(voxel_size_m, tuple) else (voxel_size_m,) * dims
    if len(sides_m) != dims:
        raise ShapeError("voxel_size_m", expected=f"one size or {dims}", actual=len(sides_m))
    if not all(math.isfinite(side) and side > 0.0 for side in sides_m):
        raise ConfigError(f"the sides of a voxel must be positive, got {voxel_size_m} m")
    return tuple(float(side) for side in sides_m)


def occupied_cells(occupancy: Any, threshold: float) -> Any:
    """Return the bool grid of an array or tensor, contiguous; a bool one without a copy.

    Args:
        occupancy: Bool, or probabilities of which those above the threshold are occupied.
        threshold: Finite.

    Raises:
        ShapeError: Neither bool nor numbers.
        ConfigError: A threshold that is not finite.
        ValueError: Probabilities that are not finite, on the CPU; see :func:`on_device`.
    """
    if not math.isfinite(threshold):
        raise ConfigError(f"the threshold of occupancy must be finite, got {threshold}")
    if not isinstance(occupancy, np.ndarray):
        import torch

        if occupancy.dtype == torch.bool:
            return occupancy.contiguous()
        if occupancy.is_complex():
            raise ShapeError("occupancy", expected="bool or numbers", actual=occupancy.dtype)
        if occupancy.device.type != "cpu":
            return on_device(occupancy, threshold)
        if not bool(occupancy.isfinite().all()):
            raise ValueError("occupancy probabilities must be finite")
        return (occupancy > threshold).contiguous()
    if occupancy.dtype == bool:
        return np.ascontiguousarray(occupancy)
    if not np.issubdtype(occupancy.dtype, np.number) or np.iscomplexobj(occupancy):
        raise ShapeError("occupancy", expected="bool or numbers", actual=str(occupancy.dtype))
    if not np.isfinite(occupancy).all():
        raise ValueError("occupancy probabilities must be finite")
    return np.ascontiguousarray(occupancy > threshold)


def on_device(occupancy: Any, threshold: float) -> Any:
    """Return the bool grid of a tensor without looking at it: nobody waits for a GPU.

    What is not finite is taken for occupied, so that a robot keeps away from it.
    """
    occupied = occupancy > threshold
    if occupancy.is_floating_point():
        occupied |= ~occupancy.isfinite()
    return occupied.contiguous()
