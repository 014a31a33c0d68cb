"""Stamps that can be trusted: growing, finite, and without unexplained jumps."""

from __future__ import annotations

import numbers

from astra_core.time import to_seconds

__all__ = ["StampGate"]


class StampGate:
    """Judges the stamps of one sensor.

    A jump ahead by more than ``max_gap_s`` is refused once; if the next sample confirms it, the
    sensor was silent for that long and the gap is accepted. One broken stamp therefore cannot
    make every later sample look old.
    """

    def __init__(self, max_gap_s: float) -> None:
        """Start without a past; the first stamp is taken as it is."""
        self._max_gap_s = max_gap_s
        self._last_ns: int | None = None
        self._suspect_ns: int | None = None

    def problem(self, stamp_ns: object) -> str:
        """Return why a stamp is refused, empty if it is fine."""
        if not isinstance(stamp_ns, numbers.Integral) or isinstance(stamp_ns, bool):
            return "stamp not a number"
        stamp_ns = int(stamp_ns)
        if self._last_ns is None:
            return ""
        if stamp_ns == self._last_ns:
            return "duplicate"
        if stamp_ns < self._last_ns:
            return "out of order"
        if to_seconds(stamp_ns - self._last_ns) <= self._max_gap_s:
            return ""
        suspect, self._suspect_ns = self._suspect_ns, stamp_ns
        if suspect is not None and 0.0 < to_seconds(stamp_ns - suspect) <= self._max_gap_s:
            return ""
        return "jump"

    def take(self, stamp_ns: int) -> None:
        """Remember an accepted stamp."""
        self._last_ns, self._suspect_ns = stamp_ns, None
