"""Which voxel each point of a rig's frustum falls into: computed once per rig (lift-splat).

Points are numbered camera, depth bin, row, column. A voxel owns the interval of sorted points that
fall into it, so that nobody else adds to it (BEVFusion, Liu et al. 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError, ShapeError

__all__ = ["LiftTable", "VoxelGrid"]


@dataclass(frozen=True)
class VoxelGrid:
    """A grid of voxels around the robot, in ``base_link``.

    Attributes:
        shape: (Z, Y, X), voxels.
        origin_m: x, y, z of the lower corner of voxel (0, 0, 0).
        voxel_size_m: Sides along x, y, z.
    """

    shape: tuple[int, int, int]
    origin_m: tuple[float, float, float]
    voxel_size_m: tuple[float, float, float]

    def __post_init__(self) -> None:
        """Refuse what cannot be a grid."""
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ShapeError("voxel grid", expected="(Z, Y, X), none empty", actual=self.shape)
        for name, values in (("origin", self.origin_m), ("sides", self.voxel_size_m)):
            if len(values) != 3:
                raise ShapeError(f"{name} of a voxel grid", expected="x, y and z", actual=values)
        if not np.isfinite(self.origin_m).all():
            raise ConfigError(f"the origin of a voxel grid must be finite, got {self.origin_m} m")
        if not all(np.isfinite(side) and side > 0.0 for side in self.voxel_size_m):
            raise ConfigError(f"the sides of a voxel must be positive, got {self.voxel_size_m} m")

    @property
    def num_voxels(self) -> int:
        """Return how many there are."""
        return int(np.prod(self.shape))

    def indices(self, points_m: NDArray[np.floating]) -> NDArray[np.int32]:
        """Return the flat voxel ``(N,)`` of points ``(N, 3)``; -1 outside or not finite."""
        with np.errstate(invalid="ignore"):
            cells = np.floor((points_m - np.array(self.origin_m)) / np.array(self.voxel_size_m))
        depth, height, width = self.shape
        with np.errstate(invalid="ignore"):
            inside = ((cells >= 0) & (cells < np.array([width, height, depth]))).all(axis=-1)
        x, y, z = np.where(inside[:, None], cells, 0).astype(np.int64).T
        return np.where(inside, (z * height + y) * width + x, -1).astype(np.int32)


@dataclass(frozen=True, eq=False)
class LiftTable:
    """The frustum of a rig in a grid.

    Attributes:
        grid: The voxels.
        num_cameras: ``N``.
        feature_size: (H, W) of the feature maps.
        num_bins: ``D`` depth bins.
        voxel_of: ``(N, D, H, W)`` int32, flat; -1 for a point outside of the grid.
    """

    grid: VoxelGrid
    num_cameras: int
    feature_size: tuple[int, int]
    num_bins: int
    voxel_of: NDArray[np.int32]

    def __post_init__(self) -> None:
        """Refuse what would make kernels read or write beside the voxels."""
        wanted = (self.num_cameras, self.num_bins, *self.feature_size)
        found = (self.voxel_of.shape, self.voxel_of.dtype)
        if found != (wanted, np.dtype(np.int32)):
            raise ShapeError("voxel_of", expected=f"{wanted} of int32", actual=found)
        highest = int(self.voxel_of.max(initial=-1))
        if highest >= self.grid.num_voxels:
            expected = f"below {self.grid.num_voxels}, the number of voxels"
            raise ShapeError("voxel_of", expected=expected, actual=highest)

    @classmethod
    def of_rig(
        cls,
        rig: CameraRig,
        grid: VoxelGrid,
        feature_size: tuple[int, int],
        bins_m: Sequence[float] | NDArray[np.floating],
    ) -> LiftTable:
        """Compute the table.

        Args:
            rig: The cameras; pictures are taken for undistorted.
            grid: The voxels.
            feature_size: (H, W); each feature stands for its share of the picture.
            bins_m: Depth of each bin along the optical axis, growing.

        Raises:
            ConfigError: Bins that are not positive and growing, or a rig of which no camera sees
                anything of the grid (one of several may see nothing: its pictures are not used).
            ShapeError: A feature map without cells.
        """
        depths_m = np.asarray(bins_m, dtype=np.float64)
        if depths_m.ndim != 1 or len(depths_m) == 0 or depths_m[0] <= 0.0:
            raise ConfigError(f"depth bins must be positive and growing, got {list(bins_m)}")
        if not np.isfinite(depths_m).all() or (np.diff(depths_m) <= 0.0).any():
            raise ConfigError(f"depth bins must be positive and growing, got {list(bins_m)}")
        height, width = feature_size
        if height < 1 or width < 1:
            raise ShapeError("feature maps", expected="at least 1x1", actual=feature_size)
        voxels = []
        for camera in rig.cameras:
            k = camera.intrinsics
            # The centre of a feature among the pixels, whose centres are whole numbers.
            u = (np.arange(width) + 0.5) * k.width_px / width - 0.5
            v = (np.arange(height) + 0.5) * k.height_px / height - 0.5
            pixels = np.stack(np.meshgrid(u, v), axis=-1).reshape(-1, 2)
            rays = k.unproject(pixels, np.ones(len(pixels)))
            points = depths_m[:, None, None] * rays[None]
            rotation, position = camera.t_base_optical[:3, :3], camera.t_base_optical[:3, 3]
            voxels.append(grid.indices((points @ rotation.T + position).reshape(-1, 3)))
        voxel_of = np.stack(voxels).reshape(len(rig.cameras), len(depths_m), height, width)
        if (voxel_of < 0).all():
            names = ", ".join(camera.name for camera in rig.cameras)
            raise ConfigError(
                f"a camera must see a part of the voxel grid up to {depths_m[-1]} m, "
                f"got {names} behind or beside it"
            )
        return cls(grid, len(rig.cameras), (height, width), len(depths_m), voxel_of)

    @property
    def num_pixels(self) -> int:
        """Return the features of all cameras together."""
        return self.num_cameras * self.feature_size[0] * self.feature_size[1]

    @cached_property
    def points(self) -> NDArray[np.int32]:
        """Return the points inside the grid ``(M,)``, sorted by voxel."""
        flat = self.voxel_of.ravel()
        order = np.argsort(flat, kind="stable").astype(np.int32)
        return order[np.count_nonzero(flat < 0) :]

    @cached_property
    def pixels(self) -> NDArray[np.int32]:
        """Return the feature ``(M,)`` that each of the points belongs to."""
        per_map = self.feature_size[0] * self.feature_size[1]
        camera, within = np.divmod(self.points, self.num_bins * per_map)
        return np.asarray(camera * per_map + within % per_map, dtype=np.int32)

    @cached_property
    def voxels(self) -> NDArray[np.int32]:
        """Return the voxels ``(K,)`` that points fall into."""
        return np.unique(self.voxel_of.ravel()[self.points]).astype(np.int32)

    @cached_property
    def starts(self) -> NDArray[np.int32]:
        """Return where the interval of each voxel begins among the points, ``(K + 1,)``."""
        owners = self.voxel_of.ravel()[self.points]
        begins = np.searchsorted(owners, self.voxels)
        return np.append(begins, len(owners)).astype(np.int32)
