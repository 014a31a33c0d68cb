"""Points of a depth image, and where they are found again in a later one.

Letters: ``H, W`` of the thinned image, ``N`` points, ``S`` motions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera

__all__ = ["MIN_POINTS", "ImagePoints"]

#: Fewer points than this tell nothing.
MIN_POINTS = 40
# Enough for shares of a few percent, few enough to be quick.
_MAX_POINTS = 250
# They stand above the floor, which looks the same from everywhere, and not too far to be exact.
_MIN_HEIGHT_M, _MIN_DEPTH_M, _MAX_DEPTH_M = 0.1, 0.2, 4.0
# A point is found again within 5 cm and 3 % of its depth: three times the noise.
_FOUND_M, _FOUND_SHARE = 0.05, 0.03


class ImagePoints:
    """The thinned depth images of one camera."""

    def __init__(self, camera: Camera, stride: int) -> None:
        """Take note of its lens and mounting.

        Args:
            camera: The camera.
            stride: Images hold every so-manieth of its pixels, from half of that on.
        """
        k, start = camera.intrinsics, stride // 2
        self._focal = np.float32(k.fx_px / stride), np.float32(k.fy_px / stride)
        self._center = (k.cx_px - start) / stride, (k.cy_px - start) / stride
        # Points are taken from every second pixel; they are looked up in all.
        u = np.arange(start + stride, k.width_px, 2 * stride)
        v = np.arange(start + stride, k.height_px, 2 * stride)
        x, y = np.meshgrid((u - k.cx_px) / k.fx_px, (v - k.cy_px) / k.fy_px)
        self._rays = np.stack([x.ravel(), y.ravel(), np.ones(x.size)]).astype(np.float32)
        mount = camera.t_base_optical
        self._rise = (mount[2, :3] @ self._rays).astype(np.float32)
        self._height_m = np.float32(mount[2, 3])

    def points(self, thinned_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return some points ``(3, N)`` of an image that stand above the floor, in its frame."""
        depth = thinned_m[1::2, 1::2].ravel()
        tall = self._rise * depth + self._height_m > _MIN_HEIGHT_M
        keep = np.flatnonzero((depth > _MIN_DEPTH_M) & (depth < _MAX_DEPTH_M) & tall)
        if keep.size > _MAX_POINTS:
            keep = keep[np.linspace(0, keep.size - 1, _MAX_POINTS).astype(np.intp)]
        points: NDArray[np.float32] = self._rays[:, keep] * depth[keep]
        return points

    def find(
        self,
        thinned_m: NDArray[np.float32],
        transforms: NDArray[np.float32],
        points: NDArray[np.float32],
        exactness: float = 1.0,
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Look for points of an earlier image in a later one.

        Args:
            thinned_m: ``(H, W)`` the later one.
            transforms: ``(S, 4, 4)`` from the frame of the earlier one to that of the later.
            points: ``(3, N)`` in the frame of the earlier one.
            exactness: Depth must be so many times as near as three times the noise, > 0.

        Returns:
            Where points have the depth measured, and where anything is, each ``(S, N)``.
        """
        height, width = thinned_m.shape
        moved = transforms[:, :3, :3] @ points + transforms[:, :3, 3:]
        depth = moved[:, 2]
        inverse = 1.0 / np.maximum(depth, np.float32(0.05))
        u = moved[:, 0] * inverse * self._focal[0] + np.float32(self._center[0] + 0.5)
        v = moved[:, 1] * inverse * self._focal[1] + np.float32(self._center[1] + 0.5)
        shown = (depth > 0.05) & (u >= 0.0) & (u < width) & (v >= 0.0) & (v < height)
        # Clip before the cast: casting a huge float to an integer is undefined.
        pixel = np.clip(v, 0, height - 1).astype(np.int32) * width
        pixel += np.clip(u, 0, width - 1).astype(np.int32)
        measured = thinned_m.ravel()[pixel]
        shown &= measured > 0.0
        near = exactness * np.abs(measured - depth) < _FOUND_M + _FOUND_SHARE * depth
        return shown & near, shown
