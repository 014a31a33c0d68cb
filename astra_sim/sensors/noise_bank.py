"""Unit normal noise by the image at a fraction of the price of drawing it.

Drawing one normal number per pixel costs more than rendering the picture. Images take a window of
one large table at a random place instead: two frames share noise by chance only, and shifted.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["NoiseBank"]


class NoiseBank:
    """A table of unit normal numbers, float32, and random windows in it."""

    def __init__(
        self,
        rng: np.random.Generator,
        channels: int = 1,
        size_px: tuple[int, int] = (1024, 1024),
        grain_px: int = 1,
    ) -> None:
        """Prepare; the table is made when it is first used.

        Args:
            rng: Source of the table and of the places.
            channels: Numbers per pixel.
            size_px: (height, width) of the table, larger than any image.
            grain_px: Noise is correlated over about this many pixels; 1 means white.
        """
        self._rng = rng
        self._channels = channels
        self._size_px = size_px
        self._grain_px = grain_px
        self._table: NDArray[np.float32] | None = None

    def window(self, height_px: int, width_px: int) -> NDArray[np.float32]:
        """Return a read-only view ``(H, W)`` or ``(H, W, C)`` of the table."""
        if self._table is None:
            self._table = self._make_table()
        top = int(self._rng.integers(0, self._size_px[0] - height_px + 1))
        left = int(self._rng.integers(0, self._size_px[1] - width_px + 1))
        return self._table[top : top + height_px, left : left + width_px]

    def _make_table(self) -> NDArray[np.float32]:
        height, width = self._size_px
        grain = self._grain_px
        shape = (height // grain, width // grain, self._channels)
        table = self._rng.standard_normal(shape, dtype=np.float32)
        if grain > 1:
            finer = cv2.resize(table, (width, height), interpolation=cv2.INTER_CUBIC)
            table = cast("NDArray[np.float32]", finer)
        table = table.reshape(height, width, self._channels)
        if self._channels == 1:
            table = table[..., 0]
        # Interpolation takes some of the variance: put it back.
        unit: NDArray[np.float32] = table / table.std()
        unit.setflags(write=False)
        return unit
