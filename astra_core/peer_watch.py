"""Which of the nodes that were heard have fallen silent, or come back as another process. No ROS.

Silence is counted by two clocks at once. The stack's clock may be simulated: on a loaded machine a
tenth of a second of it takes a second, and a slow process is no dead one. It may also run faster
than real time, and then a process that is only waiting for the processor is no dead one either.
"""

from __future__ import annotations

from collections.abc import Sequence

from astra_core.first_publisher import FirstPublisher
from astra_core.time import from_seconds, to_seconds

__all__ = ["PeerWatch"]


class PeerWatch:
    """Remembers when each peer was last heard; one that was never heard is not missed."""

    def __init__(self, names: Sequence[str], limit_s: float) -> None:
        """Start with nothing heard.

        Args:
            names: The peers; others are not listened to.
            limit_s: Silence of up to this long, by either clock, is normal.
        """
        self._limit_s, self._limit_ns = limit_s, from_seconds(limit_s)
        self._first = {name: FirstPublisher(limit_s) for name in names}
        self._heard: dict[str, tuple[int, float]] = {}

    def hear(self, name: str, number: int | None, now_ns: int, steady_s: float) -> bool:
        """Take a sign of life.

        Args:
            name: Whose.
            number: By which its publisher has numbered it; ``None`` where nothing is numbered.
            now_ns: When it came, by the clock of the stack.
            steady_s: The same by the steady clock of the machine.

        Returns:
            Whether the peer is another process than the one heard before.
        """
        first = self._first.get(name)
        if first is None:
            return False
        before = first.num_successors
        # A new process has taken its time to start, whatever the simulated clock did meanwhile.
        if first.admit(number, from_seconds(steady_s)):
            self._heard[name] = (now_ns, steady_s)
        return first.num_successors > before

    def silent(self, now_ns: int, steady_s: float) -> dict[str, float]:
        """Return who has fallen silent, and for how many seconds of the stack's clock."""
        return {
            name: to_seconds(now_ns - heard_ns)
            for name, (heard_ns, heard_s) in self._heard.items()
            if abs(now_ns - heard_ns) > self._limit_ns and steady_s - heard_s > self._limit_s
        }

    def problem(self, now_ns: int, steady_s: float) -> str:
        """Return who has fallen silent as a sentence; empty: nobody."""
        silent = self.silent(now_ns, steady_s)
        return "; ".join(f"{name} silent for {seconds:.1f} s" for name, seconds in silent.items())
