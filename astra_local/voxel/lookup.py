"""Differentiable reading of a grid between its cells, for losses on distance fields.

Multilinear between the centres of cells, and constant beyond the outermost ones: a trajectory that
leaves the grid keeps the last distance and gets no gradient from there.

On a GPU nobody waits to look at values, so nothing that depends on them is an error there: what is
not a number stays one, and never becomes a plausible distance or an index out of range.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from astra_core.errors import ConfigError, ShapeError

if TYPE_CHECKING:
    import torch

__all__ = ["lookup"]


def lookup(
    field: torch.Tensor,
    points_m: torch.Tensor,
    origin_m: torch.Tensor,
    voxel_size_m: torch.Tensor,
) -> torch.Tensor:
    """Return the values of a field at points; gradients flow to both.

    Args:
        field: ``(B, Y, X)`` or ``(B, Z, Y, X)``, no axis empty. Finite: give a distance field a
            ``max_distance_m``, or between infinite cells there is nothing but NaN.
        points_m: ``(B, N, D)``, coordinates x, y (, z): the reverse of the order of the axes. A
            point that is NaN reads NaN.
        origin_m: ``(D,)`` or ``(B, D)``, x, y (, z) of the lower corner of cell 0, metres.
        voxel_size_m: ``(D,)``, sides of a cell along x, y (, z), metres; positive. On a GPU one
            that is not makes every value NaN.

    Returns:
        ``(B, N)``.

    Raises:
        ShapeError: Sizes do not fit together.
        ConfigError: A side of a cell that is not positive, where the CPU has it.
    """
    dims = _checked(field, points_m, origin_m, voxel_size_m)
    is_side = (voxel_size_m > 0.0) & voxel_size_m.isfinite()
    if voxel_size_m.device.type == "cpu" and not bool(is_side.all()):
        raise ConfigError(f"the sides of a voxel must be positive, got {voxel_size_m.tolist()} m")
    voxel_size_m = voxel_size_m.where(is_side, math.nan)
    origin_m = origin_m.reshape(-1, 1, dims)
    # In cells, 0 at the centre of the first one; axes in the order of the field.
    cells = ((points_m - origin_m) / voxel_size_m - 0.5).flip(-1)
    # Sizes are numbers and not tensors: those would have to be fetched from a device.
    sides = field.shape[1:]
    flat = field.reshape(field.shape[0], -1)
    # Of each axis the two cells beside the point, as steps in memory, with their weights.
    pairs = []
    for axis, side in enumerate(sides):
        at = cells[..., axis].clamp(0.0, side - 1.0)
        low = at.detach().floor().clamp(max=max(side - 2, 0))
        share, step = at - low, math.prod(sides[axis + 1 :])
        # NaN has no place among the cells; its share is NaN, and so is what is read.
        first = low.nan_to_num(nan=0.0).long()
        second = (first + 1).clamp(max=side - 1)
        pairs.append(((first * step, 1.0 - share), (second * step, share)))
    values = cells.new_zeros(cells.shape[:-1])
    for corner in itertools.product(*pairs):
        index, weight = corner[0]
        for more_index, more_weight in corner[1:]:
            index, weight = index + more_index, weight * more_weight
        values = values + weight * flat.gather(1, index)
    return values


def _checked(
    field: torch.Tensor, points_m: torch.Tensor, origin_m: torch.Tensor, voxel_size_m: torch.Tensor
) -> int:
    """Return how many axes a grid has."""
    dims, batch = field.ndim - 1, len(field) if field.ndim else 0
    if dims not in (2, 3) or 0 in field.shape[1:]:
        expected = "(B, Y, X) or (B, Z, Y, X), no axis empty"
        raise ShapeError("field", expected=expected, actual=tuple(field.shape))
    if points_m.ndim != 3 or points_m.shape[0] != batch or points_m.shape[-1] != dims:
        raise ShapeError("points", expected=f"({batch}, N, {dims})", actual=tuple(points_m.shape))
    if tuple(origin_m.shape) not in ((dims,), (batch, dims)):
        raise ShapeError(
            "origin", expected=f"({dims},) or ({batch}, {dims})", actual=tuple(origin_m.shape)
        )
    if tuple(voxel_size_m.shape) != (dims,):
        raise ShapeError("voxel_size_m", expected=f"({dims},)", actual=tuple(voxel_size_m.shape))
    return dims
