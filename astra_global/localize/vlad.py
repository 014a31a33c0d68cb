"""One vector per picture: vectors of locally aggregated descriptors (Jegou et al. 2010).

Letters: ``N`` descriptors, ``K`` words, ``D`` = 128. Residuals to the nearest word are summed per
word, normalised per word (Arandjelovic and Zisserman 2013), and the whole to length 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["encode", "learn_words"]


def learn_words(
    descriptors: NDArray[np.float32],
    words: int,
    rng: np.random.Generator,
    *,
    max_samples: int = 30_000,
    rounds: int = 12,
) -> NDArray[np.float32]:
    """Learn a vocabulary by k-means.

    Args:
        descriptors: ``(N, D)`` float32.
        words: K; with fewer descriptors than words, some words repeat.
        rng: Decides the sample and the first centres.
        max_samples: Descriptors used at most.
        rounds: Lloyd iterations.

    Returns:
        ``(K, D)`` float32.
    """
    sample = descriptors
    if len(sample) > max_samples:
        sample = sample[np.sort(rng.choice(len(sample), max_samples, replace=False))]
    first = rng.choice(len(sample), words, replace=len(sample) < words)
    centers = sample[first].astype(np.float32)
    for _ in range(rounds):
        label = _nearest(sample, centers)
        counts = np.bincount(label, minlength=words)
        order = np.argsort(label, kind="stable")
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        filled = counts > 0
        sums = np.add.reduceat(sample[order], starts[filled], axis=0)
        centers[filled] = sums / counts[filled, None]
    return centers


def encode(descriptors: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.float32]:
    """Describe one picture.

    Args:
        descriptors: ``(N, D)`` float32; N may be 0.
        words: ``(K, D)``.

    Returns:
        ``(K * D,)`` float32 of length 1; zeros for a picture without features.
    """
    count, size = words.shape
    result = np.zeros((count, size), dtype=np.float32)
    if len(descriptors):
        label = _nearest(descriptors, words)
        order = np.argsort(label, kind="stable")
        used, starts = np.unique(label[order], return_index=True)
        counts = np.diff(np.append(starts, len(label)))
        sums = np.add.reduceat(descriptors[order], starts, axis=0)
        result[used] = sums - counts[:, None] * words[used]
        norms = np.linalg.norm(result, axis=1, keepdims=True)
        result /= np.maximum(norms, 1e-12)
        result /= max(float(np.linalg.norm(result)), 1e-12)
    return result.ravel()


def _nearest(descriptors: NDArray[np.float32], centers: NDArray[np.float32]) -> NDArray[np.intp]:
    # |d - c|^2 = |d|^2 - 2 d.c + |c|^2; the first term does not change the order.
    score = descriptors @ centers.T - 0.5 * (centers * centers).sum(axis=1)
    return np.asarray(score.argmax(axis=1))
