"""What a person sees while set-up works: one line per step, on stderr."""

import os
import sys
import threading
import time
from types import TracebackType
from typing import Self, TextIO


class StepLine:
    """The line of one running step: title, then the seconds it took.

    On a terminal the seconds count up in place; elsewhere a line is printed now and then, so that a
    CI log shows life.
    """

    def __init__(self, prefix: str, title: str, stream: TextIO | None = None) -> None:
        """Prepare the line.

        Args:
            prefix: The count, such as ``[2/7]``.
            title: What the step does.
            stream: Where to print; stderr by default.
        """
        self._text = f"{prefix} {title}"
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._period_s = 0.5 if self._live else 30.0
        self._start = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def note(self, text: str) -> None:
        """Print a remark that belongs to this step."""
        clear = "\r\033[K" if self._live else ""
        print(f"{clear}      {text}", file=self._stream, flush=True)

    def __enter__(self) -> Self:
        """Print the line and start counting."""
        if not self._live:
            print(f"{self._text} ...", file=self._stream, flush=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Print how it ended and after how many seconds."""
        self._stop.set()
        self._thread.join()
        outcome = (
            "done" if kind is None else "interrupted" if kind is KeyboardInterrupt else "failed"
        )
        self._print_state(f"{outcome}, {self._elapsed_s():.0f} s", end="\n")

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._start

    def _print_state(self, state: str, end: str) -> None:
        start = "\r\033[K" if self._live else ""
        print(f"{start}{self._text} ... {state}", end=end, file=self._stream, flush=True)

    def _tick(self) -> None:
        while not self._stop.wait(self._period_s):
            self._print_state(f"{self._elapsed_s():.0f} s", end="" if self._live else "\n")


def say(text: str) -> None:
    """Print one line to the person who called."""
    print(f"astra: {text}", file=sys.stderr, flush=True)
