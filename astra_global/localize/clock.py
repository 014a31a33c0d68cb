"""Wall time of the stages of one query."""

from __future__ import annotations

import time

__all__ = ["StageClock"]


class StageClock:
    """Runs from its making; stages that come back add up.

    Attributes:
        stages: Seconds by name.
    """

    def __init__(self) -> None:
        """Start."""
        self._start = self._last = time.perf_counter()
        self.stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        """Book the time since the last call under a name."""
        now = time.perf_counter()
        self.stages[name] = self.stages.get(name, 0.0) + now - self._last
        self._last = now

    def total(self) -> float:
        """Return the seconds since the start."""
        return time.perf_counter() - self._start
