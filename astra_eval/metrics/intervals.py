"""Confidence intervals of shares."""

from __future__ import annotations

import math

__all__ = ["wilson_interval"]


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
    return max(0.0, centre - half), min(1.0, centre + half)
