"""Pictures and depth between files and arrays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraIntrinsics
from astra_core.messages.encoded import decoded, encoded_size
from astra_core.messages.problem import ImageFormatError
from astra_global.mapping.errors import TourError

__all__ = [
    "decode_color",
    "decode_depth",
    "read_color",
    "read_depth",
    "to_ideal_pinhole",
]


def decode_color(data: bytes, where: object) -> NDArray[np.uint8]:
    """Decode JPEG bytes to ``(H, W, 3)`` uint8 RGB.

    Raises:
        TourError: They are damaged or too large; the message names ``where``.
    """
    import cv2

    try:
        bgr = decoded(data, str(where), cv2.IMREAD_COLOR)
    except ImageFormatError as error:
        raise TourError(f"not a picture: {error}") from error
    return np.ascontiguousarray(bgr[..., ::-1])


def decode_depth(data: bytes, intrinsics: CameraIntrinsics, where: object) -> NDArray[np.float32]:
    """Decode 16 bit PNG bytes to depth ``(H, W)`` in metres as recorded, 0 where unknown.

    Raises:
        TourError: They are damaged or of another size; the message names ``where``.
    """
    import cv2

    try:
        width, height = encoded_size(data, str(where))
        if (height, width) != (intrinsics.height_px, intrinsics.width_px):
            raise TourError(f"{where}: is {width}x{height} px, not the camera's size")
        stored = decoded(data, str(where), cv2.IMREAD_UNCHANGED)
    except ImageFormatError as error:
        raise TourError(f"not a depth picture: {error}") from error
    if stored.dtype != np.uint16 or stored.ndim != 2:
        raise TourError(f"{where}: not a depth picture")
    return np.asarray(stored.astype(np.float32) * np.float32(1e-3))


def read_color(path: Path) -> NDArray[np.uint8]:
    """Read a picture as ``(H, W, 3)`` uint8 RGB.

    Raises:
        TourError: It is missing or damaged.
    """
    return decode_color(_read(path), path)


def read_depth(path: Path, intrinsics: CameraIntrinsics) -> NDArray[np.float32]:
    """Read depth as ``(H, W)`` float32 metres as recorded, 0 where unknown.

    Raises:
        TourError: It is missing, damaged or of another size.
    """
    return decode_depth(_read(path), intrinsics, path)


def to_ideal_pinhole(
    depth_m: NDArray[np.float32], intrinsics: CameraIntrinsics
) -> NDArray[np.float32]:
    """Return depth ``(H, W)`` as a camera without distortion would see it."""
    if not any(intrinsics.distortion):
        return depth_m
    import cv2

    k = intrinsics.matrix()
    size = (intrinsics.width_px, intrinsics.height_px)
    coefficients = np.array(intrinsics.distortion)
    map_u, map_v = cv2.initUndistortRectifyMap(k, coefficients, np.eye(3), k, size, cv2.CV_32FC1)
    # Nearest, because a mean of front and back is a surface that does not exist.
    ideal = cv2.remap(depth_m, map_u, map_v, cv2.INTER_NEAREST)
    return np.asarray(ideal, dtype=np.float32)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TourError(f"{path}: cannot be read: {error.strerror or error}") from error
