"""Cases of voxel lifting that are large enough for a device."""

import math

import numpy as np
import pytest

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_local.voxel.lift_table import LiftTable, VoxelGrid

torch = pytest.importorskip("torch")

_FORWARD = np.array([[0.0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
#: A block that PyTorch's allocator hands out may be this much larger than what was asked for.
_SLACK_BYTES = 1 << 20


def lifting(channels, dtype=None, size=(12, 16), bins=24):
    """Return (table, features, depth) of three moments of a rig of four cameras."""
    intrinsics = CameraIntrinsics.from_horizontal_fov(64, 48, math.radians(100.0))
    rig = CameraRig(
        tuple(
            Camera(
                f"c{number}",
                intrinsics,
                se3.from_xyz_rpy((0.0, 0.0, 0.5), (0.0, 0.0, number * math.pi / 2)) @ _FORWARD,
            )
            for number in range(4)
        )
    )
    grid = VoxelGrid((8, 40, 40), (-4.0, -4.0, 0.0), (0.2, 0.2, 0.25))
    table = LiftTable.of_rig(rig, grid, size, tuple(np.linspace(0.3, 5.0, bins)))
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(3, 4, channels, *size, generator=generator)
    depth = torch.rand(3, 4, bins, *size, generator=generator)
    depth /= depth.sum(dim=2, keepdim=True)
    return table, features.to(dtype or torch.float32), depth.to(dtype or torch.float32)


def frustum_case():
    """Return a case with several times as many points as voxels and pixels."""
    return lifting(64, size=(24, 32), bins=48)


def frustum_bytes(table, features):
    """Return what the products of features and depths would take."""
    return features.element_size() * len(features) * len(table.points) * features.shape[2]


def most_bytes(features, voxels):
    """Return what a call may take that does not store them: its result, and features as rows."""
    return sum(t.numel() * t.element_size() + _SLACK_BYTES for t in (features, voxels))
