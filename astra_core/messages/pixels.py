"""Rows of an image message as they lie in memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.messages.problem import ImageFormatError

__all__ = ["LARGEST_PX", "name_of", "require_size", "rows"]

#: More pixels than any camera of a robot has; a larger picture is a mistake or an attack.
LARGEST_PX = 50_000_000


def name_of(message: Any) -> str:
    """Return the frame of a message for error texts."""
    return str(message.header.frame_id) or "a camera without a frame"


def require_size(what: str, width_px: int, height_px: int) -> None:
    """Refuse pictures without pixels or with too many of them.

    Raises:
        ImageFormatError: It is such a picture.
    """
    if width_px < 1 or height_px < 1:
        raise ImageFormatError(f"{what} is empty ({width_px}x{height_px})")
    if width_px * height_px > LARGEST_PX:
        raise ImageFormatError(f"{what} is larger ({width_px}x{height_px}) than any camera's")


def rows(message: Any, bytes_per_pixel: int) -> NDArray[np.uint8]:
    """Return the bytes ``(H, W * bytes_per_pixel)`` of a ``sensor_msgs/Image``, without padding.

    A view of the message where rows are not padded.

    Raises:
        ImageFormatError: It has fewer bytes than its size says, or no pixels.
    """
    width, height = int(message.width), int(message.height)
    require_size(f"the image of {name_of(message)}", width, height)
    row = width * bytes_per_pixel
    step = int(message.step) or row
    data = np.frombuffer(message.data, dtype=np.uint8)
    if step < row or data.size < step * height:
        raise ImageFormatError(
            f"image of {name_of(message)}: {data.size} bytes are too few for "
            f"{width}x{height} {message.encoding} with step {step}"
        )
    found = data[: step * height].reshape(height, step)[:, :row]
    return found if step == row else np.ascontiguousarray(found)
