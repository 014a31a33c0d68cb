"""The CuPy engine: all grids of a batch in one set of launches, no padding, no copies."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from astra_core.errors import ShapeError
from astra_local.voxel.cuda import load_kernels

if TYPE_CHECKING:
    import cupy

__all__ = [
    "LANES",
    "MAX_SIDE",
    "MODULE",
    "Plan",
    "column_plan",
    "options",
    "plane_plan",
    "signed_field",
]

MODULE = "esdf"
LANES = 8
#: Columns are told in 15 bits.
MAX_SIDE = 32766
_TILES = (64, 32)
#: Every supported device gives a block this much shared memory on request (sm_75 has no more).
_SHARED_BYTES = 64 * 1024

Plan = tuple[int, int]
"""Columns of a block, and its bytes of shared memory: 0 where the work does not fit into them."""


def options(tile: int, in_shared: bool) -> tuple[str, ...]:
    """Return the options that the kernels are compiled with."""
    return (f"-DTILE={tile}", f"-DLANES={LANES}", f"-DIN_SHARED={int(in_shared)}")


def plane_plan(height: int, width: int) -> Plan:
    """Return how the plane pass works on planes of a size."""
    bits = 4 * height * math.ceil(width / 32)
    return _plan(lambda tile: bits + 2 * height * tile)


def column_plan(depth: int, with_nearest: bool) -> Plan:
    """Return how the column pass works on columns of a length."""
    return _plan(lambda tile: 4 * depth * tile * (2 if with_nearest else 1))


def signed_field(
    occupied: cupy.ndarray,
    sides_m: tuple[float, ...],
    half_m: float,
    max_distance_m: float,
    with_nearest: bool,
) -> tuple[cupy.ndarray, Any]:
    """Return signed distances and, if asked for, the cells that are meant.

    Args:
        occupied: ``(B, *grid)`` bool, C-contiguous, on the current device.
        sides_m: Sides of a cell along the axes of the grid, metres.
        half_m: Taken off every distance.
        max_distance_m: Distances are clipped to it.
        with_nearest: Whether indices are wanted.

    Returns:
        ``(B, *grid)`` float32 metres, and ``(B, *grid)`` int32 flat indices within a grid or
        ``None``. Nothing is waited for.

    Raises:
        ShapeError: A side is longer than the kernels can count.
    """
    import cupy

    batch, *grid = occupied.shape
    if max(grid) > MAX_SIDE:
        raise ShapeError("occupancy", expected=f"sides up to {MAX_SIDE}", actual=tuple(grid))
    field = cupy.empty(occupied.shape, dtype=cupy.float32)
    nearest = cupy.empty(occupied.shape, dtype=cupy.int32) if with_nearest else None
    depth, height, width = (1, *grid) if len(grid) == 2 else tuple(grid)
    *_, side_y, side_x = sides_m
    reach2 = (max_distance_m + half_m) ** 2
    ends = [cupy.float32(value) for value in (reach2, half_m, max_distance_m)]
    squared_sides = [cupy.float32(side_x**2), cupy.float32(side_y**2)]

    tile, shared = plane_plan(height, width)
    cells = occupied.view(cupy.uint8)
    planes = batch * depth
    if not shared:
        codes = cupy.empty(occupied.shape, dtype=cupy.uint16)
        row_words = 4 * math.ceil(width / 32)
        _launch(
            "row_pass", tile, False, planes * height, row_words, (cells, codes, cupy.int32(width))
        )
        cells = codes
    is_final = cupy.int32(len(grid) == 2)
    sizes = [cupy.int32(value) for value in (width, height, depth)]
    arguments = (cells, field, _pointer(nearest), *sizes, *squared_sides, *ends, is_final)
    blocks = planes * math.ceil(width / tile)
    _launch("plane_pass", tile, bool(shared), blocks, shared, arguments)
    if len(grid) == 3:
        _columns(field, nearest, batch, depth, height * width, cupy.float32(sides_m[0] ** 2), ends)
    return field, nearest


def _columns(
    field: cupy.ndarray,
    nearest: Any,
    batch: int,
    depth: int,
    width: int,
    side2: Any,
    ends: list[Any],
) -> None:
    import cupy

    tile, shared = column_plan(depth, nearest is not None)
    # What is read from memory must not be overwritten meanwhile.
    squared = field if shared else field.copy()
    origins = nearest if shared or nearest is None else nearest.copy()
    sizes = [cupy.int32(width), cupy.int32(depth)]
    arguments = (squared, _pointer(origins), field, _pointer(nearest), *sizes, side2, *ends)
    blocks = batch * math.ceil(width / tile)
    _launch("column_pass", tile, bool(shared), blocks, shared, arguments)


def _plan(needed: Any) -> Plan:
    for tile in _TILES:
        if needed(tile) <= _SHARED_BYTES:
            return tile, needed(tile)
    return _TILES[-1], 0


def _launch(
    name: str, tile: int, in_shared: bool, blocks: int, shared: int, arguments: tuple[Any, ...]
) -> None:
    kernel = load_kernels(MODULE, options(tile, in_shared)).get_function(name)
    if shared > 48 * 1024:
        kernel.max_dynamic_shared_size_bytes = shared
    kernel((blocks,), (tile, LANES), arguments, shared_mem=shared)


def _pointer(array: Any) -> Any:
    import cupy

    return cupy.uintp(0) if array is None else array
