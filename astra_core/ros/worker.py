"""One background thread that always works on the newest job."""

from __future__ import annotations

import threading
from collections.abc import Callable

__all__ = ["LatestJobWorker"]


class LatestJobWorker:
    """Runs jobs one at a time; a job that waits is replaced by a newer one and counted.

    Attributes:
        num_dropped: Jobs that were replaced before they began.
    """

    def __init__(
        self, name: str, on_error: Callable[[Exception], None], on_idle: Callable[[], None]
    ) -> None:
        """Start the thread.

        Args:
            name: Of the thread.
            on_error: Called in the thread with what a job threw; the worker goes on.
            on_idle: Called in the thread after each job, when :attr:`busy_since_ns` has changed.
        """
        self.num_dropped = 0
        self._on_error = on_error
        self._on_idle = on_idle
        self._condition = threading.Condition()
        self._waiting: tuple[int, Callable[[], None]] | None = None
        self._running_ns: int | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, stamp_ns: int, job: Callable[[], None]) -> None:
        """Hand in a job about data of a stamp; returns at once."""
        with self._condition:
            if self._waiting is not None:
                self.num_dropped += 1
            self._waiting = (stamp_ns, job)
            self._condition.notify()

    @property
    def busy_since_ns(self) -> int | None:
        """Return the stamp of the oldest job that is not finished; ``None`` when idle."""
        with self._condition:
            if self._running_ns is not None:
                return self._running_ns
            return None if self._waiting is None else self._waiting[0]

    def close(self, timeout_s: float = 5.0) -> bool:
        """Forget the waiting job, wait for the running one; return whether it ended in time."""
        with self._condition:
            self._closed = True
            self._waiting = None
            self._condition.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting is not None or self._closed)
                if self._waiting is None:
                    return
                self._running_ns, job = self._waiting
                self._waiting = None
            try:
                job()
            except Exception as error:
                self._on_error(error)
            with self._condition:
                self._running_ns = None
                closed = self._closed
            if not closed:
                self._on_idle()
