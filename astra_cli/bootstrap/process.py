"""Run the tools of set-up: output to the log, no orphans, one clear line on failure."""

import contextlib
import os
import signal
import subprocess
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

from astra_cli.bootstrap.errors import SetupError

TAIL_LINES = 15
GRACE_S = 10.0


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    purpose: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout_s: float | None = None,
) -> None:
    """Run a command with its output appended to the log.

    The command gets a process group of its own: when set-up is interrupted, the whole group is
    ended, children of children included, before the interruption goes on.

    Args:
        command: Program and arguments.
        log: File that the output is appended to.
        purpose: What the command is for, in the words of the failure message.
        env: Environment; this process's own by default.
        cwd: Working folder.
        timeout_s: Limit, or None.

    Raises:
        SetupError: If the command fails, with the last lines of its output.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        start = sink.tell()
        sink.write(f"\n$ {' '.join(map(str, command))}\n".encode())
        sink.flush()
        try:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=None if env is None else dict(env),
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            raise SetupError(f"{purpose} failed: {error}") from error
        try:
            code = process.wait(timeout_s)
        except BaseException as error:
            end_group(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise SetupError(
                    f"{purpose} took more than {timeout_s:.0f} s; see {log}"
                ) from error
            raise
    if code != 0:
        raise SetupError(f"{purpose} failed (exit {code}); the end of {log}:\n{_tail(log, start)}")


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process started with a group of its own, and wait until it is gone."""
    for kind in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, kind)
        except ProcessLookupError:
            break
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            continue
        # The leader is gone; what it left behind in the group has no reason to live on.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        break
    process.wait()


def _tail(log: Path, start: int) -> str:
    with log.open("rb") as source:
        source.seek(start)
        lines = deque(source.read().decode(errors="replace").splitlines(), maxlen=TAIL_LINES)
    return "\n".join(f"    {line}" for line in lines)
