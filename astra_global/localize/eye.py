"""The robot's cameras as predicted views are compared for them: ideal, no finer than the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraIntrinsics
from astra_global.localize.appearance import smooth_gray

__all__ = ["Eye"]

# Of the focal length of the robot's camera, from which its pictures are made smaller.
_COARSER = 0.8


class Eye:
    """A camera as views are compared for it: ideal, and no finer than the pictures of the map.

    Attributes:
        camera: The camera without lens distortion, its picture made smaller where the map's
            pictures are coarser: what is finer than the map cannot be compared with it.
    """

    def __init__(self, camera: Camera, map_focal_px: float) -> None:
        """Prepare for pictures of one camera.

        Args:
            camera: The camera of the robot.
            map_focal_px: Usual focal length of the map's pictures.
        """
        self._own, self._maps = camera.intrinsics, None
        self.camera = camera
        k, scale = camera.intrinsics, map_focal_px / camera.intrinsics.fx_px
        if scale < _COARSER:
            k = k.scaled(max(1, round(k.width_px * scale)), max(1, round(k.height_px * scale)))
        if k is not self._own or any(k.distortion):
            k = replace(k, distortion=())
            self._maps = self._pixels_of(k)
        self.camera = replace(camera, intrinsics=k)

    def gray(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return a picture ``(H, W, 3)`` RGB of the robot's camera as this one would take it."""
        import cv2

        if self._maps is None:
            return smooth_gray(image)
        step = self._own.width_px / self.camera.intrinsics.width_px
        if step > 1.0:  # Against patterns that a coarse picture does not have.
            image = cv2.GaussianBlur(image, (0, 0), 0.4 * step).astype(np.uint8)
        drawn = cv2.remap(
            image, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.uint8)
        return smooth_gray(drawn)

    def _pixels_of(self, k: CameraIntrinsics) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        import cv2

        maps = cv2.initUndistortRectifyMap(
            self._own.matrix(),
            np.array(self._own.distortion or [0.0] * 5),
            np.eye(3),
            k.matrix(),
            (k.width_px, k.height_px),
            cv2.CV_32FC1,
        )
        return np.asarray(maps[0], np.float32), np.asarray(maps[1], np.float32)
