"""Colour images: from any encoding that cameras send to RGB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.messages.encoded import JPEG, decoded
from astra_core.messages.pixels import name_of, rows
from astra_core.messages.problem import ImageFormatError

__all__ = ["color_jpeg", "color_of"]

_JPEG_QUALITY = 95
#: Channels of what needs no conversion, and which of them are red, green and blue: views, no
#: copies. OpenCV's names without an order mean its own, blue first.
_PLAIN = {
    "rgb8": (3, slice(0, 3)),
    "bgr8": (3, slice(None, None, -1)),
    "8UC3": (3, slice(None, None, -1)),
    "rgba8": (4, slice(0, 3)),
    "bgra8": (4, slice(2, None, -1)),
    "8UC4": (4, slice(2, None, -1)),
}
_GRAY = ("mono8", "8UC1")
#: OpenCV's conversions, by name; two bytes a pixel, of which two share their colour.
_YUV = {
    "yuv422": "COLOR_YUV2RGB_UYVY",
    "uyvy": "COLOR_YUV2RGB_UYVY",
    "yuv422_yuy2": "COLOR_YUV2RGB_YUY2",
    "yuyv": "COLOR_YUV2RGB_YUY2",
}
#: OpenCV names a Bayer pattern by its second row, from the second column on.
_BAYER = {
    "bayer_rggb8": "COLOR_BayerBG2RGB",
    "bayer_bggr8": "COLOR_BayerRG2RGB",
    "bayer_gbrg8": "COLOR_BayerGR2RGB",
    "bayer_grbg8": "COLOR_BayerGB2RGB",
}


def color_of(message: Any) -> NDArray[np.uint8]:
    """Return RGB ``(H, W, 3)`` of a ``sensor_msgs/Image`` or ``CompressedImage``.

    An ``rgb8`` image without row padding is a view of the message, not a copy. Images of 16 bits
    are shown by their upper eight.

    Raises:
        ImageFormatError: Another encoding, damaged data, or fewer bytes than the size says.
    """
    if not hasattr(message, "encoding"):
        return _of_compressed(message)
    encoding = str(message.encoding)
    width, height = int(message.width), int(message.height)
    if encoding in _PLAIN:
        channels, wanted = _PLAIN[encoding]
        return rows(message, channels).reshape(height, width, channels)[..., wanted]
    if encoding in _GRAY:
        return np.repeat(rows(message, 1).reshape(height, width, 1), 3, axis=2)
    if encoding in ("mono16", "16UC1"):
        high = 0 if message.is_bigendian else 1
        gray = rows(message, 2).reshape(height, width, 2)[..., high]
        return np.repeat(gray[..., None], 3, axis=2)
    import cv2

    if encoding in _YUV:
        if width % 2:
            raise ImageFormatError(
                f"the image of {name_of(message)} is {width} pixels wide: {encoding} needs an even "
                "width"
            )
        pixels = rows(message, 2).reshape(height, width, 2)
        return np.asarray(cv2.cvtColor(pixels, getattr(cv2, _YUV[encoding])), np.uint8)
    if encoding in _BAYER:
        if width < 2 or height < 2:
            raise ImageFormatError(f"the image of {name_of(message)} is too small for {encoding}")
        mosaic = rows(message, 1).reshape(height, width)
        return np.asarray(cv2.cvtColor(mosaic, getattr(cv2, _BAYER[encoding])), np.uint8)
    known = ", ".join([*_PLAIN, *_GRAY, "mono16", *_YUV, *_BAYER])
    raise ImageFormatError(
        f"encoding {encoding!r} of {name_of(message)} is not known; known are {known}"
    )


def color_jpeg(message: Any) -> bytes:
    """Return a picture message as JPEG bytes; a JPEG is passed on untouched, once it decodes.

    Raises:
        ImageFormatError: As :func:`color_of`.
    """
    import cv2

    image = color_of(message)
    if not hasattr(message, "encoding"):
        data = bytes(message.data)
        if data.startswith(JPEG):
            return data
    good, encoded = cv2.imencode(
        ".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )
    if not good:
        raise ImageFormatError(f"the image of {name_of(message)} cannot be stored as JPEG")
    return bytes(encoded.tobytes())


def _of_compressed(message: Any) -> NDArray[np.uint8]:
    import cv2

    what = f"the image of {name_of(message)} in format {message.format!r}"
    bgr = decoded(message.data, what, cv2.IMREAD_COLOR)
    return np.ascontiguousarray(bgr[..., ::-1], dtype=np.uint8)
