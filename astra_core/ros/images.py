"""Images without copies where rclpy allows it.

rclpy checks a sequence element by element before it takes it as ``data``; an ``array.array('B')``
is taken as it is (measured: 10 us instead of 14 ms for 320x240 RGB).
"""

from __future__ import annotations

import array

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from astra_core.ros.checks import MessageError
from astra_core.ros.poses import header

__all__ = ["ImageFormatError", "color_from_msg", "color_to_msg", "depth_from_msg", "depth_to_msg"]


class ImageFormatError(MessageError):
    """An image message has an encoding or a size that cannot be used."""

    code = 204


def byte_array(values: NDArray[np.generic]) -> array.array[int]:
    """Return the bytes of an array as rclpy takes them fastest."""
    data = array.array("B")
    data.frombytes(memoryview(np.ascontiguousarray(values)).cast("B"))
    return data


def color_to_msg(image: NDArray[np.uint8], stamp_ns: int, frame_id: str) -> Image:
    """Return an ``rgb8`` message of an image ``(H, W, 3)``."""
    height, width = image.shape[:2]
    return Image(
        header=header(stamp_ns, frame_id),
        height=height,
        width=width,
        encoding="rgb8",
        step=3 * width,
        data=byte_array(image),
    )


def color_from_msg(message: Image) -> NDArray[np.uint8]:
    """Return RGB ``(H, W, 3)`` of an ``rgb8``, ``bgr8``, ``mono8`` or ``yuv422`` message.

    An ``rgb8`` image without row padding is a view of the message, not a copy.

    Raises:
        ImageFormatError: Another encoding, or fewer bytes than the size says.
    """
    if message.encoding == "rgb8":
        return _rows(message, 3).reshape(message.height, message.width, 3)
    if message.encoding == "bgr8":
        return _rows(message, 3).reshape(message.height, message.width, 3)[..., ::-1]
    if message.encoding == "mono8":
        gray = _rows(message, 1).reshape(message.height, message.width)
        return np.repeat(gray[..., None], 3, axis=2)
    if message.encoding in ("yuv422", "uyvy"):
        import cv2

        pixels = _rows(message, 2).reshape(message.height, message.width, 2)
        return cv2.cvtColor(pixels, cv2.COLOR_YUV2RGB_UYVY)  # type: ignore[return-value]
    raise ImageFormatError(
        f"encoding {message.encoding!r} of {message.header.frame_id} is not rgb8, bgr8, mono8 "
        "or yuv422"
    )


def depth_to_msg(depth_m: NDArray[np.float32], stamp_ns: int, frame_id: str) -> Image:
    """Return a ``16UC1`` message in millimetres (REP-118) of a depth image ``(H, W)`` in metres."""
    height, width = depth_m.shape
    millimetres = np.clip(depth_m * np.float32(1000.0) + np.float32(0.5), 0.0, 65535.0)
    return Image(
        header=header(stamp_ns, frame_id),
        height=height,
        width=width,
        encoding="16UC1",
        step=2 * width,
        data=byte_array(millimetres.astype("<u2")),
    )


def depth_from_msg(message: Image) -> NDArray[np.float32]:
    """Return metres ``(H, W)`` float32, 0 where unknown, of a ``16UC1`` or ``32FC1`` message.

    Raises:
        ImageFormatError: Another encoding, or fewer bytes than the size says.
    """
    order = ">" if message.is_bigendian else "<"
    if message.encoding in ("16UC1", "mono16"):
        values = _rows(message, 2).view(f"{order}u2").reshape(message.height, message.width)
        return values.astype(np.float32) * np.float32(0.001)
    if message.encoding == "32FC1":
        values = _rows(message, 4).view(f"{order}f4").reshape(message.height, message.width)
        # REP-118: NaN is unknown, +-inf is out of range.
        return np.where(np.isfinite(values), values, np.float32(0.0)).astype(np.float32)
    raise ImageFormatError(
        f"encoding {message.encoding!r} of {message.header.frame_id} is not 16UC1 or 32FC1"
    )


def _rows(message: Image, bytes_per_pixel: int) -> NDArray[np.uint8]:
    row = message.width * bytes_per_pixel
    step = message.step or row
    data = np.frombuffer(message.data, dtype=np.uint8)
    if step < row or data.size < step * message.height:
        raise ImageFormatError(
            f"image of {message.header.frame_id}: {data.size} bytes are too few for "
            f"{message.width}x{message.height} {message.encoding} with step {step}"
        )
    rows = data[: step * message.height].reshape(message.height, step)[:, :row]
    return rows if step == row else np.ascontiguousarray(rows)
