"""Distance transforms in PyTorch, on whatever device the grid lies.

Separable and exact: along each axis, the least of what every cell of the line knows plus the
squared way to it. Each line is compared with itself, so the cost grows with its length: for values
on a device without CuPy, and to check the others by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

__all__ = ["nearest_to_mask"]

_CHUNK_CELLS = 1 << 24


def nearest_to_mask(
    mask: torch.Tensor, sides_m: tuple[float, ...]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return squared distances to the nearest cell of a mask, and which cell that is.

    Args:
        mask: ``(B, *grid)`` bool.
        sides_m: Sides of a cell along the axes of the grid, metres.

    Returns:
        Squared metres ``(B, *grid)`` float32, infinite where the mask is empty, and flat indices
        ``(B, *grid)`` int64 within a grid, which mean nothing there.
    """
    import torch

    grid = mask.shape[1:]
    squared = torch.where(mask, 0.0, float("inf")).to(torch.float32)
    origin = torch.arange(mask[0].numel(), device=mask.device).reshape(grid).expand(mask.shape)
    for axis, side_m in enumerate(sides_m, start=1):
        squared, origin = _along(squared.movedim(axis, -1), origin.movedim(axis, -1), side_m)
        squared, origin = squared.movedim(-1, axis), origin.movedim(-1, axis)
    return squared.contiguous(), origin.contiguous()


def _along(
    squared: torch.Tensor, origin: torch.Tensor, side_m: float
) -> tuple[torch.Tensor, torch.Tensor]:
    import torch

    shape, length = squared.shape, squared.shape[-1]
    place = torch.arange(length, device=squared.device, dtype=torch.float32)
    # Steps are whole numbers and exact; the difference of two rounded positions would not be.
    way = ((place[:, None] - place[None, :]) * side_m) ** 2
    lines, origins = squared.reshape(-1, length), origin.reshape(-1, length)
    nearest, which = torch.empty_like(lines), torch.empty_like(origins)
    rows = max(1, _CHUNK_CELLS // length**2)
    for first in range(0, len(lines), rows):
        part = slice(first, first + rows)
        least = (lines[part, None, :] + way).min(dim=-1)
        nearest[part] = least.values
        which[part] = origins[part].gather(-1, least.indices)
    return nearest.reshape(shape), which.reshape(shape)
