"""How old is what I have: messages placed on a clock that nobody can set.

Silence and staleness are differences of times, and a clock that is set while the robot drives
makes nonsense of them. Everything that must be fresh is therefore *placed* once, when it comes, and
compared on the same clock from then on.

On a robot that clock is the steady one of the computer. What a message tells was true
``wall clock - stamp`` before it came; after that only the steady clock counts, so that a wall clock
that is set moves nothing that is already here. In simulated time the stamps are the clock, and the
steady one sees to it that ``/clock`` goes on at all.
"""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from astra_core.errors import AstraError
from astra_core.stamp_offsets import StampOffsets
from astra_core.time import from_seconds, to_seconds

__all__ = ["AgeClock", "SimulatedAges", "StampError", "SteadyAges"]

# A clock that is heard less often than this is no clock to judge stamps by.
_MAX_CLOCK_PERIOD_NS = from_seconds(1.0)
# Time servers slew a clock by less than this between two looks at it; more was set by somebody.
_SET_BACK_NS = from_seconds(0.1)
_MAX_READING_NS = from_seconds(0.01)
# /clock may begin anywhere, but then goes on evenly: one message far ahead is a slip.
_MAX_CLOCK_STEP_NS = from_seconds(10.0)


class StampError(AstraError, ValueError):
    """A stamp cannot be true; one line says why. Nothing of its message is kept."""


class AgeClock(ABC):
    """The clock of one node. Thread-safe."""

    def __init__(self, stamp_ahead_s: float, steady_ns: Callable[[], int]) -> None:
        """Start with nothing placed.

        Args:
            stamp_ahead_s: Stamps further ahead than this are refused.
            steady_ns: Reads a clock that only goes on.
        """
        self._steady_ns = steady_ns
        self._ahead_ns = from_seconds(stamp_ahead_s)
        self._lock = threading.Lock()
        self._offsets = StampOffsets(stamp_ahead_s)

    @property
    @abstractmethod
    def now_ns(self) -> int:
        """Return the moment now; differences of moments are ages."""

    @property
    @abstractmethod
    def stamp_ns(self) -> int:
        """Return what a message that is made now is stamped with."""

    @property
    @abstractmethod
    def problem(self) -> str:
        """Say why nothing can be judged at present; empty when it can."""

    @property
    def stamp_problem(self) -> str:
        """Say whose stamps do not fit this clock, and by how much; empty when all do."""
        return self._offsets.problem(self._steady_ns())

    @abstractmethod
    def place(self, what: str, stamp_ns: int) -> int:
        """Return the moment at which a message that came now was true.

        Args:
            what: How the message is called in sentences.
            stamp_ns: Its stamp.

        Raises:
            StampError: It is stamped too far ahead of the clock.
        """

    @abstractmethod
    def take_set_back_s(self) -> float:
        """Return by how many seconds the clock was set back since the last call, 0 if it was not.

        Whoever asks begins anew: what was placed before has no age any more in simulated time.
        """

    def _refuse(self, what: str, ahead_ns: int) -> None:
        ahead_s = to_seconds(ahead_ns)
        self._offsets.note(what, -ahead_s, self._steady_ns())
        raise StampError(f"{what} is stamped {ahead_s:.2f} s in the future")


