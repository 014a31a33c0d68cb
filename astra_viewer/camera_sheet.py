"""The pictures of all cameras on one sheet, two to a row, so that four fit beside the map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["camera_sheet"]

_WIDTH_PX, _HEIGHT_PX, _GAP_PX = 320, 240, 4


def camera_sheet(pictures: Mapping[str, NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Return RGB with a tile of 320x240 for each picture, in their order, its name written in.

    Args:
        pictures: RGB ``(H, W, 3)`` by name; other shapes than 4:3 get bars.
    """
    import cv2

    columns = 2 if len(pictures) > 1 else 1
    rows = -(-len(pictures) // columns)
    step = (_HEIGHT_PX + _GAP_PX, _WIDTH_PX + _GAP_PX)
    sheet = np.full((rows * step[0] - _GAP_PX, columns * step[1] - _GAP_PX, 3), 255, np.uint8)
    for number, (name, picture) in enumerate(pictures.items()):
        row, column = divmod(number, columns)
        tile = sheet[row * step[0] :, column * step[1] :][:_HEIGHT_PX, :_WIDTH_PX]
        tile[:] = 0
        scale = min(_WIDTH_PX / picture.shape[1], _HEIGHT_PX / picture.shape[0])
        size = tuple(max(1, round(scale * side)) for side in picture.shape[1::-1])
        left, top = (_WIDTH_PX - size[0]) // 2, (_HEIGHT_PX - size[1]) // 2
        tile[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size)
        for color, thickness in (((0, 0, 0), 5), ((255, 255, 255), 2)):
            cv2.putText(
                tile, name, (8, 28), cv2.FONT_HERSHEY_SIMPLEX, 0.8, color, thickness, cv2.LINE_AA
            )
    return sheet
