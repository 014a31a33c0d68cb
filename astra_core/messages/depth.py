"""Depth images: from what depth cameras and their compressed transport send to metres."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.messages.encoded import PNG, decoded
from astra_core.messages.pixels import name_of, rows
from astra_core.messages.problem import ImageFormatError

__all__ = ["depth_of", "depth_png", "png_of"]

_HEADER = 12  # compressed_depth_image_transport: int32 kind, float32 A, float32 B


def depth_of(message: Any) -> NDArray[np.float32]:
    """Return metres ``(H, W)``, 0 where unknown, of a depth message (REP-118).

    Args:
        message: ``sensor_msgs/Image`` (16UC1 or mono16 in millimetres, 32FC1 in metres), or
            ``sensor_msgs/CompressedImage`` of compressed_depth_image_transport.

    Raises:
        ImageFormatError: Another encoding, damaged data, or fewer bytes than the size says.
    """
    if not hasattr(message, "encoding"):
        return _of_compressed(message)
    order = ">" if message.is_bigendian else "<"
    height, width = int(message.height), int(message.width)
    if message.encoding in ("16UC1", "mono16"):
        millimetres = rows(message, 2).view(f"{order}u2").reshape(height, width)
        return millimetres.astype(np.float32) * np.float32(0.001)
    if message.encoding == "32FC1":
        return _finite(rows(message, 4).view(f"{order}f4").reshape(height, width))
    raise ImageFormatError(
        f"encoding {message.encoding!r} of depth of {name_of(message)} is not 16UC1 or 32FC1"
    )


def depth_png(message: Any) -> bytes:
    """Return a depth message as 16 bit PNG bytes in millimetres, 0 where unknown.

    Raises:
        ImageFormatError: As :func:`depth_of`.
    """
    return png_of(depth_of(message))


def png_of(depth_m: NDArray[np.float32]) -> bytes:
    """Return depth ``(H, W)`` in metres as 16 bit PNG bytes in millimetres, 0 where unknown.

    Raises:
        ImageFormatError: It cannot be stored.
    """
    import cv2

    millimetres = depth_m * np.float32(1000.0)
    stored = np.where((millimetres > 0) & (millimetres < 65535), np.rint(millimetres), 0)
    good, encoded = cv2.imencode(".png", stored.astype(np.uint16))
    if not good:
        raise ImageFormatError("a depth image cannot be stored as PNG")
    return bytes(encoded.tobytes())


def _of_compressed(message: Any) -> NDArray[np.float32]:
    import cv2

    what = f"the depth of {name_of(message)} in format {message.format!r}"
    kind = str(message.format).split(";")[0].strip()
    if kind not in ("16UC1", "32FC1"):
        raise ImageFormatError(f"{what} is not 16UC1 or 32FC1")
    data = bytes(message.data)
    if not data[_HEADER:].startswith(PNG):
        raise ImageFormatError(
            f"{what} is no PNG behind 12 bytes of header: damaged, or RVL, which is not read"
        )
    stored = decoded(data[_HEADER:], what, cv2.IMREAD_UNCHANGED)
    if stored.ndim != 2 or stored.dtype != np.uint16:
        raise ImageFormatError(f"{what} is not one channel of 16 bits")
    if kind == "16UC1":
        return stored.astype(np.float32) * np.float32(0.001)
    # 32FC1 is stored as inverse depth: z = A / (value - B).
    a, b = np.frombuffer(data[4:_HEADER], dtype="<f4")
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        depth_m = np.where(stored > 0, a / (stored.astype(np.float32) - b), 0.0)
    return _finite(depth_m)


def _finite(depth_m: NDArray[np.floating]) -> NDArray[np.float32]:
    # REP-118: NaN is unknown, +-inf is out of range.
    return np.where(np.isfinite(depth_m), depth_m, np.float32(0.0)).astype(np.float32)