class SteadyAges(AgeClock):
    """Ages on a robot: by arrival, on the steady clock, plus the age that a stamp tells then."""

    def __init__(
        self,
        stamp_ahead_s: float,
        wall_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Read both clocks.

        Args:
            stamp_ahead_s: See :class:`AgeClock`.
            wall_ns: Reads the clock that stamps are made with.
            steady_ns: See :class:`AgeClock`.
        """
        super().__init__(stamp_ahead_s, steady_ns)
        self._wall_ns = wall_ns
        self._offset_ns = wall_ns() - steady_ns()

    @property
    def now_ns(self) -> int:
        """Return the steady clock."""
        return self._steady_ns()

    @property
    def stamp_ns(self) -> int:
        """Return the wall clock."""
        return self._wall_ns()

    @property
    def problem(self) -> str:
        """Return nothing: this clock cannot fail."""
        return ""

    def place(self, what: str, stamp_ns: int) -> int:
        """As in :class:`AgeClock`; a stamp a little ahead counts as now."""
        now_ns, age_ns = self._steady_ns(), self._wall_ns() - stamp_ns
        if -age_ns > self._ahead_ns:
            self._refuse(what, -age_ns)
        self._offsets.note(what, to_seconds(age_ns), now_ns)
        return now_ns - max(age_ns, 0)

    def take_set_back_s(self) -> float:
        """As in :class:`AgeClock`; what was placed before keeps its age all the same."""
        start_ns, wall_ns, end_ns = self._steady_ns(), self._wall_ns(), self._steady_ns()
        if end_ns - start_ns > _MAX_READING_NS:
            return 0.0  # held up between the two: they do not belong together
        with self._lock:
            before_ns, self._offset_ns = self._offset_ns, wall_ns - start_ns
        back_ns = before_ns - self._offset_ns
        return to_seconds(back_ns) if back_ns > _SET_BACK_NS else 0.0


class SimulatedAges(AgeClock):
    """Ages where ``/clock`` tells the time: stamps themselves are the moments."""

    def __init__(
        self,
        stamp_ahead_s: float,
        clock_timeout_s: float,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Wait for the first ``/clock``.

        Args:
            stamp_ahead_s: See :class:`AgeClock`; counted from the next ``/clock`` that is due.
            clock_timeout_s: Steady time without ``/clock`` after which nothing can be judged.
            steady_ns: See :class:`AgeClock`.
        """
        super().__init__(stamp_ahead_s, steady_ns)
        self._timeout_s = clock_timeout_s
        self._clock_ns: int | None = None
        self._newest_ns = self._period_ns = self._heard_ns = 0
        self._suspect_ns: int | None = None
        self._set_back_s = 0.0

    def hear(self, clock_ns: int) -> None:
        """Take a message of ``/clock``.

        Raises:
            StampError: It is before the epoch, or far ahead of the one before; if the next one
                agrees with it, that one is taken.
        """
        if clock_ns < 0:
            raise StampError("/clock tells a time before the epoch")
        with self._lock:
            self._heard_ns = self._steady_ns()
            before_ns = self._clock_ns
            if before_ns is not None:
                step_ns = clock_ns - before_ns
                if step_ns > _MAX_CLOCK_STEP_NS and not self._is_confirmed(clock_ns):
                    self._suspect_ns = clock_ns
                    raise StampError(f"/clock leaps ahead by {to_seconds(step_ns):.1f} s")
                if step_ns < -_SET_BACK_NS:
                    self._set_back_s = to_seconds(-step_ns)
                    self._newest_ns = clock_ns
                elif step_ns > 0:
                    self._period_ns = min(step_ns, _MAX_CLOCK_PERIOD_NS)
            self._suspect_ns = None
            self._clock_ns = clock_ns
            self._newest_ns = max(self._newest_ns, clock_ns)

    def advance(self, stamp_ns: int) -> None:
        """Take a stamp that was placed for the time now: messages of a tick precede its clock."""
        with self._lock:
            self._newest_ns = max(self._newest_ns, stamp_ns)

    @property
    def now_ns(self) -> int:
        """Return the newest simulated time that is known; 0 before the first ``/clock``."""
        with self._lock:
            return self._newest_ns

    @property
    def stamp_ns(self) -> int:
        """Return :attr:`now_ns`."""
        return self.now_ns

    @property
    def problem(self) -> str:
        """Say that there is no ``/clock`` yet, or no more."""
        with self._lock:
            if self._clock_ns is None:
                return "use_sim_time is set and /clock was never heard"
            silent_s = to_seconds(self._steady_ns() - self._heard_ns)
        return f"/clock silent for {silent_s:.1f} s" if silent_s > self._timeout_s else ""

    def place(self, what: str, stamp_ns: int) -> int:
        """As in :class:`AgeClock`; before the first ``/clock`` every stamp may be true."""
        with self._lock:
            clock_ns, period_ns = self._clock_ns, self._period_ns
        if clock_ns is not None:
            ahead_ns = stamp_ns - clock_ns
            if ahead_ns > self._ahead_ns + period_ns:
                self._refuse(what, ahead_ns)
            self._offsets.note(what, to_seconds(-ahead_ns), self._steady_ns())
        return stamp_ns

    def take_set_back_s(self) -> float:
        """As in :class:`AgeClock`."""
        with self._lock:
            back_s, self._set_back_s = self._set_back_s, 0.0
        return back_s

    def _is_confirmed(self, clock_ns: int) -> bool:
        return (
            self._suspect_ns is not None and 0 <= clock_ns - self._suspect_ns <= _MAX_CLOCK_STEP_NS
        )
