"""Questions that may take seconds: asked under the pipeline's lock, answered off it.

What a sentence means, where a picture was taken, which way leads there: a language model needs up
to 8 s for it, and meanwhile odometry, fixes and cancel must go on. So who asks gets a ticket and
looks at it again at the next tick. In one process without ROS :class:`InlineQuestions` answers at
once, which keeps a mission the same to the last bit; in the node one worker answers one question
after the other (:class:`QuestionWorker`).
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from astra_core.errors import AstraError

__all__ = ["InlineQuestions", "QuestionWorker", "Questions", "Ticket"]

T = TypeVar("T")


class Ticket(Generic[T]):
    """The right to one answer. Who asked looks at it; who answers may be another thread.

    Attributes:
        what: What was asked, for people: "what 'I am thirsty' means".
        stamp_ns: When.
    """

    def __init__(self, what: str, question: Callable[[], T], stamp_ns: int) -> None:
        """Keep the question; nobody works on it yet."""
        self.what = what
        self.stamp_ns = stamp_ns
        self._question = question
        self._lock = threading.Lock()
        self._has_begun = self._is_answered = self._is_dropped = False
        self._answer: T | None = None
        self._error: Exception | None = None

    @property
    def has_begun(self) -> bool:
        """Return whether somebody works on it or has answered."""
        return self._has_begun

    @property
    def is_answered(self) -> bool:
        """Return whether :meth:`answer` has something to return or to raise."""
        return self._is_answered

    @property
    def is_open(self) -> bool:
        """Return whether somebody still waits for the answer."""
        return not (self._is_answered or self._is_dropped)

    def answer(self) -> T:
        """Return the answer of an answered ticket.

        Raises:
            AstraError: The question failed; what was no AstraError becomes one.
        """
        if not self._is_answered:
            raise RuntimeError(f"not answered yet: {self.what}")
        if isinstance(self._error, AstraError):
            raise self._error
        if self._error is not None:
            name = type(self._error).__name__
            raise AstraError(f"{self.what}: {name}: {self._error}") from self._error
        return self._answer  # type: ignore[return-value]  # None only where T allows it

    def drop(self) -> None:
        """Nobody waits any more: an answer that comes late is ignored."""
        with self._lock:
            self._is_dropped = True

    def work(self) -> None:
        """Answer the question, in whatever thread this is. What it throws is the answer, too."""
        with self._lock:
            if self._is_dropped or self._has_begun:
                return
            self._has_begun = True
        answer, error = None, None
        try:
            answer = self._question()
        except Exception as problem:  # whatever a model throws: who asked must hear of it
            error = problem
        with self._lock:
            if not self._is_dropped:
                self._answer, self._error = answer, error
                self._is_answered = True


class Questions(Protocol):
    """Who answers."""

    def ask(self, what: str, question: Callable[[], T], stamp_ns: int) -> Ticket[T]:
        """Hand in a question; returns at once where another thread answers.

        Args:
            what: What is asked, for people.
            question: Finds the answer; must not need the lock of who asks.
            stamp_ns: When it is asked.
        """
        ...


class InlineQuestions:
    """Answers at once, in the thread that asks: deterministic."""

    def ask(self, what: str, question: Callable[[], T], stamp_ns: int) -> Ticket[T]:
        """Answer; see :class:`Questions`."""
        ticket = Ticket(what, question, stamp_ns)
        ticket.work()
        return ticket


class QuestionWorker:
    """Answers in one thread, one question after the other, in the order in which they came.

    A question that was dropped before its turn is left out. One that is being worked on cannot be
    stopped; it is finished and its answer ignored.
    """

    def __init__(self, on_answer: Callable[[], None] = lambda: None) -> None:
        """Start the thread.

        Args:
            on_answer: Called in the thread after each answer.
        """
        self._on_answer = on_answer
        self._condition = threading.Condition()
        self._waiting: deque[Ticket[Any]] = deque()
        self._running: Ticket[Any] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="questions", daemon=True)
        self._thread.start()

    def ask(self, what: str, question: Callable[[], T], stamp_ns: int) -> Ticket[T]:
        """Queue a question; see :class:`Questions`."""
        ticket = Ticket(what, question, stamp_ns)
        with self._condition:
            self._waiting.append(ticket)
            self._condition.notify()
        return ticket

    @property
    def open_ticket(self) -> Ticket[Any] | None:
        """Return the oldest question that somebody waits for, if there is one."""
        with self._condition:
            running = [] if self._running is None else [self._running]
            return next((one for one in [*running, *self._waiting] if one.is_open), None)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Drop what waits, wait for what is being worked on; return whether it ended in time."""
        with self._condition:
            self._closed = True
            for ticket in [*self._waiting, *([self._running] if self._running else [])]:
                ticket.drop()
            self._waiting.clear()
            self._condition.notify()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                self._running = self._waiting.popleft()
            self._running.work()
            with self._condition:
                self._running = None
            self._on_answer()
