"""Whether the process of a publisher is dead, by the id that Fast DDS gives its endpoints.

A process that was killed takes its leave of nobody: the middleware misses it only when its lease is
up, after 20 s. A shorter lease would not do. It is told by who takes part, not by who watches, so
that a stranger's stays what it is; and a process that waits for the processor for two seconds would
be lost to all others. But an id of Fast DDS begins with vendor (2 bytes), computer (2) and process
(2, the low half of its id, little endian), and on one's own computer one can look.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["DeadProcesses", "is_of_process"]

_FAST_DDS = b"\x01\x0f"
_PROCESS = slice(4, 6)
#: Of the namespace of process ids that all others are within (PROC_PID_INIT_INO of Linux): who is
#: in another one does not see every process of the computer.
_FIRST_NAMESPACE = "pid:[4026531836]"


def is_of_process(gid: bytes, process_id: int) -> bool:
    """Return whether an endpoint is of a process of this computer, as far as its id tells.

    Args:
        gid: Id of the endpoint.
        process_id: The process.
    """
    return gid[:2] == _FAST_DDS and gid[_PROCESS] == _low_half(process_id)


class DeadProcesses:
    """Tells endpoints that nobody is behind any more; in doubt it says that somebody is."""

    def __init__(self, proc: Path = Path("/proc")) -> None:
        """Remember nothing yet.

        Args:
            proc: Where the kernel tells of processes.
        """
        self._proc = proc
        self._dead: set[bytes] = set()

    def owns(self, gid: bytes, own_gid: bytes) -> bool:
        """Return whether an endpoint is of a process of this computer that lives no more.

        Args:
            gid: Id of the endpoint, 16 bytes.
            own_gid: Id of any endpoint of this process.
        """
        if gid in self._dead:
            return True  # who has its process id now has another random part, bytes 6 and 7
        # The same vendor and the same computer, and this process sees all that run on it.
        if own_gid[:2] != _FAST_DDS or gid[:4] != own_gid[:4] or not self._sees_all():
            return False
        if any(_low_half(number) == gid[_PROCESS] for number in self._living()):
            return False
        self._dead.add(gid)
        return True

    def _sees_all(self) -> bool:
        try:
            return str((self._proc / "self" / "ns" / "pid").readlink()) == _FIRST_NAMESPACE
        except OSError:
            return False

    def _living(self) -> Iterator[int]:
        """Yield the ids of all processes, also those by which containers know them."""
        for folder in self._proc.iterdir():
            if not folder.name.isdigit():
                continue
            try:
                told = (folder / "status").read_text(errors="replace")
            except OSError:
                continue
            fields = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
            if fields.get("State", "").split()[:1] == ["Z"]:
                continue  # dead, and its parent has not asked how it ended
            yield int(folder.name)
            yield from (int(text) for text in fields.get("NSpid", "").split())


def _low_half(process_id: int) -> bytes:
    return (process_id & 0xFFFF).to_bytes(2, "little")
