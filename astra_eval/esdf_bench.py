"""Distance fields: every engine beside the libraries, in one run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_eval.bench_row import Row, Selection, timed_row

__all__ = ["ESDF_CASES", "EsdfCase", "bench_esdf", "occupancy"]


@dataclass(frozen=True)
class EsdfCase:
    """What a field is computed of.

    Attributes:
        batch: Grids.
        grid: Cells along each axis.
        scene: ``rooms``; ``one cell`` or ``empty``, where a search has far to go.
        cap_m: Cap of the distances, metres.
    """

    batch: int
    grid: tuple[int, ...]
    scene: str = "rooms"
    cap_m: float = math.inf

    @property
    def name(self) -> str:
        """Return what a table calls it."""
        sides = "x".join(map(str, self.grid))
        parts = [sides if self.batch == 1 else f"{self.batch} of {sides}"]
        parts += [self.scene] if self.scene != "rooms" else []
        parts += [f"cap {self.cap_m:g} m"] if math.isfinite(self.cap_m) else []
        return ", ".join(parts)

    @property
    def cells(self) -> int:
        """Return how many there are in all grids."""
        return self.batch * math.prod(self.grid)

    @property
    def is_plain(self) -> bool:
        """Return whether the libraries are timed as well: they know neither caps nor shortcuts."""
        return self.scene == "rooms" and math.isinf(self.cap_m)


_HARD = (("one cell", math.inf), ("empty", math.inf), ("rooms", 2.0))
#: Single grids up to 512^3, batches as in training; the planner's own map with its cap; and what
#: is hard for a search and easy for others.
ESDF_CASES: tuple[EsdfCase, ...] = (
    EsdfCase(1, (160, 160), cap_m=2.0),
    EsdfCase(1, (256, 256)),
    EsdfCase(1, (512, 512)),
    EsdfCase(1, (1024, 1024)),
    EsdfCase(1, (16, 200, 200)),
    EsdfCase(1, (64, 64, 64)),
    EsdfCase(1, (128, 128, 128)),
    EsdfCase(1, (256, 256, 256)),
    EsdfCase(1, (512, 512, 512)),
    EsdfCase(64, (256, 256)),
    EsdfCase(64, (64, 64, 64)),
    *(EsdfCase(1, (16, 200, 200), scene, cap_m) for scene, cap_m in _HARD),
    *(EsdfCase(64, (256, 256), scene, cap_m) for scene, cap_m in _HARD),
)
_SHARE_OCCUPIED = 0.03
#: Slow engines are left out where a call would take minutes.
_MOST_CELLS = {"torch on the CPU": 100_000, "scipy": 20_000_000, "torch on the GPU": 20_000_000}
_LARGE_CELLS = 20_000_000
_SIDE_M = 0.1
#: A byte read and a float written for each cell.
_BYTES_PER_CELL = 5.0


def occupancy(case: EsdfCase, seed: int = 0) -> NDArray[np.bool_]:
    """Return occupancy ``(batch, *grid)``; rooms have walls, boxes and a little dust."""
    rng = np.random.default_rng(seed)
    if case.scene != "rooms":
        occupied = np.zeros((case.batch, *case.grid), dtype=bool)
        if case.scene == "one cell":
            corner: tuple[slice | int, ...] = (slice(None), *(0 for _ in case.grid))
            occupied[corner] = True
        return occupied
    occupied = rng.random((case.batch, *case.grid)) < 0.001
    for item in occupied:
        item[..., 0, :] = item[..., -1, :] = True
        item[..., :, 0] = item[..., :, -1] = True
        wanted = _SHARE_OCCUPIED * item[0].size if item.ndim == 3 else _SHARE_OCCUPIED * item.size
        filled = 0.0
        while filled < wanted:
            height, width = (int(rng.integers(2, max(3, side // 10))) for side in case.grid[-2:])
            y, x = (int(rng.integers(0, side)) for side in case.grid[-2:])
            top = int(rng.integers(1, case.grid[0] + 1)) if item.ndim == 3 else None
            box = (slice(y, y + height), slice(x, x + width))
            item[(slice(0, top), *box) if top else box] = True
            filled += height * width
    return occupied


def bench_esdf(
    large: bool,
    on_gpu: bool,
    selection: Selection = Selection(),  # noqa: B008 - frozen
    tell: Callable[[str], None] = lambda text: None,
) -> Iterator[Row]:
    """Time signed distance fields, one row for each case and engine.

    Args:
        large: Also the grids that take a CPU minutes.
        on_gpu: Also what runs on a CUDA device.
        selection: Which rows.
        tell: Hears what is being timed.
    """
    for case in ESDF_CASES:
        is_large = case.cells > _LARGE_CELLS and not (large or on_gpu)
        if is_large or not selection.has_case(case.name):
            continue
        for engine, make in _engines(case, occupancy(case), on_gpu):
            if case.cells > _MOST_CELLS.get(engine, case.cells) and not large:
                continue
            if not selection.has_engine(engine):
                continue
            tell(f"{case.name}: {engine}")
            least_bytes = _BYTES_PER_CELL * case.cells
            row = timed_row(
                case.name,
                engine,
                make(),
                least_bytes=least_bytes,
                on_gpu=engine.endswith("GPU"),
            )
            yield row | {"cells": case.cells}


def _engines(
    case: EsdfCase, occupied: NDArray[np.bool_], on_gpu: bool
) -> Iterator[tuple[str, Callable[[], Callable[[], object]]]]:
    """Give each engine with what makes its call: data go to the GPU only for who is timed."""
    import torch

    from astra_local.voxel.esdf import signed_distance

    sides_m = (_SIDE_M,) * len(case.grid)

    def ours(engine: str, move: Callable[[Any], Any]) -> Callable[[], Callable[[], object]]:
        def make() -> Callable[[], object]:
            data = move(occupied)
            return lambda: signed_distance(data, sides_m, max_distance_m=case.cap_m, engine=engine)

        return make

    yield "edt", ours("edt", lambda data: data)
    if case.is_plain:
        yield "edt, two passes", lambda: _edt_twice(occupied)
        yield "scipy", ours("scipy", lambda data: data)
        yield "torch on the CPU", ours("torch", torch.from_numpy)
    if on_gpu:
        for engine in ("cuda", "torch"):
            name = "cuda kernels on the GPU" if engine == "cuda" else "torch on the GPU"
            yield name, ours(engine, lambda data: torch.from_numpy(data).cuda())
        if math.isinf(case.cap_m):
            yield "cupyx on the GPU", lambda: _cupyx(occupied)


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
