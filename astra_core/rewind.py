"""A sender whose clock was set back, told from a message that came late."""

from __future__ import annotations

from astra_core.ages import StampError
from astra_core.time import from_seconds, to_seconds

__all__ = ["Rewind"]

_MIN_MESSAGES = 5


class Rewind:
    """Watches the messages of a stream that are older than its newest.

    One that was overtaken stays alone. When nothing but such ones comes, and they grow among
    themselves, the sender lives in another time: its clock was set back, or a recording began
    again, and waiting until it has caught up may take for ever.
    """

    def __init__(self, span_s: float = 0.08, slack_s: float = 0.0) -> None:
        """Wait for the first late message.

        Args:
            span_s: By its own stamps: for how long a sender must have been late throughout.
            slack_s: Stamps that go back by up to this still grow: a set of several cameras.
        """
        self._span_ns, self._slack_ns = from_seconds(span_s), from_seconds(slack_s)
        self._num = 0
        self._first_ns = self._newest_ns = 0

    def set_back_s(self, stamp_ns: int, newest_ns: int) -> float:
        """Take a stamp of the stream.

        Args:
            stamp_ns: The stamp.
            newest_ns: The newest before it; the same stamp again is fine.

        Returns:
            0, or by how many seconds the sender's clock was set back: who asks begins anew.

        Raises:
            StampError: It is older, and so far it is only a message that was overtaken.
        """
        behind_s = to_seconds(newest_ns - stamp_ns)
        if behind_s <= 0.0:
            self.on_time()
            return 0.0
        if not self.late(stamp_ns):
            raise StampError(f"its stamp is {behind_s:.2f} s older than the newest")
        return behind_s

    def late(self, stamp_ns: int) -> bool:
        """Take a stamp older than the newest of its stream; return whether the sender began anew.

        That is said once; then it waits for late messages again.
        """
        if self._num == 0 or stamp_ns < self._newest_ns - self._slack_ns:
            self._num, self._first_ns, self._newest_ns = 1, stamp_ns, stamp_ns
            return False
        self._num += 1
        self._newest_ns = max(self._newest_ns, stamp_ns)
        if self._num < _MIN_MESSAGES or self._newest_ns - self._first_ns < self._span_ns:
            return False
        self._num = 0
        return True

    def on_time(self) -> None:
        """Take note of a message that was not late: whoever is late is not alone."""
        self._num = 0
