"""Confidence intervals of shares."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

__all__ = ["cluster_interval", "wilson_interval"]

_RESAMPLES = 2000
_SEED = 8


def wilson_interval(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927), 95 % by default.

    Args:
        successes: Number of successes, 0 to ``trials``.
        trials: Number of trials.
        z: Quantile of the normal distribution.

    Returns:
        Lower and upper bound in [0, 1]; (0, 1) without any trial.

    Raises:
        ValueError: The counts contradict each other.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials")
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    denominator = 1.0 + z * z / trials
    centre = (share + z * z / (2 * trials)) / denominator
    spread = share * (1.0 - share) / trials + z * z / (4 * trials * trials)
    half = z * math.sqrt(spread) / denominator
    # Where all or none succeeded a bound is the share itself, which rounding would miss by a hair.
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == trials else min(1.0, centre + half)
    return low, high


def cluster_interval(successes: Sequence[float], trials: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a share whose trials come in clusters.

    Queries in one building share its map, its light and its look: they are no independent trials.
    Whole buildings are drawn again, with replacement (percentile bootstrap, fixed seed).

    Args:
        successes: Per cluster; any number may stand for success, so this bounds means as well.
        trials: Per cluster.

    Returns:
        Lower and upper bound; NaN with fewer than two clusters that hold a trial.
    """
    kept = [(s, t) for s, t in zip(successes, trials, strict=True) if t > 0]
    if len(kept) < 2:
        return math.nan, math.nan
    table = np.array(kept, dtype=np.float64)
    draws = np.random.default_rng(_SEED).integers(len(table), size=(_RESAMPLES, len(table)))
    sums = table[draws].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    return float(low), float(high)
