"""Something that takes long to load, in a thread of its own, with progress; it can be cancelled.

A thread cannot be ended from outside. Cancelling therefore takes effect at once for whoever waits,
and in the thread at the next report of progress; what it still returns is dropped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from astra_core.errors import LoadingCancelled

__all__ = ["Loading", "NO_PROGRESS", "Progress"]

T = TypeVar("T")


class Progress:
    """How far a job is, 0 to 1; handed to the job, which calls it.

    A job of several parts gives each a :meth:`part` of its own range.
    """

    def __init__(self, report: Callable[[float], None]) -> None:
        """Hand reports on; what ``report`` raises ends the job."""
        self._report = report

    def __call__(self, fraction: float) -> None:
        """Report; also the place where a cancelled job ends, so call it now and then.

        Raises:
            LoadingCancelled: The job need not go on.
        """
        self._report(min(max(fraction, 0.0), 1.0))

    def part(self, start: float, end: float) -> Progress:
        """Return the progress of a part of the job, whose 0 to 1 are ``start`` to ``end`` here."""
        return Progress(lambda fraction: self(start + (end - start) * fraction))


#: For callers whom nobody watches.
NO_PROGRESS = Progress(lambda fraction: None)


class Loading(Generic[T]):
    """One job in a thread."""

    def __init__(
        self,
        job: Callable[[Progress], T],
        on_done: Callable[[], None] = lambda: None,
        name: str = "loading",
    ) -> None:
        """Start the thread.

        Args:
            job: Takes its progress and returns what was loaded.
            on_done: Called once, when :meth:`result` can be asked: in the thread of the job, or in
                that of :meth:`cancel`.
            name: Of the thread.
        """
        self._job, self._on_done = job, on_done
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._fraction = 0.0
        self._outcome: tuple[T] | BaseException | None = None
        # A daemon: a job that does not report must not keep a process from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Return whether there is a result, or a reason why not."""
        return self._done.is_set()

    @property
    def fraction(self) -> float:
        """Return how far the job is, 0 to 1, never backwards."""
        return self._fraction

    def __str__(self) -> str:
        """Return it for people: ``loading 40 %``. A hundred is said only when it is done."""
        percent = 100 if self.is_done else min(int(100.0 * self._fraction), 99)
        return f"loading {percent} %"

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; return whether it came."""
        return self._done.wait(timeout_s)

    def result(self) -> T:
        """Return what was loaded, once it is done.

        Raises:
            LoadingCancelled: It was cancelled.
            Exception: Whatever the job raised.
        """
        outcome = self._outcome
        if outcome is None:
            raise RuntimeError("the result was asked for before it is there")
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome[0]

    def cancel(self) -> None:
        """Wait no longer: it is done, and cancelled, unless it was done before."""
        self._end(LoadingCancelled("loading was cancelled"))

    def _run(self) -> None:
        try:
            self._end((self._job(Progress(self._advance)),))
        except Exception as error:
            self._end(error)

    def _advance(self, fraction: float) -> None:
        if self.is_done:
            raise LoadingCancelled("loading was cancelled")
        self._fraction = max(self._fraction, fraction)

    def _end(self, outcome: tuple[T] | BaseException) -> None:
        with self._lock:
            if self._outcome is not None:
                return
            self._outcome = outcome
            self._done.set()
        self._on_done()
