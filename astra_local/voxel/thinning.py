"""Fewer pixels of a depth image, without losing what only some of its pixels measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["thin_depth"]

#: Thinned by its middle pixels alone, an image must keep at least this share of its density.
_FAIR = 0.5


def thin_depth(depth_m: NDArray[np.floating], stride: int) -> NDArray[np.float32]:
    """Return the middle pixel of every block of an image; what is not a number becomes 0.

    Depth that was registered to a finer image, or comes from a lidar, has a value in every third
    pixel or so, and its middle pixels may all be empty. Of such an image a block gives the nearest
    that it has.

    Args:
        depth_m: ``(H, W)`` metres; 0, negative or not finite where unknown.
        stride: Side of a block, pixels.

    Returns:
        ``(H', W')`` float32, as many rows and columns as there are middle pixels.
    """
    start = stride // 2
    middle = _known(depth_m[start::stride, start::stride])
    if stride == 1:
        return middle
    # NaN and negative values count here as well: they only make the image look denser.
    density = np.count_nonzero(depth_m) / max(depth_m.size, 1)
    if np.count_nonzero(middle) >= _FAIR * density * middle.size:
        return middle
    return _nearest_of_blocks(_known(depth_m), stride, middle.shape)


def _known(depth_m: NDArray[np.floating]) -> NDArray[np.float32]:
    values = np.asarray(depth_m, np.float32)
    return np.where(np.isfinite(values) & (values > 0.0), values, np.float32(0.0))


def _nearest_of_blocks(
    depth_m: NDArray[np.float32], stride: int, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    rows, columns = shape
    blocks = np.full((rows * stride, columns * stride), np.inf, dtype=np.float32)
    part = depth_m[: rows * stride, : columns * stride]
    blocks[: part.shape[0], : part.shape[1]] = np.where(part > 0.0, part, np.inf)
    nearest = blocks.reshape(rows, stride, columns, stride).min(axis=(1, 3))
    return np.where(np.isfinite(nearest), nearest, np.float32(0.0))
