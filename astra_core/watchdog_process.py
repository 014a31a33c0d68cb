"""The process that ends its parent when that hangs: a script of its own, without Astra or ROS.

A process that is stopped or dead-locked cannot end itself, and who waits for its end (a launch with
``respawn``, a runner, systemd) waits in vain. So each node starts this beside itself and sends it
signs of life through a pipe: eight bytes each, for how many seconds it may be silent from now on.

Silence is counted so that slowness is none. As long as a thread of the parent could run or waits
for the disk, only the processor time counts that it gets: a process that shares its core with
fifteen others, or loads a library from a slow disk, is late and does not hang. Otherwise the time
counts in which this process itself had its turns: a computer that sleeps stops both.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import sys
import time
from pathlib import Path

__all__ = ["SIGN", "Silence", "main", "watch"]

SIGN = struct.Struct("=d")
"""How a sign of life is written: the seconds of silence that may follow; 0 or less: any."""

_TURN_S = 0.25
#: States of /proc: could run, waits for the disk.
_BUSY = "RD"


class Silence:
    """Counts for how long a process has been silent though it could have spoken."""

    def __init__(self, process_id: int, proc: Path = Path("/proc")) -> None:
        """Start at zero.

        Args:
            process_id: Whose silence.
            proc: Where the kernel tells of processes.
        """
        self._folder = proc / str(process_id)
        self.seconds = 0.0
        self._used_s: float | None = None

    def broken(self) -> None:
        """Begin anew: it has spoken."""
        self.seconds, self._used_s = 0.0, None

    def lasted(self, turn_s: float) -> None:
        """Count a turn (seconds) without a word."""
        before_s, self._used_s = self._used_s, self._processor_s()
        if before_s is None or self._used_s is None or not self._is_busy():
            self.seconds += turn_s
        else:
            self.seconds += min(max(self._used_s - before_s, 0.0), turn_s)

    def _processor_s(self) -> float | None:
        fields = _fields(self._folder / "stat")
        # utime and stime, the 14th and 15th field; the first two are cut off.
        return None if fields is None else (int(fields[11]) + int(fields[12])) / _TICKS_PER_S

    def _is_busy(self) -> bool:
        try:
            threads = list((self._folder / "task").iterdir())
        except OSError:
            return False
        told = [_fields(thread / "stat") for thread in threads]
        return any(fields[0] in _BUSY for fields in told if fields is not None)


def watch(pipe: int, parent_id: int, name: str) -> None:
    """Read signs of life until the other end is closed; end the parent when they cease.

    Args:
        pipe: File descriptor to read from.
        parent_id: The process that sends them.
        name: What to call it.
    """
    silence, limit_s, told = Silence(parent_id), 0.0, b""
    while True:
        turned_s = time.monotonic()
        ready, _, _ = select.select([pipe], [], [], _TURN_S)
        if ready:
            received = os.read(pipe, 65536)
            if not received:
                return
            told += received
            whole = len(told) // SIGN.size * SIGN.size
            if whole:
                (limit_s,) = SIGN.unpack(told[whole - SIGN.size : whole])
            told = told[whole:]
            silence.broken()
            continue
        if os.getppid() != parent_id:
            return  # dead, but a child of its own has inherited the other end
        # However long this process waited for its own turn: no more than one has passed.
        silence.lasted(min(time.monotonic() - turned_s, 2.0 * _TURN_S))
        if 0.0 < limit_s < silence.seconds:
            _end(parent_id, name, silence.seconds)
            return


def _end(process_id: int, name: str, silent_s: float) -> None:
    text = f"{name} hangs: it has not gone on for {silent_s:.0f} s. Ending process {process_id}"
    with contextlib.suppress(OSError):  # nobody may read any more
        sys.stderr.write(f"[watchdog] {text}\n")
        sys.stderr.flush()
    with contextlib.suppress(ProcessLookupError):
        os.kill(process_id, signal.SIGKILL)


def _fields(file: Path) -> list[str] | None:
    """Return the fields of a stat file after the name, ``None`` where it cannot be read."""
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return None
    # The name may hold spaces and brackets.
    return text.rpartition(")")[2].split() or None


_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Watch the parent; the arguments are those of :func:`watch` but the parent's id."""
    pipe, parent_id, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    watch(pipe, parent_id, name)


if __name__ == "__main__":
    main()
