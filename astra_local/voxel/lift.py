"""Voxel lifting (lift-splat): image features, spread along their rays by a depth distribution.

    voxel[v] = sum over the points p of the frustum in v of  depth[p] * feature[pixel of p]

Engines: ``torch`` (the reference; it stores every product), ``cpu`` (sparse matrix, for inference),
``cuda`` (CuPy kernels, forward and backward: each voxel sums up its own points, each pixel its own
gradients, nothing is stored in between).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.cuda import cuda_is_usable, why_not

if TYPE_CHECKING:
    import torch

    from astra_local.voxel.lift_table import LiftTable

__all__ = ["ENGINES", "lift"]

ENGINES = ("auto", "torch", "cpu", "cuda")


def lift(
    features: torch.Tensor, depth: torch.Tensor, table: LiftTable, *, engine: str = "auto"
) -> torch.Tensor:
    """Return the voxel features of a batch.

    Args:
        features: ``(B, N, C, H, W)``, float32 or float16; sums are float32.
        depth: ``(B, N, D, H, W)`` probabilities of the bins, same type and device.
        table: Where the points of the frustum are.
        engine: See the module; ``auto`` takes the fastest that can give the gradients wanted.

    Returns:
        ``(B, C, Z, Y, X)`` of the type of the features (channels last in memory).

    Raises:
        ShapeError: Sizes do not fit together.
        ConfigError: Unknown engine, or one that cannot be used here.
    """
    _check(features, depth, table)
    wants_gradient = features.requires_grad or depth.requires_grad
    chosen = _chosen(engine, features.is_cuda, wants_gradient)
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
    import torch

    points = torch.as_tensor(table.points, device=rows.device, dtype=torch.long)
    pixels = torch.as_tensor(table.pixels, device=rows.device, dtype=torch.long)
    owners = torch.as_tensor(table.voxel_of.ravel()[table.points], device=rows.device)
    weights = depth.reshape(len(depth), -1)[:, points].float()
    products = weights[..., None] * rows[:, pixels].float()
    voxels = products.new_zeros(len(rows), table.grid.num_voxels, rows.shape[-1])
    return voxels.index_add(1, owners.long(), products).to(rows.dtype)


def _lift_sparse(rows: torch.Tensor, depth: torch.Tensor, table: LiftTable) -> torch.Tensor:
    import torch
    from scipy.sparse import csr_array

    shape = (len(table.voxels), table.num_pixels)
    weights = depth.float().reshape(len(depth), -1).numpy()
    features = rows.float().numpy()
    voxels = np.zeros((len(rows), table.grid.num_voxels, rows.shape[-1]), dtype=np.float32)
    for out, weight, feature in zip(voxels, weights, features, strict=True):
        matrix = csr_array((weight[table.points], table.pixels, table.starts), shape=shape)
        out[table.voxels] = matrix @ feature
    return torch.from_numpy(voxels).to(rows.dtype)


def _check(features: Any, depth: Any, table: LiftTable) -> None:
    import torch

    height, width = table.feature_size
    if features.ndim != 5 or features.shape[1] != table.num_cameras:
        raise ShapeError(
            "features",
            expected=f"(B, {table.num_cameras}, C, {height}, {width})",
            actual=tuple(features.shape),
        )
    if tuple(features.shape[3:]) != (height, width):
        raise ShapeError(
            "features", expected=f"maps of {height}x{width}", actual=tuple(features.shape)
        )
    wanted = (features.shape[0], table.num_cameras, table.num_bins, height, width)
    if tuple(depth.shape) != wanted:
        raise ShapeError("depth", expected=wanted, actual=tuple(depth.shape))
    if features.dtype != depth.dtype or features.dtype not in (torch.float32, torch.float16):
        if features.dtype == depth.dtype == torch.float64:
            return  # for gradient checks
        raise ShapeError(
            "features and depth",
            expected="both float32 or both float16",
            actual=f"{features.dtype} and {depth.dtype}",
        )
    if features.device != depth.device:
        raise ShapeError("depth", expected=f"on {features.device}", actual=f"on {depth.device}")


def _chosen(engine: str, on_gpu: bool, wants_gradient: bool) -> str:
    if engine not in ENGINES:
        raise ConfigError(f"unknown lifting engine {engine!r}; known: {', '.join(ENGINES)}")
    if engine == "cuda" and not (on_gpu and cuda_is_usable()):
        reason = why_not() or "the features are not on a GPU"
        raise ConfigError(f"the lifting engine cuda cannot be used: {reason}")
    if engine == "cpu" and (on_gpu or wants_gradient):
        raise ConfigError("the lifting engine cpu is for inference on the CPU")
    if engine != "auto":
        return engine
    if on_gpu:
        return "cuda" if cuda_is_usable() else "torch"
    return "torch" if wants_gradient else "cpu"
