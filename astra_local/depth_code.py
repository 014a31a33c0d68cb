"""Depth in one byte: logarithmic, because what is near must be known better.

Code 0 is unknown; code k >= 1 is 0.1 m times 1.021 to the power of k - 1, up to 19.6 m. Rounding
errs by 1.05 % at most.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST_M", "SMALLEST_M", "decode_depth", "encode_depth"]

SMALLEST_M, _RATIO = 0.1, 1.021
LARGEST_M = SMALLEST_M * _RATIO**254

_TABLE = np.concatenate([[0.0], SMALLEST_M * _RATIO ** np.arange(255.0)]).astype(np.float32)


def encode_depth(depth_m: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the codes of depths of any shape; what is not in range is unknown."""
    depth = np.asarray(depth_m, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        # Half a step beyond either end still rounds to it.
        known = (depth >= SMALLEST_M / math.sqrt(_RATIO)) & (depth < LARGEST_M * math.sqrt(_RATIO))
    steps = np.log(np.where(known, depth, SMALLEST_M) / SMALLEST_M) / math.log(_RATIO)
    return np.where(known, np.rint(steps) + 1, 0).astype(np.uint8)


def decode_depth(code: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return metres of codes of any shape; 0 is unknown."""
    return _TABLE[code]
