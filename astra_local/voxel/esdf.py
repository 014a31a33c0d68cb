"""Exact signed Euclidean distance fields: one interface, several engines (paper, section 3.3).

The distance is measured between the centres of cells and shortened by half a cell: a free cell that
touches an obstacle reads +half a cell, the obstacle cell beside it -half a cell, and the zero
crossing lies on the face between them. Where the sides of a cell differ, half of the shortest is
taken off.

Engines: ``edt`` (the library of that name) and ``scipy`` (the reference) on the CPU, ``torch`` on
any device, ``cuda`` (CuPy kernels). All are exact and agree to float precision.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.cuda import gpu_engine, why_not
from astra_local.voxel.esdf_cpu import distance_to_mask, distance_to_other_kind, nearest_in_mask
from astra_local.voxel.esdf_input import occupied_cells, sides_of, spatial_axes

if TYPE_CHECKING:
    import torch

__all__ = ["ENGINES", "Esdf", "distance_to", "signed_distance", "signed_distance_and_nearest"]

ENGINES = ("auto", "edt", "scipy", "torch", "cuda")
ArrayT = TypeVar("ArrayT", NDArray[Any], "torch.Tensor")


class Esdf(NamedTuple):
    """A distance field and where its distances come from.

    Attributes:
        distance_m: Signed distance of every cell, metres.
        nearest: Flat index, within its grid, of the nearest cell of the other kind: of an obstacle
            for a free cell, of free space for an obstacle cell. -1 where there is none, or none
            within the cap.
    """

    distance_m: Any
    nearest: Any


def signed_distance(
    occupancy: ArrayT,
    voxel_size_m: float | tuple[float, ...],
    *,
    max_distance_m: float = math.inf,
    threshold: float = 0.5,
    spatial_dims: int | None = None,
    engine: str = "auto",
) -> ArrayT:
    """Return the signed distance of every cell: > 0 free, < 0 inside obstacles.

    Args:
        occupancy: ``(..., Y, X)`` or ``(..., Z, Y, X)``, a NumPy array or a torch tensor; bool, or
            probabilities of which those above ``threshold`` are occupied. Leading axes are a batch.
        voxel_size_m: Side of a cell, metres; one for all axes, or one for each in their order.
        max_distance_m: Values are clipped to plus and minus this; what has no counterpart
            anywhere (empty grid: +inf, full grid: -inf) takes it too.
        threshold: For probabilities; finite.
        spatial_dims: 2 or 3; by default the number of sizes, or of axes where one size is given.
        engine: See the module; ``auto`` takes the fastest for where the data lie.

    Returns:
        Same shape and kind of array, on the same device; float32, metres.

    Raises:
        ShapeError: Not a non-empty grid of two or three dimensions, of bool or numbers.
        ConfigError: Unknown engine, one that cannot be used here or not for this device, or a size
            that is not positive.
        ValueError: Probabilities that are not finite, where the CPU has them. A GPU is not waited
            for: there they count as occupied.
    """
    field, _ = _run(occupancy, voxel_size_m, max_distance_m, threshold, spatial_dims, engine, False)
    return field  # type: ignore[no-any-return]


def signed_distance_and_nearest(
    occupancy: ArrayT,
    voxel_size_m: float | tuple[float, ...],
    *,
    max_distance_m: float = math.inf,
    threshold: float = 0.5,
    spatial_dims: int | None = None,
    engine: str = "auto",
) -> Esdf:
    """Return signed distances and the cells that they are measured to.

    See :func:`signed_distance`; indices are int32 of the same shape.
    """
    return _run(occupancy, voxel_size_m, max_distance_m, threshold, spatial_dims, engine, True)


def distance_to(
    mask: NDArray[np.bool_], resolution_m: float, *, engine: str = "auto"
) -> NDArray[np.float32]:
    """Return the centre-to-centre distance to the nearest cell of ``mask``, inf if there is none.

    Args:
        mask: ``(Y, X)`` or ``(Z, Y, X)`` bool, on the CPU; not a batch.
        resolution_m: Side of a cell, metres.
        engine: ``auto``, ``edt`` or ``scipy``.

    Returns:
        Same shape, float32, metres; 0 inside the mask.

    Raises:
        ShapeError: Not a non-empty array of bool with two or three axes.
        ConfigError: Another engine, or a resolution that is not positive.
    """
    if not isinstance(mask, np.ndarray) or mask.dtype != bool:
        actual = str(getattr(mask, "dtype", type(mask).__name__))
        raise ShapeError("mask", expected="a NumPy array of bool", actual=actual)
    sides_m = sides_of(resolution_m, spatial_axes(mask.shape, resolution_m, None))
    if engine not in ("auto", "edt", "scipy"):
        raise ConfigError(f"unknown distance engine {engine!r}; known: auto, edt, scipy")
    return distance_to_mask(mask, sides_m, "edt" if engine == "auto" else engine)


def _run(
    occupancy: Any,
    voxel_size_m: float | tuple[float, ...],
    max_distance_m: float,
    threshold: float,
    spatial_dims: int | None,
    engine: str,
    with_nearest: bool,
) -> Esdf:
    is_torch = not isinstance(occupancy, np.ndarray) and hasattr(occupancy, "is_cuda")
    if not is_torch:
        occupancy = np.asarray(occupancy)
    shape = tuple(occupancy.shape)
    dims = spatial_axes(shape, voxel_size_m, spatial_dims)
    if math.isnan(max_distance_m) or max_distance_m < 0.0:
        raise ConfigError(f"max_distance_m must not be negative, got {max_distance_m}")
    sides_m = sides_of(voxel_size_m, dims)
    engine = _chosen(engine, occupancy.device.type if is_torch else "cpu")
    occupied = occupied_cells(occupancy, threshold).reshape(-1, *shape[-dims:])
    half_m = 0.5 * min(sides_m)
    field, nearest = _engine(engine)(occupied, sides_m, half_m, max_distance_m, with_nearest)
    if is_torch:
        import torch

        field, nearest = (
            None if found is None else torch.as_tensor(found).to(occupancy.device)
            for found in (field, nearest)
        )
    elif not isinstance(field, np.ndarray):
        field, nearest = (
            None if found is None else found.cpu().numpy() for found in (field, nearest)
        )
    return Esdf(field.reshape(shape), None if nearest is None else nearest.reshape(shape))


def _engine(name: str) -> Any:
    return {"edt": _on_cpu("edt"), "scipy": _on_cpu("scipy"), "torch": _torch, "cuda": _cuda}[name]


def _on_cpu(library: str) -> Any:
    def run(
        occupied: Any, sides_m: tuple[float, ...], half_m: float, cap_m: float, with_nearest: bool
    ) -> tuple[NDArray[np.float32], NDArray[np.int32] | None]:
        grids = occupied if isinstance(occupied, np.ndarray) else occupied.numpy()
        field = np.empty(grids.shape, dtype=np.float32)
        nearest = np.empty(grids.shape, dtype=np.int32) if with_nearest else None
        for number, grid in enumerate(grids):
            distance = distance_to_other_kind(grid, sides_m, library) - np.float32(half_m)
            clipped = np.minimum(distance, np.float32(cap_m))
            np.negative(clipped, out=clipped, where=grid)
            field[number] = clipped
            if nearest is not None:
                to_free, to_obstacle = (nearest_in_mask(m, sides_m) for m in (~grid, grid))
                which = np.where(grid, to_free, to_obstacle)
                nearest[number] = np.where(distance <= cap_m, which, -1)
        return field, nearest

    return run


def _torch(
    occupied: Any, sides_m: tuple[float, ...], half_m: float, cap_m: float, with_nearest: bool
) -> tuple[Any, Any]:
    import torch

    from astra_local.voxel.esdf_torch import nearest_to_mask

    grids = torch.as_tensor(occupied)
    outside, to_obstacle = nearest_to_mask(grids, sides_m)
    inside, to_free = nearest_to_mask(~grids, sides_m)
    distance = torch.where(grids, inside, outside).sqrt_() - half_m
    clipped = distance.clamp(max=cap_m)
    field = torch.where(grids, -clipped, clipped)
    if not with_nearest:
        return field, None
    known = (distance <= cap_m) & distance.isfinite()
    which = torch.where(known, torch.where(grids, to_free, to_obstacle), -1)
    return field, which.to(torch.int32)


def _cuda(
    occupied: Any, sides_m: tuple[float, ...], half_m: float, cap_m: float, with_nearest: bool
) -> tuple[Any, Any]:
    import torch

    from astra_local.voxel.esdf_cuda import signed_field

    grids = torch.as_tensor(occupied)
    # A tensor stays on its own device, which need not be the current one.
    grids = grids if grids.is_cuda else grids.cuda()
    return signed_field(grids.contiguous(), sides_m, half_m, cap_m, with_nearest)


def _chosen(engine: str, device: str) -> str:
    if engine not in ENGINES:
        raise ConfigError(f"unknown distance engine {engine!r}; known: {', '.join(ENGINES)}")
    if engine == "cuda" and why_not():
        raise ConfigError(f"the distance engine cuda cannot be used: {why_not()}")
    if engine in ("edt", "scipy") and device != "cpu":
        raise ConfigError(f"the distance engine {engine} is for the CPU, got a grid on {device}")
    if engine != "auto":
        return engine
    if device == "cuda":
        return gpu_engine()
    return "edt" if device == "cpu" else "torch"
