"""Depth as colours for people."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["depth_colors"]

_FAR_M = 8.0


def depth_colors(depth_m: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return RGB ``(H, W, 3)`` of depth ``(H, W)``: near is warm, black is not known."""
    share = 1.0 - np.clip(depth_m / _FAR_M, 0.0, 1.0)
    colors = cv2.applyColorMap((255.0 * share).astype(np.uint8), cv2.COLORMAP_TURBO)[..., ::-1]
    return np.where(depth_m[..., None] > 0.0, colors, 0).astype(np.uint8)
