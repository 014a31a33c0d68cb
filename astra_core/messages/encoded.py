"""Pictures that travel compressed: their size is read before anything is decoded."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.messages.pixels import require_size
from astra_core.messages.problem import ImageFormatError

__all__ = ["JPEG", "PNG", "decoded", "encoded_size"]

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_SCAN = b"\xff\xda"
_MOST_SCANS = 100
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # of the markers C0 to CF those that say nothing of the size


def encoded_size(data: bytes, what: str) -> tuple[int, int]:
    """Return width and height of JPEG or PNG bytes by their headers.

    Raises:
        ImageFormatError: They are of neither kind, or cut off before the size is told.
    """
    if data.startswith(PNG) and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        return int(width), int(height)
    if data.startswith(JPEG):
        at = 2
        while at + 9 <= len(data) and data[at] == 0xFF:
            marker = data[at + 1]
            if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
                height, width = struct.unpack_from(">HH", data, at + 5)
                return int(width), int(height)
            # Fill bytes and markers without a length stand alone.
            alone = marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 0x01
            at += (
                1
                if marker == 0xFF
                else 2
                if alone
                else 2 + struct.unpack_from(">H", data, at + 2)[0]
            )
        raise ImageFormatError(f"{what} is a damaged JPEG")
    if not data:
        raise ImageFormatError(f"{what} is empty")
    raise ImageFormatError(f"{what} is neither JPEG nor PNG")


def decoded(data: bytes | memoryview | NDArray[np.uint8], what: str, flags: int) -> NDArray[Any]:
    """Return what OpenCV makes of JPEG or PNG bytes, BGR where there is colour.

    Args:
        data: The file.
        what: For the error text.
        flags: ``cv2.IMREAD_...``.

    Raises:
        ImageFormatError: It is damaged, of another kind, or too large.
    """
    import cv2

    raw = bytes(data)
    require_size(what, *encoded_size(raw, what))
    # Each scan of a progressive JPEG goes over the whole picture once: thousands of empty ones in
    # a small file take minutes. Inside a scan FF is followed by 00, so this counts no data.
    if raw.startswith(JPEG) and raw.count(_SCAN) > _MOST_SCANS:
        raise ImageFormatError(f"{what} has more scans than any camera makes")
    try:
        image = cv2.imdecode(np.frombuffer(raw, np.uint8), flags)
    except cv2.error:
        image = None
    if image is None:
        raise ImageFormatError(f"{what} is damaged")
    return np.asarray(image)
