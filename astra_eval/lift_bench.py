"""Voxel lifting: ours beside torch index_add, forward and with gradients, in one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from astra_eval.bench_row import Row, Selection, timed_row

if TYPE_CHECKING:
    from astra_local.voxel.lift_table import LiftTable

__all__ = ["LIFT_CASES", "bench_lift", "least_bytes"]

#: (batch, cameras, channels, (H, W), depth bins).
LIFT_CASES = (
    (1, 4, 32, (12, 16), 32),
    (1, 4, 64, (24, 32), 48),
    (8, 6, 64, (16, 44), 59),
)


def least_bytes(
    table: LiftTable, batch: int, channels: int, bytes_each: int, with_gradients: bool
) -> int:
    """Return the bytes that have to be read and written at the very least.

    Forward: a feature row of each pixel that is used, the depth of each point in the grid, its two
    indices, and all voxels. With gradients also: rows, depths and the slopes of the voxels that own
    points are read, both gradients written, and the voxel of each point of the frustum read.

    Args:
        table: Where the points are.
        batch: Moments.
        channels: Of a feature.
        bytes_each: Of a number.
        with_gradients: Whether the backward pass counts.
    """
    points, used = len(table.points), len(np.unique(table.pixels))
    numbers = used * channels + points + table.grid.num_voxels * channels
    indices = 2 * points
    if with_gradients:
        numbers += used * channels + points + len(table.voxels) * channels
        numbers += table.num_pixels * channels + table.voxel_of.size
        indices += table.voxel_of.size
    return batch * numbers * bytes_each + 4 * indices


def bench_lift(
    on_gpu: bool,
    selection: Selection = Selection(),  # noqa: B008 - frozen
    tell: Callable[[str], None] = lambda text: None,
) -> Iterator[Row]:
    """Time voxel lifting, one row for each case and engine.

    Args:
        on_gpu: Also what runs on a CUDA device, there in float16 as well.
        selection: Which rows.
        tell: Hears what is being timed.
    """
    import torch

    for batch, cameras, channels, size, bins in LIFT_CASES:
        name = f"{batch}x{cameras} cameras C{channels} {size[0]}x{size[1]} D{bins}"
        if not selection.has_case(name):
            continue
        table = _table(cameras, size, bins)
        generator = torch.Generator().manual_seed(0)
        features = torch.randn(batch, cameras, channels, *size, generator=generator)
        depth = torch.rand(batch, cameras, bins, *size, generator=generator)
        for label, engine, dtype, with_gradients in _kinds(on_gpu):
            if not selection.has_engine(label):
                continue
            is_on_gpu = "GPU" in label
            device = "cuda" if is_on_gpu else "cpu"
            tell(f"{name}: {label}")
            f, d = (
                tensor.to(device, dtype).requires_grad_(with_gradients)
                for tensor in (features, depth)
            )
            run = _call(f, d, table, engine)
            moved = least_bytes(table, batch, channels, f.element_size(), with_gradients)
            row = timed_row(name, label, run, least_bytes=moved, on_gpu=is_on_gpu)
            yield row | {"points": len(table.points)}


def _kinds(on_gpu: bool) -> Iterator[tuple[str, str, Any, bool]]:
    """Give label, engine, type and whether gradients are wanted."""
    import torch

    yield "cpu", "cpu", torch.float32, False
    yield "torch on the CPU", "torch", torch.float32, False
    yield "torch on the CPU, with gradients", "torch", torch.float32, True
    if not on_gpu:
        return
    for engine in ("torch", "cuda"):
        for dtype, suffix in ((torch.float32, ""), (torch.float16, ", float16")):
            yield f"{engine} on the GPU{suffix}", engine, dtype, False
            yield f"{engine} on the GPU{suffix}, with gradients", engine, dtype, True


def _call(features: Any, depth: Any, table: LiftTable, engine: str) -> Callable[[], object]:
    import torch

    from astra_local.voxel.lift import lift

    if not features.requires_grad:
        return lambda: lift(features, depth, table, engine=engine)
    # Made once, of the layout of the result: only the backward pass itself is timed.
    slope = torch.ones_like(lift(features, depth, table, engine=engine))

    def run() -> None:
        voxels = lift(features, depth, table, engine=engine)
        torch.autograd.grad(voxels, (features, depth), slope)

    return run


def _table(cameras: int, size: tuple[int, int], bins: int) -> LiftTable:
    from astra_core.camera import CameraRig
    from astra_local.voxel.lift_table import LiftTable, VoxelGrid
    from astra_sim.rig import default_rig

    base = default_rig().cameras
    # More cameras than the rig has: the same ones again, under other names.
    rig = CameraRig(
        tuple(
            type(base[0])(f"c{n}", base[n % 4].intrinsics, base[n % 4].t_base_optical)
            for n in range(cameras)
        )
    )
    grid = VoxelGrid((16, 120, 120), (-6.0, -6.0, 0.0), (0.1, 0.1, 0.15))
    return LiftTable.of_rig(rig, grid, size, np.linspace(0.3, 8.0, bins))
