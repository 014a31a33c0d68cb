"""What the fusion makes of a fix, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["FixDecision", "FixVerdict"]


class FixVerdict(Enum):
    """What became of a fix."""

    FIRST = "first fix"
    ACCEPTED = "accepted"
    KIDNAPPED = "moved: another place is believed"
    CORRECTED = "corrected: several fixes agree on a pose near by"
    PENDING = "not believed yet"
    OUTLIER = "outlier"
    UNUSABLE = "unusable"

    @property
    def accepted(self) -> bool:
        """Return whether the pose follows the fix."""
        return self not in (FixVerdict.PENDING, FixVerdict.OUTLIER, FixVerdict.UNUSABLE)

    @property
    def moved(self) -> bool:
        """Return whether the robot was not where it was believed."""
        return self in (FixVerdict.KIDNAPPED, FixVerdict.CORRECTED)


@dataclass(frozen=True)
class FixDecision:
    """A verdict and what it rests on, for the mission log.

    Attributes:
        verdict: What became of the fix.
        reason: One line for people.
        distance_squared: Mahalanobis distance to the belief; NaN where there was none.
        jump_m: How far the pose on the map moved at once because of it.
    """

    verdict: FixVerdict
    reason: str
    distance_squared: float = float("nan")
    jump_m: float = 0.0
