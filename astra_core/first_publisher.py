"""One publisher per topic: who was first is heard, who comes beside it is noticed. No ROS here.

ROS messages do not say who sent them, but the middleware numbers what each publisher sends. Numbers
of one publisher only grow; a number that does not comes from somebody else: from a process that was
restarted, and then the old one says no more, or from a second one beside it.
"""

from __future__ import annotations

from astra_core.time import from_seconds

__all__ = ["FirstPublisher"]

# Words that may have been lost between two that were heard.
_GAP = 100
_REMEMBERED_NS = from_seconds(3.0)
# Who has not come back for so long is dead: numbers like its own come from the other one.
_MISSED_NS = from_seconds(10.0)


class FirstPublisher:
    """Tells the words of the first publisher from those of others.

    Once the first has been silent for a while the next one takes its place. Whoever speaks after
    somebody else has spoken in between, shows that there are two.

    Attributes:
        num_successors: How often another publisher has taken the place of a silent one.
    """

    def __init__(self, patience_s: float) -> None:
        """Start with nothing heard.

        Args:
            patience_s: Silence after which the place is free.
        """
        self.num_successors = 0
        self._patience_ns = from_seconds(patience_s)
        self._newest: int | None = None
        self._former: int | None = None  # the newest number of who had the place before
        self._heard_ns = self._left_ns = 0
        self._was_interrupted = False
        self._second_ns: int | None = None

    def admit(self, number: int | None, steady_ns: int) -> bool:
        """Return whether a message is to be heard.

        Args:
            number: By which its publisher has numbered it, from one; ``None`` where the middleware
                numbers nothing: everybody is heard then.
            steady_ns: When it came, by a clock that only goes on.
        """
        if number is None:
            return True
        is_free = steady_ns - self._heard_ns > self._patience_ns
        if self._is_former(number, steady_ns):
            # Not dead, then, but slower than the patience.
            self._second_ns = steady_ns
            if not is_free:
                self._former = number
                return False
            self._former, self._left_ns = self._newest, steady_ns
        elif self._newest is not None and number <= self._newest:
            if not is_free:
                self._was_interrupted = True
                return False
            self.num_successors += 1
            self._former, self._left_ns = self._newest, steady_ns
            self._was_interrupted = False
        elif self._was_interrupted:
            self._second_ns, self._was_interrupted = steady_ns, False
        self._newest, self._heard_ns = number, steady_ns
        return True

    def has_second(self, steady_ns: int) -> bool:
        """Return whether two publishers have been heard in turn during the last three seconds."""
        return self._second_ns is not None and steady_ns - self._second_ns <= _REMEMBERED_NS

    def _is_former(self, number: int, steady_ns: int) -> bool:
        """Return whether a number goes on from who had the place before, not from who has it."""
        former, newest = self._former, self._newest
        if former is None or newest is None or steady_ns - self._left_ns > _MISSED_NS:
            return False
        return 0 < number - former <= _GAP and not 0 < number - newest <= number - former
