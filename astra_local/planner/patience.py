"""For how long the robot has come no closer to a goal."""

from __future__ import annotations

import math

from astra_core.time import to_seconds

__all__ = ["Patience"]

_GAIN_M = 0.01


class Patience:
    """Remembers the closest approach to one goal at a time."""

    def __init__(self) -> None:
        """Start without a goal."""
        self._closest = (-1, math.inf, 0)  # sequence, distance to its goal, when that was reached

    def waited_s(self, sequence: int, distance_m: float, now_ns: int) -> float:
        """Return for how long the robot has come no closer, seconds; 0 while it does.

        Args:
            sequence: Which goal; another one starts anew.
            distance_m: To it, now.
            now_ns: Now.
        """
        last, closest_m, since_ns = self._closest
        if last != sequence or distance_m < closest_m - _GAIN_M:
            self._closest = (sequence, distance_m, now_ns)
            return 0.0
        return to_seconds(now_ns - since_ns)
