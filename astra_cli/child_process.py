"""One child process with a log file, that never outlives its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from astra_cli.node_table import ProcessCommand

__all__ = ["ChildProcess"]

_PR_SET_PDEATHSIG = 1
_TAIL_LINES = 12
_TAIL_BYTES = 8192


class ChildProcess:
    """A started command. It leads a process group of its own; signals go to the whole group."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log_file: Path) -> None:
        """Wrap a running process."""
        self.name = name
        self._process = process
        self._log_file = log_file
        self._scanned_bytes = 0

    @classmethod
    def start(
        cls,
        command: ProcessCommand,
        log_file: Path,
        environment: Mapping[str, str],
        *,
        again: bool = False,
    ) -> ChildProcess:
        """Start a command with its output in a fresh log file, or after what the last one said.

        Raises:
            OSError: The program or the log file cannot be opened.
        """
        with log_file.open("ab" if again else "wb") as log:
            process = subprocess.Popen(
                command.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
                preexec_fn=_die_with_parent(os.getpid()),
            )
        return cls(command.name, process, log_file)

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def returncode(self) -> int | None:
        """Return how the process ended, ``None`` while it runs."""
        return self._process.poll()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal: SIGKILL to the whole group, others to the leader, who knows what to do."""
        with contextlib.suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)

    def reap(self) -> None:
        """Take the exit status and end what the process may have left in its group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1.0)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def log_contains(self, text: str) -> bool:
        """Return whether the log holds a text; a found text is found again."""
        needle = text.encode()
        with self._log_file.open("rb") as log:
            log.seek(max(self._scanned_bytes - len(needle), 0))
            data = log.read()
        if needle in data:
            return True
        self._scanned_bytes += max(len(data) - len(needle), 0)
        return False

    def log_tail(self) -> str:
        """Return the last lines of the log."""
        with self._log_file.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(log.tell() - _TAIL_BYTES, 0))
            lines = log.read().decode(errors="replace").splitlines()
        return "\n".join(f"  | {line}" for line in lines[-_TAIL_LINES:])

    def ending(self, code: int) -> str:
        """Return that the process ended, and how."""
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return f"{self.name} ended ({how})"

    def epitaph(self, code: int) -> str:
        """Return what to tell a person when the process died by itself."""
        return f"{self.ending(code)}; the end of {self._log_file}:\n{self.log_tail()}"


def _die_with_parent(parent_pid: int) -> Callable[[], None] | None:
    """Return a hook that asks the kernel for SIGTERM when the parent dies (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl  # loaded here: after fork only cheap calls

    def hook() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:
            os._exit(1)  # the parent died before the request was in place

    return hook
