"""Ctrl-C at safe points only.

Python raises KeyboardInterrupt wherever it happens to be. Inside rclpy's C++ code the exception is
mangled into a RuntimeError without a cause, so around ROS calls the signal is only noted.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["InterruptNote", "interrupts_noted"]

_ASKS_TO_STOP = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class InterruptNote:
    """Whether somebody asked us to stop."""

    def __init__(self) -> None:
        """Nobody has yet."""
        self._asked = False

    def ask(self, *_: object) -> None:
        """Note the wish; a signal handler."""
        self._asked = True

    def check(self) -> None:
        """Raise what the signal would have raised.

        Raises:
            KeyboardInterrupt: Somebody asked us to stop.
        """
        if self._asked:
            raise KeyboardInterrupt


@contextmanager
def interrupts_noted() -> Iterator[InterruptNote]:
    """Note signals that ask to stop instead of raising; ask :meth:`InterruptNote.check` often.

    A signal that nobody checked for is raised at the end.
    """
    note = InterruptNote()
    before = {
        number: signal.signal(number, note.ask)
        for number in _ASKS_TO_STOP
        # Whoever starts it by nohup wants it to outlive the terminal.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        yield note
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    note.check()
