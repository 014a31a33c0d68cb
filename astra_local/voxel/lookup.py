"""Differentiable reading of a grid between its cells, for losses on distance fields.

Multilinear between the centres of cells, and constant beyond the outermost ones: a trajectory that
leaves the grid keeps the last distance and gets no gradient from there.
"""

from __future__ import annotations

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
    import torch

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
    sides = torch.tensor(field.shape[1:], device=field.device)
    cells = torch.minimum(cells.clamp(min=0.0), (sides - 1).to(cells.dtype))
    low = cells.detach().floor().clamp(max=(sides - 2).clamp(min=0)).long()
    share = cells - low
    flat = field.reshape(field.shape[0], -1)
    strides = torch.tensor(
        [int(sides[axis + 1 :].prod()) for axis in range(dims)], device=field.device
    )
    values = torch.zeros_like(cells[..., 0])
    for corner in range(2**dims):
        picks = torch.tensor([(corner >> axis) & 1 for axis in range(dims)], device=field.device)
        at = torch.minimum(low + picks, sides - 1)
        weight = torch.where(picks.bool(), share, 1.0 - share).prod(dim=-1)
        values = values + weight * flat.gather(1, (at * strides).sum(dim=-1))
    return values
