"""What the linear covariance of a pose leaves out: headings far off, and how late they are.

A way s driven with a heading that is off by e ends s (1 - cos e) short and s sin e aside. The
linear covariance knows s e aside and nothing of the rest. With an unknown bias of the gyro e is the
same over many metres, so the rest is no noise: it adds up like the way, as one error of a known
direction. Its mean squares, for a normal e with deviation d, are 3/4 d^4 short (of e^2 / 2) and
15/36 d^6 aside (of e^3 / 6). What is of higher order yet (e^4 / 24, mean square 105/576 d^8) is
taken to go into any direction, and does not cancel on the way back.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curvature"]

_SHORT, _ASIDE = math.sqrt(3.0 / 4.0), math.sqrt(15.0 / 36.0)
_ANYWHERE, _MOST_ANYWHERE = math.sqrt(105.0 / 576.0), math.sqrt(1.0 / 2.0)
# Of an even spread over all directions: mean squares of 1 - cos e and of sin e - e cut at the way.
_MOST_SHORT, _MOST_ASIDE = math.sqrt(3.0 / 2.0), 1.0
_MOST_HEADING_RAD = math.pi / math.sqrt(3.0)


class Curvature:
    """Errors of the position that add up beside the linear ones."""

    def __init__(self) -> None:
        """Start where the pose is known."""
        self._short = self._aside = self._late = (0.0, 0.0)
        self._anywhere = 0.0

    def add(self, way_m: float, heading_rad: float, deviation_rad: float, late_rad: float) -> None:
        """Take in a step.

        Args:
            way_m: Its length, negative backwards.
            heading_rad: Its direction.
            deviation_rad: Standard deviation of that direction.
            late_rad: By how much it may be off because it is late by an unknown time.
        """
        x, y = way_m * math.cos(heading_rad), way_m * math.sin(heading_rad)
        short = min(_SHORT * deviation_rad**2, _MOST_SHORT)
        aside = min(_ASIDE * deviation_rad**3, _MOST_ASIDE)
        self._short = self._short[0] + short * x, self._short[1] + short * y
        self._aside = self._aside[0] - aside * y, self._aside[1] + aside * x
        self._anywhere += abs(way_m) * min(_ANYWHERE * deviation_rad**4, _MOST_ANYWHERE)
        self._late = self._late[0] - late_rad * y, self._late[1] + late_rad * x

    def shrink(self, before: float, after: float) -> None:
        """Let what was left out be as much less as the variance of the heading has become."""
        if after >= before:
            return
        share = after / before
        aside = share * math.sqrt(share)
        self._short = share * self._short[0], share * self._short[1]
        self._aside = aside * self._aside[0], aside * self._aside[1]
        self._anywhere *= share * share

    def widened(self, covariance: NDArray[np.float64], late_rad: float) -> NDArray[np.float64]:
        """Return a covariance of the pose ``(3, 3)`` with what it leaves out.

        A heading is known up to whole turns: beyond one, it is spread evenly, and the position no
        longer goes with it.

        Args:
            covariance: Linear one ``(3, 3)``.
            late_rad: By how much the heading may be off now because it is late.
        """
        told = covariance.copy()
        deviation = math.sqrt(told[2, 2])
        if deviation > 0.0:
            whole = math.erf(math.pi / (math.sqrt(2.0) * deviation))  # share within half a turn
            most = min(1.0, _MOST_HEADING_RAD / deviation)
            told[:2, 2] *= whole * whole * most
            told[2, :2] *= whole * whole * most
            told[2, 2] *= most * most
        late = np.array([*self._late, late_rad])
        rest = np.outer(late, late)
        rest[:2, :2] += np.outer(self._short, self._short) + np.outer(self._aside, self._aside)
        rest[0, 0] += self._anywhere**2
        rest[1, 1] += self._anywhere**2
        widened: NDArray[np.float64] = told + rest
        return widened
