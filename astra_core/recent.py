"""A sentence about something that is over, still told for a while: people look later."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["RecentSentence"]


class RecentSentence:
    """Keeps the newest sentence.

    Attributes:
        newest: The sentence, however long ago it was said; empty before the first.
    """

    def __init__(self, told_s: float = 10.0, now_s: Callable[[], float] = time.monotonic) -> None:
        """Have nothing to tell.

        Args:
            told_s: For how long a sentence is told.
            now_s: Reads a clock that only goes on.
        """
        self._told_s, self._now_s = told_s, now_s
        self._said_s = 0.0
        self.newest = ""

    def say(self, sentence: str) -> None:
        """Begin to tell a sentence."""
        self.newest, self._said_s = sentence, self._now_s()

    @property
    def text(self) -> str:
        """Return the sentence while it is told, then nothing."""
        return self.newest if self._now_s() - self._said_s <= self._told_s else ""
