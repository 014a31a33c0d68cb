"""RootSIFT features of one picture.

Letters: ``N`` features. SIFT descriptors, L1-normalised and square-rooted (Arandjelovic and
Zisserman 2012), so that the dot product is the Bhattacharyya kernel; stored as bytes, because a
map has half a million of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraIntrinsics
from astra_core.errors import ShapeError
from astra_core.lens import undistort
from astra_global.localize.config import FeatureConfig

__all__ = ["DESCRIPTOR_SCALE", "FeatureExtractor", "Features", "to_float", "undistort"]

# RootSIFT values are at most about 0.5: this keeps them inside a byte with 9 bits of resolution.
DESCRIPTOR_SCALE = 512.0


@dataclass(frozen=True, eq=False)
class Features:
    """Features of one picture.

    Attributes:
        pixels: ``(N, 2)`` float32 (u, v) of an ideal pinhole camera (distortion is undone).
        descriptors: ``(N, 128)`` uint8 RootSIFT times :data:`DESCRIPTOR_SCALE`.
    """

    pixels: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def to_float(descriptors: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Turn stored descriptors ``(N, 128)`` into float32 vectors of length close to 1."""
    return descriptors.astype(np.float32) * np.float32(1.0 / DESCRIPTOR_SCALE)


class FeatureExtractor:
    """SIFT with fixed settings; make one and use it for many pictures. Not for several threads."""

    def __init__(self, config: FeatureConfig) -> None:
        """Build the detector."""
        import cv2

        opencv: Any = cv2  # its types do not know SIFT
        self.config = config
        self._gray: Any = cv2.COLOR_RGB2GRAY
        self._convert = cv2.cvtColor
        self._sift = opencv.SIFT_create(
            nfeatures=config.max_features,
            contrastThreshold=config.contrast_threshold,
            edgeThreshold=config.edge_threshold,
        )

    def extract(self, image: NDArray[np.uint8], intrinsics: CameraIntrinsics) -> Features:
        """Find features.

        Args:
            image: ``(H, W, 3)`` uint8 RGB of the size the intrinsics say.
            intrinsics: Of the camera, for undoing distortion.

        Returns:
            At most ``max_features`` features; none for a blank picture.

        Raises:
            ShapeError: The picture has another size or type.
        """
        expected = (intrinsics.height_px, intrinsics.width_px, 3)
        if image.shape != expected or image.dtype != np.uint8:
            raise ShapeError("a picture", expected=expected, actual=(image.shape, image.dtype))
        gray = self._convert(np.ascontiguousarray(image), self._gray)
        key_points, descriptors = self._sift.detectAndCompute(gray, None)
        if descriptors is None or not key_points:
            return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
        # OpenCV may return a few more than asked when responses tie.
        keep = slice(0, self.config.max_features)
        pixels = np.array([point.pt for point in key_points[keep]], dtype=np.float32)
        norm = descriptors[keep].sum(axis=1, keepdims=True) + 1e-7
        root = np.sqrt(descriptors[keep] / norm) * DESCRIPTOR_SCALE
        stored = np.minimum(np.rint(root), 255.0).astype(np.uint8)
        return Features(undistort(pixels, intrinsics).astype(np.float32), stored)
