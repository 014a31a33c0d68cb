"""Whether a sensor that trembles says the same thing again and again."""

from __future__ import annotations

import math

from astra_core.time import from_seconds, to_seconds

__all__ = ["Freeze"]

_KEEP = 0.98  # shares are of the last fifty readings or so
_LEARNED = 50
# Of the changes of white noise two thirds turn back; of motion without noise hardly any do.
_NOISY = 0.4
# Standing, a sensor that trembles hardly ever says the same twice, one without noise always does.
_NOISELESS = 0.5
_CHANCE = math.log(1e-7)  # of so many equal readings in a row, in a sensor that works
_FEWEST = 8


class Freeze:
    """Learns how often readings repeat, and finds too long a row of the same.

    Simulated sensors without noise repeat themselves while nothing changes; they are not judged.
    They are known by what they say while the robot stands: in motion a controller that corrects
    its course to and fro looks like noise.
    """

    def __init__(self, least_s: float) -> None:
        """Start with nothing learned.

        Args:
            least_s: Shorter rows of the same reading are never a fault.
        """
        self._least_ns = from_seconds(least_s)
        self._reading: tuple[float, ...] | None = None
        self._step = 0.0
        self._count = self._same = self._same_standing = 0
        self._repeats = self._turns_back = 0.0
        self._standing = self._standing_same = 0.0
        self._since_ns = self._last_ns = 0

    def add(self, stamp_ns: int, reading: tuple[float, ...], stands: bool = False) -> None:
        """Take a reading.

        Args:
            stamp_ns: Its stamp.
            reading: Its values.
            stands: The robot is known to stand.
        """
        before, self._reading = self._reading, reading
        self._last_ns = stamp_ns
        if reading == before:
            self._same += 1
            self._same_standing += stands
            return
        if before is not None:
            self._count += 1 + self._same
            keep = _KEEP ** (1 + self._same)
            self._repeats = keep * self._repeats + (1.0 - keep) * self._same / (1 + self._same)
            standing = self._same_standing + stands
            keep = _KEEP**standing
            self._standing = keep * self._standing + standing
            self._standing_same = keep * self._standing_same + self._same_standing
            step = math.fsum(reading) - math.fsum(before)
            self._turns_back = _KEEP * self._turns_back + (1.0 - _KEEP) * (step * self._step < 0.0)
            self._step = step
        self._same = self._same_standing = 0
        self._since_ns = stamp_ns

    @property
    def frozen_s(self) -> float:
        """Return for how long it has been frozen; 0 where it is not."""
        if self._count < _LEARNED or self._turns_back < _NOISY * self._learned:
            return 0.0
        if self._standing_same > _NOISELESS * self._standing:
            return 0.0
        longest = max(_FEWEST, _CHANCE / math.log(min(max(self._repeats, 0.05), 0.95)))
        same_ns = self._last_ns - self._since_ns
        if self._same < longest or same_ns < self._least_ns:
            return 0.0
        return to_seconds(same_ns)

    @property
    def _learned(self) -> float:
        return 1.0 - float(_KEEP ** min(self._count, 1000))
