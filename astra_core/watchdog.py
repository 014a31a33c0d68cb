"""A process that may hang brings its own watchdog, which ends it then; its owner starts it again.

See :mod:`astra_core.watchdog_process` for the other side.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from astra_core.config import setting
from astra_core.watchdog_process import SIGN

__all__ = ["HANG_TIMEOUT", "Watchdog", "hang_timeout"]

HANG_TIMEOUT = "hang_timeout_s"
"""The parameter of a node that says how long its process may be silent."""

_SCRIPT = Path(__file__).with_name("watchdog_process.py")
_PERIOD_S = 0.25


def hang_timeout() -> Any:
    """Declare the setting ``hang_timeout_s`` of a node's config."""
    return setting(
        10.0,
        "A process that does not go on for this long, by the wall and beside waiting for the "
        "processor, hangs: it is ended, for its owner to start it again. 0: never, for a debugger.",
        minimum=0.0,
        maximum=600.0,
    )


class Watchdog:
    """Tells a process beside this one that this one goes on; ends this one when that ceases.

    Example:
        >>> with Watchdog("astra_guard") as watchdog:                            # doctest: +SKIP
        ...     while turning():
        ...         watchdog.feed(limit_s=10.0)
    """

    def __init__(self, name: str) -> None:
        """Start nothing yet.

        Args:
            name: What this process is called in what the watchdog says.
        """
        self._name = name
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: int | None = None
        self._fed: tuple[float, float] | None = None

    @property
    def process_id(self) -> int | None:
        """Return the id of the process that watches, ``None`` while there is none."""
        return None if self._process is None else self._process.pid

    def feed(self, limit_s: float) -> None:
        """Say that this process goes on; call it as often as you like.

        Args:
            limit_s: From now on, a silence longer than this is a hang (seconds, see
                :class:`~astra_core.watchdog_process.Silence`); 0 or less: none is.
        """
        now_s = time.monotonic()
        if self._fed is not None and self._fed[1] == limit_s and now_s - self._fed[0] < _PERIOD_S:
            return
        self._fed = now_s, limit_s
        if self._pipe is None:
            if limit_s <= 0.0:
                return
            self._pipe = self._start()
        try:
            os.write(self._pipe, SIGN.pack(limit_s))
        except BlockingIOError:
            pass  # it is stopped itself, and has enough to read
        except BrokenPipeError:
            self.close()  # somebody ended it; the next sign starts another

    def close(self) -> None:
        """End the watch; from now on nobody ends this process."""
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1.0)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None

    def __enter__(self) -> Watchdog:
        """Return itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the watch."""
        self.close()

    def _start(self) -> int:
        """Start the process that watches; return the end of the pipe that it listens to."""
        heard, pipe = os.pipe()
        os.set_blocking(pipe, False)
        try:
            # A session of its own: Ctrl-C is for the others, and it sees them end.
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", str(_SCRIPT)),
                    *(str(heard), str(os.getpid()), self._name),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(heard,),
                start_new_session=True,
            )
        finally:
            os.close(heard)
        return pipe
