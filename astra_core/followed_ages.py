"""How old is what another computer sent, by that computer's clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from astra_core.ages import AgeClock
from astra_core.time import from_seconds, to_seconds

__all__ = ["FollowedAges"]

_WINDOW_NS = from_seconds(10.0)
_CONFIRMATIONS = 5


class FollowedAges(AgeClock):
    """Ages by the clock that one stream is stamped with, on whatever computer that runs.

    A stamp is behind the clock there by as long as its message was on the way. The quickest
    message of the last ten to twenty seconds shows by how much that clock is ahead of the steady
    one here, short of the shortest way (the one-sided half of what NTP does; clocks drift by less
    than a millisecond meanwhile). This computer's own wall clock does not count, whoever sets it.
    """

    def __init__(
        self,
        stamp_ahead_s: float,
        wall_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Go by this computer's wall clock until the stream begins; as :class:`SteadyAges`."""
        super().__init__(stamp_ahead_s, steady_ns)
        self._wall_ns = wall_ns
        self._lead_ns: int | None = None
        self._best_ns = self._window_end_ns = 0
        self._leaps: list[int] = []

    def follow(self, what: str, stamp_ns: int) -> None:
        """Take the stamp of a message of the stream that has just come.

        Raises:
            StampError: It leaps ahead; the clock there is believed to have done so once several
                messages say the same.
        """
        with self._lock:
            now_ns = self._steady_ns()
            lead_ns = stamp_ns - now_ns
            leap_ns = 0 if self._lead_ns is None else lead_ns - self._lead_ns
            leaps = leap_ns > self._ahead_ns
            if leaps and self._is_confirmed(lead_ns):
                self._lead_ns, leaps = None, False
            if not leaps:
                self._leaps.clear()
                self._learn(lead_ns, now_ns)
        if leaps:
            self._refuse(what, leap_ns)

    def begin_anew(self) -> None:
        """Forget the stream's clock: it was set back."""
        with self._lock:
            self._lead_ns = None
            self._leaps.clear()

    @property
    def now_ns(self) -> int:
        """Return the steady clock."""
        return self._steady_ns()

    @property
    def stamp_ns(self) -> int:
        """Return the clock of the stream."""
        with self._lock:
            lead_ns = self._lead_ns
        return self._wall_ns() if lead_ns is None else self._steady_ns() + lead_ns

    @property
    def problem(self) -> str:
        """Return nothing: the steady clock cannot fail."""
        return ""

    @property
    def offset_s(self) -> float:
        """Return by how much the clock of the stream is ahead of this computer's, as estimated."""
        return to_seconds(self.stamp_ns - self._wall_ns())

    @property
    def stamp_problem(self) -> str:
        """As in :class:`AgeClock`; an offset that is allowed for is told as well."""
        offset_s, limit_s = self.offset_s, to_seconds(self._ahead_ns)
        told = ""
        if abs(offset_s) > limit_s:
            side = "ahead of" if offset_s > 0.0 else "behind"
            told = (
                f"the robot's clock is {abs(offset_s):.2f} s {side} this computer's: allowed for, "
                "but set the clocks alike"
            )
        return "; ".join(filter(None, (told, super().stamp_problem)))

    def place(self, what: str, stamp_ns: int) -> int:
        """As in :class:`AgeClock`."""
        now_ns, age_ns = self._steady_ns(), self.stamp_ns - stamp_ns
        if -age_ns > self._ahead_ns:
            self._refuse(what, -age_ns)
        self._offsets.note(what, to_seconds(age_ns), now_ns)
        return now_ns - max(age_ns, 0)

    def take_set_back_s(self) -> float:
        """Return 0: whoever reads the stream sees its stamps go back."""
        return 0.0

    def _learn(self, lead_ns: int, now_ns: int) -> None:
        if self._lead_ns is None:
            self._lead_ns = self._best_ns = lead_ns
            self._window_end_ns = now_ns + _WINDOW_NS
            return
        self._best_ns = max(self._best_ns, lead_ns)
        self._lead_ns = max(self._lead_ns, lead_ns)
        if now_ns >= self._window_end_ns:
            self._lead_ns, self._best_ns = self._best_ns, lead_ns
            self._window_end_ns = now_ns + _WINDOW_NS

    def _is_confirmed(self, lead_ns: int) -> bool:
        if self._leaps and abs(lead_ns - self._leaps[-1]) > self._ahead_ns:
            self._leaps.clear()
        self._leaps.append(lead_ns)
        return len(self._leaps) >= _CONFIRMATIONS
