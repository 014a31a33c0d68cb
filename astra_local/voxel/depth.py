"""One depth camera as geometry: pixels to points in ``base_link``, and points back to pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera
from astra_core.errors import ConfigError
from astra_local.types import PerceptionError
from astra_local.voxel.thinning import thin_depth

__all__ = ["DepthCamera"]


class DepthCamera:
    """Precomputed rays of every ``stride``-th pixel of one camera.

    Attributes:
        camera: The calibrated camera.
        stride: Pixels are thinned by this in both directions.
    """

    def __init__(self, camera: Camera, stride: int) -> None:
        """Precompute the rays.

        Raises:
            ConfigError: The camera has lens distortion; depth images must be rectified.
        """
        k = camera.intrinsics
        if any(value != 0.0 for value in k.distortion):
            raise ConfigError(f"depth of camera {camera.name!r} must be rectified (no distortion)")
        self.camera = camera
        self.stride = stride
        offset = stride // 2
        u = np.arange(offset, k.width_px, stride, dtype=np.float64)
        v = np.arange(offset, k.height_px, stride, dtype=np.float64)
        self._rows, self._columns = v.astype(np.intp), u.astype(np.intp)
        grid_u, grid_v = np.meshgrid(u, v)
        optical = np.stack(
            [(grid_u - k.cx_px) / k.fx_px, (grid_v - k.cy_px) / k.fy_px, np.ones_like(grid_u)]
        ).reshape(3, -1)
        rotation, translation = camera.t_base_optical[:3, :3], camera.t_base_optical[:3, 3]
        self._rays_base = (rotation @ optical).astype(np.float32)
        self._origin_base = translation.astype(np.float32)
        self._r_optical_base = rotation.T.astype(np.float32)
        self._t_optical_base = (-rotation.T @ translation).astype(np.float32)
        # Area one thinned pixel covers at a depth of 1 m, in square metres.
        self.pixel_area_m2 = stride * stride / (k.fx_px * k.fy_px)

    def thin(self, depth_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the thinned depth image ``(H', W')``; what is not a number becomes 0 (unknown).

        Raises:
            PerceptionError: The image does not have the size of the calibration.
        """
        k = self.camera.intrinsics
        if depth_m.shape != (k.height_px, k.width_px):
            raise PerceptionError(
                f"depth of camera {self.camera.name!r} must be ({k.height_px}, {k.width_px}), "
                f"got {depth_m.shape}"
            )
        return thin_depth(depth_m, self.stride)

    def points_base(
        self, thinned_m: NDArray[np.float32], min_depth_m: float, max_depth_m: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Lift a thinned depth image.

        Args:
            thinned_m: ``(H', W')`` of :meth:`thin`.
            min_depth_m: Nearer readings are dropped.
            max_depth_m: Farther readings are dropped.

        Returns:
            Points ``(3, N)`` in ``base_link`` and their depths ``(N,)``, metres.
        """
        depth = thinned_m.ravel()
        keep = np.flatnonzero((depth >= min_depth_m) & (depth <= max_depth_m))
        depth = depth[keep]
        return self._rays_base[:, keep] * depth + self._origin_base[:, None], depth

    def look_up(
        self,
        thinned_m: NDArray[np.float32],
        x: NDArray[np.float32],
        y: NDArray[np.float32],
        z_m: float,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what the camera measures in the direction of given points.

        Args:
            thinned_m: ``(H', W')`` of :meth:`thin`.
            x: ``(N,)`` in ``base_link``, metres.
            y: ``(N,)``.
            z_m: Their common height.

        Returns:
            Depth of the points ``(N,)`` and depth measured there ``(N,)``; the latter is 0 where
            the point is outside the image, behind the camera or the pixel unknown.
        """
        k = self.camera.intrinsics
        r, t = self._r_optical_base, self._t_optical_base
        depth = r[2, 0] * x + r[2, 1] * y + (r[2, 2] * z_m + t[2])
        right = r[0, 0] * x + r[0, 1] * y + (r[0, 2] * z_m + t[0])
        down = r[1, 0] * x + r[1, 1] * y + (r[1, 2] * z_m + t[1])
        inverse = 1.0 / np.maximum(depth, np.float32(0.05))
        offset = self.stride // 2
        scale = 1.0 / self.stride
        column = right * inverse * np.float32(k.fx_px * scale)
        column += np.float32((k.cx_px - offset) * scale + 0.5)
        row = down * inverse * np.float32(k.fy_px * scale)
        row += np.float32((k.cy_px - offset) * scale + 0.5)
        height, width = thinned_m.shape
        inside = (depth > 0.05) & (column >= 0) & (column < width) & (row >= 0) & (row < height)
        # Clip before the cast: casting a huge float to an integer is undefined.
        index = np.clip(row, 0, height - 1).astype(np.int32) * width
        index += np.clip(column, 0, width - 1).astype(np.int32)
        return depth, np.where(inside, thinned_m.ravel()[index], np.float32(0.0))
