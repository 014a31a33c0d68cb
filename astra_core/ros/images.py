"""Image messages, made without copies where rclpy allows it; read by :mod:`astra_core.messages`.

rclpy checks a sequence element by element before it takes it as ``data``; an ``array.array('B')``
is taken as it is (measured: 10 us instead of 14 ms for 320x240 RGB).
"""

from __future__ import annotations

import array

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import Image

from astra_core.ros.poses import header

__all__ = ["color_to_msg", "depth_to_msg"]


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
