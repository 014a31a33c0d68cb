"""Differentiable reading of a grid between its cells, for losses on distance fields.

Multilinear between the centres of cells, and constant beyond the outermost ones: a trajectory that
leaves the grid keeps the last distance and gets no gradient from there.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from astra_core.errors import ShapeError

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
        field: ``(B, Y, X)`` or ``(B, Z, Y, X)``.
        points_m: ``(B, N, D)``, coordinates x, y (, z): the reverse of the order of the axes.
        origin_m: ``(D,)`` or ``(B, D)``, x, y (, z) of the lower corner of cell 0, metres.
        voxel_size_m: ``(D,)``, sides of a cell along x, y (, z), metres.

    Returns:
        ``(B, N)``.

    Raises:
        ShapeError: Sizes do not fit together.
    """
    dims = field.ndim - 1
    if dims not in (2, 3) or points_m.ndim != 3 or points_m.shape[0] != field.shape[0]:
        raise ShapeError(
            "points", expected=f"({field.shape[0]}, N, {dims})", actual=tuple(points_m.shape)
        )
    if points_m.shape[-1] != dims or voxel_size_m.shape[-1] != dims or origin_m.shape[-1] != dims:
        raise ShapeError("points", expected=f"{dims} coordinates", actual=tuple(points_m.shape))
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
        first = low.long()
        second = (first + 1).clamp(max=side - 1)
        pairs.append(((first * step, 1.0 - share), (second * step, share)))
    values = cells.new_zeros(cells.shape[:-1])
    for corner in itertools.product(*pairs):
        index, weight = corner[0]
        for more_index, more_weight in corner[1:]:
            index, weight = index + more_index, weight * more_weight
        values = values + weight * flat.gather(1, index)
    return values
