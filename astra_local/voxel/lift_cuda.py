"""The CuPy engine of voxel lifting, with its gradients for PyTorch."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from astra_local.voxel.cuda import load_kernel, shared_with_torch

if TYPE_CHECKING:
    import torch

    from astra_local.voxel.lift_table import LiftTable

__all__ = ["LANES", "MODULE", "ROWS", "lift_cuda", "options"]

MODULE = "lift"
LANES, ROWS = 32, 8
_TABLES: WeakKeyDictionary[Any, dict[int, dict[str, Any]]] = WeakKeyDictionary()


def options(channels: int, half: bool) -> tuple[str, ...]:
    """Return the options that the kernels are compiled with."""
    per_lane = math.ceil(channels / LANES)
    return (
        f"-DLANES={LANES}",
        f"-DROWS={ROWS}",
        f"-DCHANNELS_PER_LANE={per_lane}",
        f"-DHALF={int(half)}",
    )


def lift_cuda(rows: torch.Tensor, depth: torch.Tensor, table: LiftTable) -> torch.Tensor:
    """Return voxel features ``(B, voxels, C)``; gradients flow to both arguments.

    Args:
        rows: Features ``(B, pixels, C)``, contiguous, on a CUDA device.
        depth: ``(B, N, D, H, W)``, contiguous, same type and device.
        table: Where the points of the frustum are.
    """
    return _function().apply(rows, depth, table)  # type: ignore[no-any-return]


@functools.cache
def _function() -> Any:
    """Return the autograd function; made late, as torch is not imported with this module."""
    import torch
    from torch.autograd.function import once_differentiable

    class Lift(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, rows: Any, depth: Any, table: LiftTable) -> Any:
            ctx.table = table
            ctx.save_for_backward(rows, depth)
            batch, num_pixels, channels = rows.shape
            out = rows.new_zeros(batch, table.grid.num_voxels, channels)
            work = batch * len(table.voxels)
            if work == 0:  # a launch of no blocks is an error
                return out
            with shared_with_torch([rows, depth, out]) as arrays:
                on_device = _on_device(table, rows.device.index)
                names = ("points", "pixels", "starts", "voxels")
                sizes = (
                    batch,
                    len(table.voxels),
                    depth[0].numel(),
                    num_pixels,
                    table.grid.num_voxels,
                    channels,
                )
                tables = [on_device[name] for name in names]
                arguments = (*arrays[:2], *tables, arrays[2], *map(np.int32, sizes))
                _launch("lift_forward", rows, work, arguments)
            return out

        @staticmethod
        @once_differentiable
        def backward(ctx: Any, *grads: Any) -> Any:
            rows, depth = ctx.saved_tensors
            table = ctx.table
            batch, num_pixels, channels = rows.shape
            for_rows, for_depth = ctx.needs_input_grad[:2]
            grad_rows = torch.empty_like(rows) if for_rows else None
            grad_depth = torch.empty_like(depth) if for_depth else None
            tensors = [rows, depth, grads[0].contiguous(), grad_rows, grad_depth]
            with shared_with_torch(tensors) as arrays:
                per_map = table.feature_size[0] * table.feature_size[1]
                bins = table.num_bins
                sizes = (batch, num_pixels, per_map, bins, table.grid.num_voxels, channels)
                voxel_of = _on_device(table, rows.device.index)["voxel_of"]
                arguments = (*arrays[:2], voxel_of, *arrays[2:], *map(np.int32, sizes))
                _launch("lift_backward", rows, batch * num_pixels, arguments)
            return grad_rows, grad_depth, None

    return Lift


def _launch(name: str, rows: torch.Tensor, work: int, arguments: tuple[Any, ...]) -> None:
    half = rows.element_size() == 2
    kernel = load_kernel(MODULE, name, options(rows.shape[-1], half))
    kernel((math.ceil(work / ROWS),), (LANES, ROWS), arguments)


def _on_device(table: LiftTable, device: int) -> dict[str, Any]:
    """Return the arrays of a table on a device, copied there once."""
    import cupy

    devices = _TABLES.setdefault(table, {})
    if device not in devices:
        names = ("points", "pixels", "starts", "voxels", "voxel_of")
        devices[device] = {name: cupy.asarray(getattr(table, name)) for name in names}
        # Other streams will read them too.
        cupy.cuda.get_current_stream().synchronize()
    return devices[device]
