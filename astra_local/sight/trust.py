"""Whether a camera is believed: slow to doubt by a single image, slower to believe again."""

from __future__ import annotations

from astra_core.time import from_seconds
from astra_local.sight.config import SightConfig
from astra_local.sight.problem import Problem

__all__ = ["Trust"]


class Trust:
    """One camera."""

    def __init__(self, config: SightConfig) -> None:
        """Believe it."""
        self._max_bad, self._return_ns = config.max_bad_images, from_seconds(config.return_after_s)
        self._num_bad = 0
        self._good_since_ns: int | None = None
        self._problem: Problem | None = None

    @property
    def problem(self) -> Problem | None:
        """Return why it is not believed; ``None`` while it is."""
        return self._problem

    def judge(self, problem: Problem | None, stamp_ns: int) -> bool:
        """Take note of an image; return whether it may be used.

        Args:
            problem: What is wrong with it.
            stamp_ns: Of the image.
        """
        if problem is not None:
            self._num_bad += 1
            self._good_since_ns = None
            if self._num_bad > self._max_bad and (
                self._problem is None or self._problem.kind != problem.kind
            ):
                self._problem = problem
            return False
        self._num_bad = 0
        if self._problem is None:
            return True
        since_ns = self._good_since_ns
        if since_ns is None or stamp_ns < since_ns:
            since_ns = self._good_since_ns = stamp_ns
        if stamp_ns - since_ns < self._return_ns:
            return False
        self._problem = None
        return True
