"""One publisher per topic: who was first is heard, who comes beside it is noticed. No ROS here.

ROS messages do not say who sent them, but the middleware numbers what each publisher sends. Numbers
of one publisher only grow; a number that does not comes from somebody else.
"""

from __future__ import annotations

from astra_core.time import from_seconds

__all__ = ["FirstPublisher"]


class FirstPublisher:
    """Tells the words of the first publisher from those of others.

    Once the first has been silent for a while the next one takes its place: a process that was
    restarted numbers from one again.

    Attributes:
        num_successors: How often another publisher has taken the place of a silent one.
    """

    def __init__(self, patience_s: float) -> None:
        """Start with nothing heard.

        Args:
            patience_s: Silence after which the place is free, and after which a second publisher
                is taken to be gone.
        """
        self.num_successors = 0
        self._patience_ns = from_seconds(patience_s)
        self._newest: int | None = None
        self._heard_ns = 0
        self._second_ns: int | None = None

    def admit(self, number: int | None, now_ns: int) -> bool:
        """Return whether a message is to be heard.

        Args:
            number: By which its publisher has numbered it, from one; ``None`` where the middleware
                numbers nothing: everybody is heard then.
            now_ns: When it came, by the clock that silence is measured with.
        """
        if number is None:
            return True
        if self._newest is not None and number <= self._newest:
            if abs(now_ns - self._heard_ns) <= self._patience_ns:
                self._second_ns = now_ns
                return False
            self.num_successors += 1
        self._newest, self._heard_ns = number, now_ns
        return True

    def has_second(self, now_ns: int) -> bool:
        """Return whether a second publisher has been heard lately."""
        return self._second_ns is not None and abs(now_ns - self._second_ns) <= self._patience_ns
