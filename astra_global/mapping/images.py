"""Pictures and depth between ROS messages, files and arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraIntrinsics
from astra_global.mapping.errors import TourError

__all__ = [
    "color_jpeg",
    "decode_color",
    "decode_depth",
    "depth_png",
    "read_color",
    "read_depth",
    "to_ideal_pinhole",
]

_JPEG_QUALITY = 95
_DEPTH_HEADER = 12  # compressed_depth_image_transport: int32 kind, float32 A, float32 B


def color_jpeg(message: Any) -> bytes:
    """Return a picture message as JPEG bytes; a JPEG is passed on untouched.

    Args:
        message: ``sensor_msgs/CompressedImage`` or ``sensor_msgs/Image`` (rgb8, bgr8, mono8).

    Raises:
        TourError: The encoding is not known or the data is damaged.
    """
    import cv2

    if not hasattr(message, "encoding"):
        data = np.asarray(message.data, dtype=np.uint8)
        if bytes(data[:3]) == b"\xff\xd8\xff":
            return data.tobytes()
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if bgr is None:
            raise TourError(f"a picture of format {message.format!r} cannot be decoded")
    else:
        channels = {"rgb8": 3, "bgr8": 3, "mono8": 1}.get(message.encoding)
        if channels is None:
            raise TourError(f"pictures of encoding {message.encoding!r} are not supported")
        rows = np.asarray(message.data, dtype=np.uint8).reshape(message.height, message.step)
        image = rows[:, : message.width * channels].reshape(message.height, message.width, channels)
        bgr = image[..., ::-1] if message.encoding == "rgb8" else image
    good, encoded = cv2.imencode(
        ".jpg", np.ascontiguousarray(bgr), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )
    if not good:
        raise TourError("a picture cannot be encoded")
    return bytes(encoded.tobytes())


def depth_png(message: Any) -> bytes:
    """Return a depth message as 16 bit PNG bytes in millimetres, 0 where unknown.

    Args:
        message: ``sensor_msgs/CompressedImage`` of compressed_depth_image_transport, or
            ``sensor_msgs/Image`` (16UC1 in millimetres, 32FC1 in metres).

    Raises:
        TourError: The encoding is not known or the data is damaged.
    """
    import cv2

    data = np.asarray(message.data, dtype=np.uint8)
    if not hasattr(message, "encoding"):
        kind = message.format.split(";")[0].strip()
        if kind == "16UC1":
            return data[_DEPTH_HEADER:].tobytes()
        stored = cv2.imdecode(data[_DEPTH_HEADER:], cv2.IMREAD_UNCHANGED)
        if kind != "32FC1" or stored is None:
            raise TourError(f"depth of format {message.format!r} cannot be decoded")
        # 32FC1 is stored as inverse depth: z = A / (value - B).
        a, b = np.frombuffer(data[4:_DEPTH_HEADER].tobytes(), dtype="<f4")
        with np.errstate(divide="ignore"):
            depth_m = np.where(stored > 0, a / (stored.astype(np.float32) - b), 0.0)
        return _encode_depth(depth_m)
    if message.encoding == "16UC1":
        width = 2 * message.width
        rows = data.reshape(message.height, message.step)[:, :width]
        order = ">u2" if message.is_bigendian else "<u2"
        millimetres = np.ascontiguousarray(rows).view(order).astype(np.uint16)
        return _encode_depth(millimetres.astype(np.float32) * 1e-3)
    if message.encoding == "32FC1":
        rows = data.reshape(message.height, message.step)[:, : 4 * message.width]
        order = ">f4" if message.is_bigendian else "<f4"
        return _encode_depth(np.ascontiguousarray(rows).view(order).astype(np.float32))
    raise TourError(f"depth of encoding {message.encoding!r} is not supported")


def _encode_depth(depth_m: NDArray[np.floating]) -> bytes:
    import cv2

    millimetres = np.nan_to_num(depth_m, nan=0.0, posinf=0.0, neginf=0.0) * 1000.0
    stored = np.where((millimetres > 0) & (millimetres < 65535), np.rint(millimetres), 0)
    good, encoded = cv2.imencode(".png", stored.astype(np.uint16))
    if not good:
        raise TourError("a depth picture cannot be encoded")
    return bytes(encoded.tobytes())


def decode_color(data: bytes, where: object) -> NDArray[np.uint8]:
    """Decode JPEG bytes to ``(H, W, 3)`` uint8 RGB.

    Raises:
        TourError: They are damaged; the message begins with ``where``.
    """
    import cv2

    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if bgr is None:
        raise TourError(f"{where}: not a picture")
    return np.ascontiguousarray(bgr[..., ::-1])


def decode_depth(data: bytes, intrinsics: CameraIntrinsics, where: object) -> NDArray[np.float32]:
    """Decode 16 bit PNG bytes to depth ``(H, W)`` in metres as recorded, 0 where unknown.

    Raises:
        TourError: They are damaged or of another size; the message begins with ``where``.
    """
    import cv2

    stored = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if stored is None or stored.dtype != np.uint16:
        raise TourError(f"{where}: not a depth picture")
    if stored.shape != (intrinsics.height_px, intrinsics.width_px):
        height, width = stored.shape[:2]
        raise TourError(f"{where}: is {width}x{height} px, not the camera's size")
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
