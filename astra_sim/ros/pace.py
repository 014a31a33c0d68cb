"""Keeps simulated time from running ahead of the wall clock, and measures how fast it runs."""

from __future__ import annotations

import threading
from time import monotonic

from astra_core.time import to_seconds

__all__ = ["Pace"]

_MAX_DEBT_S = 0.5


class Pace:
    """Limits the real-time factor."""

    def __init__(self, limit: float) -> None:
        """Set the upper limit of simulated seconds per second; 0 is none."""
        self._limit = limit
        self._wall_s = monotonic()
        self._sim_ns = self._newest_ns = 0
        self._mark = (self._wall_s, 0)

    def start(self, stamp_ns: int) -> None:
        """Let both clocks begin here."""
        self._wall_s, self._sim_ns = monotonic(), stamp_ns
        self._mark = (self._wall_s, stamp_ns)

    def wait(self, stamp_ns: int, stop: threading.Event) -> None:
        """Sleep until the wall clock has caught up with simulated time."""
        self._newest_ns = stamp_ns
        if self._limit <= 0.0:
            return
        ahead_s = to_seconds(stamp_ns - self._sim_ns) / self._limit - (monotonic() - self._wall_s)
        if ahead_s > 0.0:
            stop.wait(ahead_s)
        elif ahead_s < -_MAX_DEBT_S:
            # Do not make up for a long pause by racing.
            self._wall_s, self._sim_ns = monotonic(), stamp_ns

    def report_due(self, period_s: float) -> float | None:
        """Return the real-time factor since the last report if the period is over."""
        now_s = monotonic()
        since_s, since_ns = self._mark
        if now_s - since_s < period_s:
            return None
        self._mark = (now_s, self._newest_ns)
        return to_seconds(self._newest_ns - since_ns) / (now_s - since_s)
