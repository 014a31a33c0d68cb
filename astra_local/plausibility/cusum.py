"""Finding a change of the mean: cumulative sums of both signs.

E. S. Page, "Continuous inspection schemes", Biometrika 1954. What two sensors differ by is summed
up, less what healthy ones may differ by; the sum never falls below zero. So a difference that
lasts is found after the shortest motion, whenever it began, and what comes and goes is forgotten.
"""

from __future__ import annotations

__all__ = ["Cusum"]

# A sum is kept this far above the limit at most: what ended is forgotten in reasonable time.
_MOST = 1.3


class Cusum:
    """Both sums of one difference."""

    def __init__(self, limit: float, confirmations: int) -> None:
        """Start with nothing known.

        Args:
            limit: Sum at which the difference counts as real, > 0, in its unit.
            confirmations: So many updates in a row must be above it: a single wild reading goes
                with the next one.
        """
        self._limit, self._confirmations = limit, confirmations
        self.reset()

    def reset(self) -> None:
        """Forget all."""
        self._up = self._down = 0.0
        self._above = 0

    @property
    def alarmed(self) -> bool:
        """Return whether the difference is real, and still there."""
        return self._above >= self._confirmations

    @property
    def sum(self) -> float:
        """Return the larger of the two sums, >= 0."""
        return max(self._up, self._down)

    def add(self, difference: float, allowance: float, *, limit_more: float = 0.0) -> None:
        """Add what was seen in a step.

        Args:
            difference: Of the two sensors in this step.
            allowance: What they may differ by in it, >= 0.
            limit_more: By how much the limit is higher now, >= 0: because of noise.
        """
        limit = self._limit + limit_more
        most = _MOST * limit
        self._up = min(max(self._up + difference - allowance, 0.0), most)
        self._down = min(max(self._down - difference - allowance, 0.0), most)
        self._above = self._above + 1 if self.sum > limit else 0
