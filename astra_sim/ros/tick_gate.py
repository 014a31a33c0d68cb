"""Lockstep: waiting until the nodes have done their work for a tick. No ROS in here."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

__all__ = ["TickGate"]

_EVERYTHING_NS = 10**18  # 31 simulated years


@dataclass
class _Peer:
    done_ns: int = -1
    misses_in_a_row: int = 0
    gone: bool = False


class TickGate:
    """Keeps who has acknowledged what. Thread-safe.

    A node that misses ``patience`` ticks in a row counts as gone and is not waited for until it
    acknowledges again, so that a dead node costs seconds and never the run.

    Attributes:
        timeouts: Ticks that went on without a node, by name.
    """

    def __init__(self, nodes: Iterable[str], timeout_s: float, patience: int = 3) -> None:
        """Wait for nodes.

        Args:
            nodes: Names; none means that nothing is ever waited for.
            timeout_s: Wall time per tick.
            patience: Misses in a row after which a node counts as gone.
        """
        self._peers = {name: _Peer() for name in nodes if name}
        self._timeout_s = timeout_s
        self._patience = patience
        self._condition = threading.Condition()
        self.timeouts: Counter[str] = Counter()

    @property
    def names(self) -> tuple[str, ...]:
        """Return whom it waits for."""
        return tuple(self._peers)

    @property
    def is_open(self) -> bool:
        """Return whether there is nobody to wait for at all."""
        return not self._peers

    def acknowledge(self, node: str, stamp_ns: int) -> None:
        """Take the word of a node that it is done up to and with a stamp."""
        with self._condition:
            peer = self._peers.get(node)
            if peer is None:
                return
            # A node that had left (acknowledged everything to come) may come back.
            left = peer.done_ns >= _EVERYTHING_NS
            peer.done_ns = stamp_ns if left else max(peer.done_ns, stamp_ns)
            peer.gone = False
            peer.misses_in_a_row = 0
            self._condition.notify_all()

    def missing(self, stamp_ns: int) -> list[str]:
        """Return who has not acknowledged a stamp yet, the gone ones included."""
        with self._condition:
            return [name for name, peer in self._peers.items() if peer.done_ns < stamp_ns]

    def join(self, stamp_ns: int, timeout_s: float) -> list[str]:
        """Wait for the first acknowledgements without counting misses; return who is missing."""
        with self._condition:
            self._condition.wait_for(
                lambda: all(peer.done_ns >= stamp_ns for peer in self._peers.values()), timeout_s
            )
        return self.missing(stamp_ns)

    def wait(self, stamp_ns: int) -> list[str]:
        """Wait until everybody who is not gone has acknowledged a stamp.

        Returns:
            Who was too late this time; their misses are counted.
        """
        deadline_s = monotonic() + self._timeout_s
        with self._condition:
            while late := self._late(stamp_ns):
                left_s = deadline_s - monotonic()
                if left_s <= 0.0:
                    break
                self._condition.wait(left_s)
            for name in late:
                peer = self._peers[name]
                self.timeouts[name] += 1
                peer.misses_in_a_row += 1
                peer.gone = peer.misses_in_a_row >= self._patience
            return late

    def give_up(self) -> list[str]:
        """Count everybody who never acknowledged anything as gone; return their names."""
        with self._condition:
            never = [name for name, peer in self._peers.items() if peer.done_ns < 0]
            for name in never:
                self._peers[name].gone = True
            return never

    def close(self) -> None:
        """Wait for nobody any more; whoever waits is let go."""
        with self._condition:
            self._peers.clear()
            self._condition.notify_all()

    def gone(self) -> list[str]:
        """Return who is not waited for at present."""
        with self._condition:
            return [name for name, peer in self._peers.items() if peer.gone]

    def _late(self, stamp_ns: int) -> list[str]:
        return [
            name for name, peer in self._peers.items() if not peer.gone and peer.done_ns < stamp_ns
        ]
