"""Match descriptors by one matrix product: mutual nearest neighbours with a ratio test."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["match"]


def match(
    query: NDArray[np.float32], reference: NDArray[np.float32], ratio: float
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Match two sets of descriptors of length 1.

    Args:
        query: ``(N, D)`` float32.
        reference: ``(M, D)`` float32.
        ratio: The best reference must be closer than this times the second best (Lowe 2004).

    Returns:
        Indices ``(P,)`` into query and ``(P,)`` into reference; every index occurs once at most.
    """
    none = np.zeros(0, dtype=np.intp)
    if len(query) < 1 or len(reference) < 2:
        return none, none
    similarity = query @ reference.T
    best = similarity.argmax(axis=1)
    best_for_reference = similarity.argmax(axis=0)
    rows = np.arange(len(query))
    first = similarity[rows, best]
    similarity[rows, best] = -np.inf
    second = similarity.max(axis=1)
    # For vectors of length 1, distance^2 = 2 - 2 similarity.
    distinct = (1.0 - first) < ratio * ratio * (1.0 - second)
    keep = np.flatnonzero(distinct & (best_for_reference[best] == rows))
    return keep, best[keep]
