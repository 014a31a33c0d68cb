"""Whose stamps do not fit the clock of this computer, and by how much, in a person's words."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from astra_core.time import from_seconds

__all__ = ["StampOffsets"]

# The smallest age of a while is what clocks differ by; the rest is the way of each message.
_WINDOW_NS = from_seconds(1.0)
# More than any camera takes from exposure to arrival.
_BEHIND_S = 0.5
_KEPT_NS = 3 * _WINDOW_NS


@dataclass
class _Source:
    started_ns: int
    heard_ns: int
    youngest_s: float
    oldest_s: float
    told: tuple[float, float] = (0.0, 0.0)


class StampOffsets:
    """Watches the ages that messages have when they come. Thread-safe."""

    def __init__(self, ahead_s: float) -> None:
        """Know nobody.

        Args:
            ahead_s: Stamps ahead by less than this are fine.
        """
        self._ahead_s = ahead_s
        self._sources: dict[str, _Source] = {}
        self._lock = threading.Lock()

    def note(self, what: str, age_s: float, now_ns: int) -> None:
        """Take the age of a message by its stamp, be the message refused or not.

        Args:
            what: How the sender's messages are called.
            age_s: Clock minus stamp; negative when it is stamped ahead.
            now_ns: Steady time.
        """
        with self._lock:
            source = self._sources.get(what)
            if source is None or now_ns - source.heard_ns > _KEPT_NS:
                source = self._sources[what] = _Source(now_ns, now_ns, age_s, age_s)
            source.heard_ns = now_ns
            source.youngest_s = min(source.youngest_s, age_s)
            source.oldest_s = max(source.oldest_s, age_s)
            if now_ns - source.started_ns >= _WINDOW_NS:
                source.told = (source.youngest_s, source.oldest_s)
                source.started_ns, source.youngest_s, source.oldest_s = now_ns, age_s, age_s

    def problem(self, now_ns: int) -> str:
        """Say whose stamps have been off for a second and more; empty when all fit.

        One message that is off among others that are not is no clock that is.

        Args:
            now_ns: Steady time.
        """
        with self._lock:
            told = {
                what: source.told
                for what, source in self._sources.items()
                if now_ns - source.heard_ns <= _KEPT_NS
            }
        ahead = [f"{w} {-old:.2f} s ahead" for w, (_, old) in told.items() if -old > self._ahead_s]
        late = [f"{w} {young:.2f} s behind" for w, (young, _) in told.items() if young > _BEHIND_S]
        if not ahead + late:
            return ""
        return f"stamps do not fit this clock: {', '.join(ahead + late)}; set the clocks alike"
