"""Local odometry of the last minute, so that a late fix can be applied at its image's stamp."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.records import LocalOdometry
from astra_core.time import from_seconds, to_seconds

__all__ = ["Motion", "OdometryBuffer"]


@dataclass(frozen=True, eq=False)
class Motion:
    """How the robot moved between two stamps, by odometry alone.

    Attributes:
        relative: ``(3,)`` pose at the second stamp seen from the pose at the first.
        length_m: Way driven between them, both directions counted; never negative.
        turn_rad: Sum of absolute turns; never negative.
        seconds: Time between the stamps; never negative.
    """

    relative: NDArray[np.float64]
    length_m: float
    turn_rad: float
    seconds: float


class OdometryBuffer:
    """A window of ``T_odom_base`` over time, linearly interpolated.

    Not thread safe: the owner holds its lock. Adding is O(1) amortised, asking is O(log n).
    """

    def __init__(self, window_s: float = 60.0, tolerance_s: float = 0.2) -> None:
        """Keep ``window_s`` seconds; answer at most ``tolerance_s`` beyond either end."""
        self._window_ns = from_seconds(window_s)
        self._tolerance_ns = from_seconds(tolerance_s)
        self._stamps: list[int] = []
        # x, y, theta (unwrapped), way so far, turn so far
        self._rows: list[tuple[float, float, float, float, float]] = []
        self._total_length_m = 0.0

    def __len__(self) -> int:
        """Return how many samples are held."""
        return len(self._stamps)

    @property
    def newest_ns(self) -> int | None:
        """Return the newest stamp, or ``None`` when empty."""
        return self._stamps[-1] if self._stamps else None

    @property
    def total_length_m(self) -> float:
        """Return the way driven since the start (not only within the window)."""
        return self._total_length_m

    def add(self, odometry: LocalOdometry) -> bool:
        """Append one sample.

        Returns:
            ``False`` if it was ignored: not newer than the last one, or not finite.
        """
        pose = np.asarray(odometry.pose, dtype=np.float64)
        if not np.isfinite(pose).all():
            return False
        x, y, theta = (float(value) for value in pose)
        if not self._stamps:
            self._stamps.append(odometry.stamp_ns)
            self._rows.append((x, y, theta, 0.0, 0.0))
            return True
        if odometry.stamp_ns <= self._stamps[-1]:
            return False
        last = self._rows[-1]
        turn = wrap_angle(theta - last[2])
        step = float(np.hypot(x - last[0], y - last[1]))
        self._total_length_m += step
        self._stamps.append(odometry.stamp_ns)
        self._rows.append((x, y, last[2] + turn, last[3] + step, last[4] + abs(turn)))
        self._trim()
        return True

    def pose_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """Return ``T_odom_base`` ``(3,)`` at a stamp, ``None`` where nothing is known."""
        row = self._row_at(stamp_ns)
        return None if row is None else np.array([row[0], row[1], wrap_angle(float(row[2]))])

    def motion(self, from_ns: int, to_ns: int) -> Motion | None:
        """Return the motion between two stamps (either order), ``None`` where unknown."""
        first, second = self._row_at(from_ns), self._row_at(to_ns)
        if first is None or second is None:
            return None
        return Motion(
            relative=se2.between(first[:3], second[:3]),
            length_m=abs(float(second[3] - first[3])),
            turn_rad=abs(float(second[4] - first[4])),
            seconds=abs(to_seconds(to_ns - from_ns)),
        )

    def _row_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        if not self._stamps:
            return None
        if stamp_ns < self._stamps[0] - self._tolerance_ns:
            return None
        if stamp_ns > self._stamps[-1] + self._tolerance_ns:
            return None
        after = bisect_left(self._stamps, stamp_ns)
        if after == 0:
            return np.array(self._rows[0])
        if after == len(self._stamps):
            return np.array(self._rows[-1])
        t0, t1 = self._stamps[after - 1], self._stamps[after]
        weight = (stamp_ns - t0) / (t1 - t0)
        first, second = np.array(self._rows[after - 1]), np.array(self._rows[after])
        return first + weight * (second - first)

    def _trim(self) -> None:
        oldest_ns = self._stamps[-1] - self._window_ns
        # Trim in blocks: deleting from the front of a list is linear in its length.
        if self._stamps[0] < oldest_ns - self._window_ns // 8:
            keep = bisect_right(self._stamps, oldest_ns) - 1
            del self._stamps[:keep]
            del self._rows[:keep]
