"""The CuPy engine: all grids of a batch in one set of launches, no padding, no copies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from astra_core.errors import ShapeError
from astra_local.voxel.cuda import load_kernel, shared_with_torch

if TYPE_CHECKING:
    import torch

__all__ = [
    "MAX_SIDE",
    "MODULE",
    "Plan",
    "column_plan",
    "options",
    "plane_plan",
    "signed_field",
]

MODULE = "esdf"
#: Columns are told in 15 bits.
MAX_SIDE = 32766
_TILES = (64, 32)
_THREADS = 512
#: Rows of a plane that a block works on where blocks have no memory of their own to share.
_BLOCK_ROWS = 64
#: Every supported device gives a block this much shared memory on request (sm_75 has no more).
_SHARED_BYTES = 64 * 1024

Plan = tuple[int, int]
"""Columns of a block, and its bytes of shared memory: 0 where the work does not fit into them."""


def options(tile: int, in_shared: bool) -> tuple[str, ...]:
    """Return the options that the kernels are compiled with."""
    return (f"-DTILE={tile}", f"-DLANES={_THREADS // tile}", f"-DIN_SHARED={int(in_shared)}")


def plane_plan(height: int, width: int) -> Plan:
    """Return how the plane pass works on planes of a size."""
    bits = 4 * height * math.ceil(width / 32)
    return _plan(lambda tile: bits + 2 * height * tile)


def column_plan(depth: int, with_nearest: bool) -> Plan:
    """Return how the column pass works on columns of a length."""
    return _plan(lambda tile: 4 * depth * tile * (2 if with_nearest else 1))


def signed_field(
    occupied: torch.Tensor,
    sides_m: tuple[float, ...],
    half_m: float,
    max_distance_m: float,
    with_nearest: bool,
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return signed distances and, if asked for, the cells that are meant.

    Args:
        occupied: ``(B, *grid)`` bool, contiguous, on a CUDA device.
        sides_m: Sides of a cell along the axes of the grid, metres.
        half_m: Taken off every distance.
        max_distance_m: Distances are clipped to it.
        with_nearest: Whether indices are wanted.

    Returns:
        ``(B, *grid)`` float32 metres, and ``(B, *grid)`` int32 flat indices within a grid or
        ``None``, on the same device. Nothing is waited for.

    Raises:
        ShapeError: A side is longer than the kernels can count.
    """
    import torch

    batch, *grid = occupied.shape
    if max(grid) > MAX_SIDE:
        raise ShapeError("occupancy", expected=f"sides up to {MAX_SIDE}", actual=tuple(grid))
    depth, height, width = (1, *grid) if len(grid) == 2 else tuple(grid)
    tile, plane_bytes = plane_plan(height, width)
    column_tile, column_bytes = column_plan(depth, with_nearest)

    def empty(dtype: torch.dtype) -> torch.Tensor:
        return torch.empty(occupied.shape, dtype=dtype, device=occupied.device)

    field, nearest = empty(torch.float32), empty(torch.int32) if with_nearest else None
    squared, origins, codes, kinds = field, nearest, None, None
    if len(grid) == 3 and not column_bytes:
        # What the column pass reads from memory must not be overwritten meanwhile.
        squared, origins = empty(torch.float32), empty(torch.int32) if with_nearest else None
    if not plane_bytes:
        codes = empty(torch.int16)
        kinds = torch.zeros(batch * depth, dtype=torch.int32, device=occupied.device)
    tensors = [occupied.view(torch.uint8), field, nearest, squared, origins, codes, kinds]
    reach2 = (max_distance_m + half_m) ** 2
    ends = [np.float32(value) for value in (reach2, half_m, max_distance_m)]
    *_, side_y2, side_x2 = (np.float32(side**2) for side in sides_m)
    planes, block_rows = batch * depth, height
    with shared_with_torch(tensors) as arrays:
        cells, in_metres, meant, before, meant_before, row_codes, plane_kinds = arrays
        if not plane_bytes:
            arguments = (cells, row_codes, plane_kinds, np.int32(width), np.int32(height))
            row_bytes = 4 * math.ceil(width / 32)
            _launch("row_pass", (tile, False), planes * height, row_bytes, arguments)
            cells, block_rows = row_codes, min(height, _BLOCK_ROWS)
        sizes = [np.int32(value) for value in (width, height, depth, block_rows)]
        is_final = np.int32(len(grid) == 2)
        arguments = (cells, plane_kinds, before, meant_before, *sizes, side_x2, side_y2, *ends)
        blocks = planes * math.ceil(width / tile) * math.ceil(height / block_rows)
        plan = (tile, bool(plane_bytes))
        _launch("plane_pass", plan, blocks, plane_bytes, (*arguments, is_final))
        if len(grid) == 3:
            sizes = [np.int32(height * width), np.int32(depth)]
            side_z2 = np.float32(sides_m[0] ** 2)
            arguments = (before, meant_before, in_metres, meant, *sizes, side_z2, *ends)
            blocks = batch * math.ceil(height * width / column_tile)
            plan = (column_tile, bool(column_bytes))
            _launch("column_pass", plan, blocks, column_bytes, arguments)
    return field, nearest


def _plan(needed: Any) -> Plan:
    for tile in _TILES:
        if needed(tile) <= _SHARED_BYTES:
            return tile, needed(tile)
    return _TILES[-1], 0


def _launch(
    name: str,
    compiled: tuple[int, bool],
    blocks: int,
    shared_bytes: int,
    arguments: tuple[Any, ...],
) -> None:
    tile, _ = compiled
    kernel = load_kernel(MODULE, name, options(*compiled), _SHARED_BYTES)
    kernel((blocks,), (tile, _THREADS // tile), arguments, shared_mem=shared_bytes)
