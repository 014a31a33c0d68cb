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
from astra_local.voxel.cuda import cuda_is_usable, shared_with_torch, why_not
from astra_local.voxel.esdf_cpu import distance_to_mask, distance_to_other_kind, nearest_in_mask

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
        threshold: For probabilities.
        spatial_dims: 2 or 3; by default the number of sizes, or of axes where one size is given.
        engine: See the module; ``auto`` takes the fastest for where the data lie.

    Returns:
        Same shape and kind of array, on the same device; float32, metres.

    Raises:
        ShapeError: Not a non-empty grid of two or three dimensions.
        ConfigError: Unknown engine, one that cannot be used here, or a size that is not positive.
        ValueError: Probabilities that are not finite.
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
        mask: 2D or 3D bool.
        resolution_m: Side of a cell, metres.
        engine: ``auto``, ``edt`` or ``scipy``.

    Returns:
        Same shape, float32, metres; 0 inside the mask.

    Raises:
        ConfigError: Another engine, or a resolution that is not positive.
    """
    sides_m = _sides(resolution_m, mask.ndim)
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
    dims = _spatial_dims(occupancy.ndim, voxel_size_m, spatial_dims)
    grid = tuple(occupancy.shape[-dims:])
    if occupancy.ndim < dims or 0 in tuple(occupancy.shape):
        raise ShapeError(
            "occupancy", expected=f"a non-empty grid of {dims} axes", actual=tuple(occupancy.shape)
        )
    if math.isnan(max_distance_m) or max_distance_m < 0.0:
        raise ConfigError(f"max_distance_m must not be negative, got {max_distance_m}")
    sides_m = _sides(voxel_size_m, dims)
    engine = _chosen(engine, is_torch and bool(occupancy.is_cuda))
    occupied = _occupied(occupancy, threshold, is_torch).reshape(-1, *grid)
    half_m = 0.5 * min(sides_m)
    field, nearest = _engine(engine)(occupied, sides_m, half_m, max_distance_m, with_nearest)
    shape = tuple(occupancy.shape)
    if is_torch and isinstance(field, np.ndarray):
        import torch

        field = torch.from_numpy(field)
        nearest = None if nearest is None else torch.from_numpy(nearest)
    elif not is_torch and not isinstance(field, np.ndarray):
        field = field.cpu().numpy()
        nearest = None if nearest is None else nearest.cpu().numpy()
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

    grids = torch.as_tensor(occupied).cuda().contiguous()
    with shared_with_torch([grids.view(torch.uint8)]) as (cells,):
        field, nearest = signed_field(cells, sides_m, half_m, cap_m, with_nearest)
        return torch.from_dlpack(field), None if nearest is None else torch.from_dlpack(nearest)


def _spatial_dims(ndim: int, voxel_size_m: float | tuple[float, ...], wanted: int | None) -> int:
    if wanted is None:
        wanted = len(voxel_size_m) if isinstance(voxel_size_m, tuple) else ndim
    if wanted not in (2, 3):
        raise ShapeError("occupancy", expected="2 or 3 spatial axes", actual=f"{wanted}")
    return wanted


def _sides(voxel_size_m: float | tuple[float, ...], dims: int) -> tuple[float, ...]:
    sides_m = voxel_size_m if isinstance(voxel_size_m, tuple) else (voxel_size_m,) * dims
    if len(sides_m) != dims:
        raise ShapeError("voxel_size_m", expected=f"one size or {dims}", actual=len(sides_m))
    if not all(math.isfinite(side) and side > 0.0 for side in sides_m):
        raise ConfigError(f"the sides of a voxel must be positive, got {voxel_size_m} m")
    return tuple(float(side) for side in sides_m)


def _chosen(engine: str, on_gpu: bool) -> str:
    if engine not in ENGINES:
        raise ConfigError(f"unknown distance engine {engine!r}; known: {', '.join(ENGINES)}")
    if engine == "cuda" and not cuda_is_usable():
        raise ConfigError(f"the distance engine cuda cannot be used: {why_not()}")
    if engine != "auto":
        return engine
    if on_gpu:
        return "cuda" if cuda_is_usable() else "torch"
    return "edt"


def _occupied(occupancy: Any, threshold: float, is_torch: bool) -> Any:
    """Return the bool grid; probabilities have to be numbers."""
    if is_torch:
        import torch

        if occupancy.dtype == torch.bool:
            return occupancy.contiguous()
        if occupancy.is_floating_point() and not bool(occupancy.isfinite().all()):
            raise ValueError("occupancy probabilities must be finite")
        return (occupancy > threshold).contiguous()
    if occupancy.dtype == bool:
        return np.ascontiguousarray(occupancy)
    if not np.issubdtype(occupancy.dtype, np.number):
        raise ShapeError("occupancy", expected="bool or numbers", actual=str(occupancy.dtype))
    if not np.isfinite(occupancy).all():
        raise ValueError("occupancy probabilities must be finite")
    return np.ascontiguousarray(occupancy > threshold)
