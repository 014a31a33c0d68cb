"""Distance fields and voxel lifting: every engine beside the libraries, in one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_eval.call_memory import CallMemory, memory_of
from astra_eval.timing import Timing, measure

__all__ = ["ESDF_CASES", "LIFT_CASES", "bench_esdf", "bench_lift"]

#: (batch, grid); single grids up to 512^3, batches as in training.
ESDF_CASES: tuple[tuple[int, tuple[int, ...]], ...] = (
    (1, (256, 256)),
    (1, (512, 512)),
    (1, (1024, 1024)),
    (1, (16, 200, 200)),
    (1, (64, 64, 64)),
    (1, (128, 128, 128)),
    (1, (256, 256, 256)),
    (1, (512, 512, 512)),
    (64, (256, 256)),
    (64, (64, 64, 64)),
)
#: (batch, cameras, channels, (H, W), depth bins).
LIFT_CASES = (
    (1, 4, 32, (12, 16), 32),
    (1, 4, 64, (24, 32), 48),
    (8, 6, 64, (16, 44), 59),
)
_SHARE_OCCUPIED = 0.03
#: Slow engines are left out where a call would take minutes.
_MOST_CELLS = {"torch on the CPU": 100_000, "scipy": 20_000_000}
_LARGE_CELLS = 20_000_000
_SIDE_M = 0.1
Row = dict[str, Any]


def rooms(batch: int, grid: tuple[int, ...], seed: int = 0) -> NDArray[np.bool_]:
    """Return occupancy ``(batch, *grid)`` like that of rooms: walls, boxes, a little dust."""
    rng = np.random.default_rng(seed)
    occupied = rng.random((batch, *grid)) < 0.001
    for item in occupied:
        item[..., 0, :] = item[..., -1, :] = True
        item[..., :, 0] = item[..., :, -1] = True
        wanted = _SHARE_OCCUPIED * item[0].size if item.ndim == 3 else _SHARE_OCCUPIED * item.size
        filled = 0.0
        while filled < wanted:
            height, width = (int(rng.integers(2, max(3, side // 10))) for side in grid[-2:])
            y, x = (int(rng.integers(0, side)) for side in grid[-2:])
            top = int(rng.integers(1, grid[0] + 1)) if item.ndim == 3 else None
            box = (slice(y, y + height), slice(x, x + width))
            item[(slice(0, top), *box) if top else box] = True
            filled += height * width
    return occupied


def bench_esdf(
    large: bool, on_gpu: bool, tell: Callable[[str], None] = lambda text: None
) -> Iterator[Row]:
    """Time signed distance fields, one row for each case and engine.

    Args:
        large: Also the grids that take a CPU minutes.
        on_gpu: Also what runs on a CUDA device.
        tell: Hears what is being timed.
    """
    for batch, grid in ESDF_CASES:
        cells = batch * math.prod(grid)
        if cells > _LARGE_CELLS and not (large or on_gpu):
            continue
        occupied = rooms(batch, grid)
        for engine, run, synchronize in _esdf_engines(occupied, grid, on_gpu):
            if cells > _MOST_CELLS.get(engine, cells) and not large:
                continue
            tell(f"{_name(batch, grid)}: {engine}")
            timing = measure(run, synchronize=synchronize)
            on_device = engine.endswith("GPU")
            yield {
                "case": _name(batch, grid),
                "cells": cells,
                "engine": engine,
                **_figures(timing, memory_of(run, synchronize=synchronize, on_gpu=on_device)),
                # A byte read and a float written for each cell is the least there is to move.
                "bytes_per_s": 5.0 * cells / (1e-3 * timing.median_ms),
                "on_gpu": on_device,
            }


def bench_lift(on_gpu: bool, tell: Callable[[str], None] = lambda text: None) -> Iterator[Row]:
    """Time voxel lifting, forward and with gradients, one row for each case and engine."""
    import torch

    from astra_core.camera import CameraRig
    from astra_local.voxel.lift import lift
    from astra_local.voxel.lift_table import LiftTable, VoxelGrid
    from astra_sim.rig import default_rig

    base = default_rig().cameras
    grid = VoxelGrid((16, 120, 120), (-6.0, -6.0, 0.0), (0.1, 0.1, 0.15))
    for batch, cameras, channels, size, bins in LIFT_CASES:
        # More cameras than the rig has: the same ones again, under other names.
        rig = CameraRig(
            tuple(
                type(base[0])(f"c{n}", base[n % 4].intrinsics, base[n % 4].t_base_optical)
                for n in range(cameras)
            )
        )
        table = LiftTable.of_rig(rig, grid, size, np.linspace(0.3, 8.0, bins))
        generator = torch.Generator().manual_seed(0)
        features = torch.randn(batch, cameras, channels, *size, generator=generator)
        depth = torch.rand(batch, cameras, bins, *size, generator=generator)
        name = f"{batch}x{cameras} cameras C{channels} {size[0]}x{size[1]} D{bins}"
        kinds = [("cpu", "cpu", False), ("torch on the CPU", "torch", False)]
        kinds += [("torch on the CPU", "torch", True)]
        if on_gpu:
            kinds += [(f"{e} on the GPU", e, g) for e in ("torch", "cuda") for g in (False, True)]
        for label, engine, with_gradients in kinds:
            device = "cuda" if label.endswith("GPU") else "cpu"
            f = features.to(device).requires_grad_(with_gradients)
            d = depth.to(device).requires_grad_(with_gradients)

            def run(
                f: Any = f, d: Any = d, engine: str = engine, back: bool = with_gradients
            ) -> None:
                voxels = lift(f, d, table, engine=engine)  # noqa: B023
                if back:
                    torch.autograd.grad(voxels.sum(), (f, d))

            tell(f"{name}: {label}")
            wait = torch.cuda.synchronize if device == "cuda" else lambda: None
            timing = measure(run, synchronize=wait)
            yield {
                "case": name,
                "engine": label + (", with gradients" if with_gradients else ""),
                "points": len(table.points),
                **_figures(timing, memory_of(run, synchronize=wait, on_gpu=device == "cuda")),
                "on_gpu": device == "cuda",
            }


def _esdf_engines(
    occupied: NDArray[np.bool_], grid: tuple[int, ...], on_gpu: bool
) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    import torch

    from astra_local.voxel.esdf import signed_distance

    sides_m = (_SIDE_M,) * len(grid)

    def ours(data: Any, engine: str) -> Callable[[], object]:
        return lambda: signed_distance(data, sides_m, engine=engine)

    def nothing() -> None:
        return None

    yield "edt", ours(occupied, "edt"), nothing
    yield "edt, two passes", _edt_twice(occupied), nothing
    yield "scipy", ours(occupied, "scipy"), nothing
    yield "torch on the CPU", ours(torch.from_numpy(occupied), "torch"), nothing
    if not on_gpu:
        return
    data = torch.from_numpy(occupied).cuda()
    yield "cuda kernels on the GPU", ours(data, "cuda"), torch.cuda.synchronize
    if occupied.size <= _LARGE_CELLS:
        yield "torch on the GPU", ours(data, "torch"), torch.cuda.synchronize
    yield "cupyx on the GPU", _cupyx(occupied), torch.cuda.synchronize


def _edt_twice(occupied: NDArray[np.bool_]) -> Callable[[], object]:
    import edt

    def run() -> None:
        for one in occupied:
            outside, inside = (
                edt.edt(mask, black_border=False, parallel=0) for mask in (~one, one)
            )
            _ = (outside - inside) * np.float32(_SIDE_M)

    return run


def _cupyx(occupied: NDArray[np.bool_]) -> Callable[[], object]:
    import cupy
    from cupyx.scipy.ndimage import distance_transform_edt

    grids = cupy.asarray(occupied)

    def run() -> None:
        for one in grids:
            outside = distance_transform_edt(~one, float64_distances=False)
            inside = distance_transform_edt(one, float64_distances=False)
            _ = (outside - inside) * _SIDE_M

    return run


def _figures(timing: Timing, memory: CallMemory | None) -> Row:
    return {
        "ms": timing.median_ms,
        "ms_fastest": timing.fastest_ms,
        "ms_slowest": timing.slowest_ms,
        "rounds": timing.rounds,
        "peak_bytes": None if memory is None else memory.peak,
        "growth_bytes": None if memory is None else memory.growth,
    }


def _name(batch: int, grid: tuple[int, ...]) -> str:
    sides = "x".join(map(str, grid))
    return sides if batch == 1 else f"{batch} of {sides}"
