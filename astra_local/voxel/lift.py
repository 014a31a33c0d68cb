"""Voxel lifting (lift-splat): image features, spread along their rays by a depth distribution.

    voxel[v] = sum over the points p of the frustum in v of  depth[p] * feature[pixel of p]

Engines: ``torch`` (the reference; it stores every product), ``cpu`` (sparse matrix, for inference),
``cuda`` (CuPy kernels, forward and backward: each voxel sums up its own points, each pixel its own
gradients, nothing is stored in between).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.cuda import gpu_engine, why_not

if TYPE_CHECKING:
    import torch

    from astra_local.voxel.lift_table import LiftTable

__all__ = ["ENGINES", "lift"]

ENGINES = ("auto", "torch", "cpu", "cuda")
_INDICES: WeakKeyDictionary[Any, dict[Any, tuple[Any, ...]]] = WeakKeyDictionary()


def lift(
    features: torch.Tensor, depth: torch.Tensor, table: LiftTable, *, engine: str = "auto"
) -> torch.Tensor:
    """Return the voxel features of a batch.

    Args:
        features: ``(B, N, C, H, W)``, float32 or float16, whose sums are float32; or float64 (not
            with ``cuda``), whose sums are float64.
        depth: ``(B, N, D, H, W)`` probabilities of the bins, same type and device.
        table: Where the points of the frustum are.
        engine: See the module; ``auto`` takes the fastest that can give the gradients wanted.

    Returns:
        ``(B, C, Z, Y, X)`` of the type of the features (channels last in memory).

    Raises:
        ShapeError: Sizes, types or devices do not fit together, or there is nothing to lift.
        ConfigError: Unknown engine, or one that cannot be used here.
        ValueError: Features or probabilities that are not finite, where the CPU has them. A GPU is
            not waited for: there they make the voxels that they fall into not finite.
    """
    _check(features, depth, table)
    wants_gradient = features.requires_grad or depth.requires_grad
    chosen = _chosen(engine, features, wants_gradient)
    channels = features.shape[2]
    # Pixels beside each other in memory differ in their channels only at the end.
    rows = features.permute(0, 1, 3, 4, 2).reshape(len(features), -1, channels)
    if chosen == "torch":
        voxels = _lift_torch(rows, depth, table)
    elif chosen == "cpu":
        voxels = _lift_sparse(rows.detach(), depth.detach(), table)
    else:
        from astra_local.voxel.lift_cuda import lift_cuda

        voxels = lift_cuda(rows.contiguous(), depth.contiguous(), table)
    return voxels.reshape(len(features), *table.grid.shape, channels).permute(0, 4, 1, 2, 3)


def _lift_torch(rows: torch.Tensor, depth: torch.Tensor, table: LiftTable) -> torch.Tensor:
    points, pixels, owners = _indices(table, rows.device)
    sums = _sum_type(rows)
    # In the type of the sums from the start: gradients are summed up in it as well.
    weights = depth.reshape(len(depth), -1).to(sums).index_select(1, points)
    products = weights[..., None] * rows.to(sums).index_select(1, pixels)
    voxels = products.new_zeros(len(rows), table.grid.num_voxels, rows.shape[-1])
    return voxels.index_add_(1, owners, products).to(rows.dtype)


def _indices(table: LiftTable, device: torch.device) -> tuple[torch.Tensor, ...]:
    """Return point, pixel and voxel of each product ``(M,)``, copied to a device once."""
    import torch

    devices = _INDICES.setdefault(table, {})
    if device not in devices:
        arrays = (table.points, table.pixels, table.voxel_of.ravel()[table.points])
        # Made while inferring, they could not be used for gradients later.
        with torch.inference_mode(False):
            devices[device] = tuple(
                torch.as_tensor(array, dtype=torch.long, device=device) for array in arrays
            )
    return devices[device]


def _lift_sparse(rows: torch.Tensor, depth: torch.Tensor, table: LiftTable) -> torch.Tensor:
    import torch
    from scipy.sparse import csr_array

    shape = (len(table.voxels), table.num_pixels)
    weights = depth.to(_sum_type(depth)).reshape(len(depth), -1).numpy()
    features = rows.to(_sum_type(rows)).numpy()
    voxels = np.zeros((len(rows), table.grid.num_voxels, rows.shape[-1]), dtype=features.dtype)
    for out, weight, feature in zip(voxels, weights, features, strict=True):
        matrix = csr_array((weight[table.points], table.pixels, table.starts), shape=shape)
        out[table.voxels] = matrix @ feature
    return torch.from_numpy(voxels).to(rows.dtype)


def _sum_type(values: torch.Tensor) -> torch.dtype:
    import torch

    return torch.float64 if values.dtype == torch.float64 else torch.float32


def _check(features: Any, depth: Any, table: LiftTable) -> None:
    import torch

    height, width = table.feature_size
    if features.ndim != 5 or features.shape[1] != table.num_cameras or features.numel() == 0:
        raise ShapeError(
            "features",
            expected=f"(B, {table.num_cameras}, C, {height}, {width}), none empty",
            actual=tuple(features.shape),
        )
    if tuple(features.shape[3:]) != (height, width):
        raise ShapeError(
            "features", expected=f"maps of {height}x{width}", actual=tuple(features.shape)
        )
    wanted = (features.shape[0], table.num_cameras, table.num_bins, height, width)
    if tuple(depth.shape) != wanted:
        raise ShapeError("depth", expected=wanted, actual=tuple(depth.shape))
    known = (torch.float16, torch.float32, torch.float64)
    if features.dtype != depth.dtype or features.dtype not in known:
        raise ShapeError(
            "features and depth",
            expected="both float16, both float32 or both float64",
            actual=f"{features.dtype} and {depth.dtype}",
        )
    if features.device != depth.device:
        raise ShapeError("depth", expected=f"on {features.device}", actual=f"on {depth.device}")
    if features.device.type == "cpu":
        for name, values in (("features", features), ("depth", depth)):
            if not bool(values.isfinite().all()):
                count = int((~values.isfinite()).sum())
                raise ValueError(f"{name} must be finite, got {count} values that are not")


def _chosen(engine: str, features: Any, wants_gradient: bool) -> str:
    import torch

    device, is_double = features.device.type, features.dtype == torch.float64
    if engine not in ENGINES:
        raise ConfigError(f"unknown lifting engine {engine!r}; known: {', '.join(ENGINES)}")
    if engine == "cuda":
        reason = "it has no float64" if is_double else why_not()
        if not reason and device != "cuda":
            reason = f"the features are on {features.device} and not on a CUDA device"
        if reason:
            raise ConfigError(f"the lifting engine cuda cannot be used: {reason}")
    if engine == "cpu" and (device != "cpu" or wants_gradient):
        raise ConfigError("the lifting engine cpu is for inference on the CPU")
    if engine != "auto":
        return engine
    if device == "cuda" and not is_double:
        return gpu_engine()
    return "torch" if wants_gradient or device != "cpu" else "cpu"
