"""Odometry of the last seconds: where the robot was at a stamp, and how it moved between two.

Images and fixes come late. Both halves of the stack ask here where the robot was when the picture
was taken. Two questions that differ at the ends of the buffer:

- :meth:`OdometryBuffer.pose_at`: where is the robot? After the newest sample it is predicted with
  the velocity, because who drives cannot wait.
- :meth:`OdometryBuffer.driven_at` and :meth:`OdometryBuffer.motion`: what was driven? Measured
  only; a little beyond an end the sample there is held.
"""

from __future__ import annotations

import threading
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
    """A window of odometry over time. Safe to read while another thread adds.

    Adding is O(1) amortised, asking is O(log n).
    """

    def __init__(self, window_s: float = 60.0, tolerance_s: float = 0.2) -> None:
        """Keep ``window_s`` seconds; answer at most ``tolerance_s`` beyond an end."""
        self._window_ns = from_seconds(window_s)
        self._tolerance_ns = from_seconds(tolerance_s)
        self._stamps: list[int] = []
        self._samples: list[LocalOdometry] = []
        # x, y, theta (unwrapped), way so far, turn so far
        self._driven: list[tuple[float, float, float, float, float]] = []
        self._total_length_m = 0.0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many samples are held."""
        return len(self._stamps)

    @property
    def latest(self) -> LocalOdometry | None:
        """Return the newest sample, or ``None`` when empty."""
        with self._lock:
            return self._samples[-1] if self._samples else None

    @property
    def newest_ns(self) -> int | None:
        """Return the newest stamp, or ``None`` when empty."""
        with self._lock:
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
        with self._lock:
            driven = (x, y, theta, 0.0, 0.0)
            if self._stamps:
                if odometry.stamp_ns <= self._stamps[-1]:
                    return False
                last = self._driven[-1]
                turn = wrap_angle(theta - last[2])
                step = float(np.hypot(x - last[0], y - last[1]))
                self._total_length_m += step
                driven = (x, y, last[2] + turn, last[3] + step, last[4] + abs(turn))
            self._stamps.append(odometry.stamp_ns)
            self._samples.append(odometry)
            self._driven.append(driven)
            self._trim()
        return True

    def pose_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """Return the pose ``(3,)`` in ``odom`` at a stamp.

        Between samples it is interpolated, up to the tolerance after the newest it is predicted
        with the velocity; ``None`` outside.
        """
        with self._lock:
            if not self._stamps or stamp_ns < self._stamps[0]:
                return None
            index = min(bisect_left(self._stamps, stamp_ns), len(self._stamps) - 1)
            before, after = self._samples[max(index - 1, 0)], self._samples[index]
        if stamp_ns > after.stamp_ns:
            return self._predicted(after, stamp_ns)
        if after.stamp_ns == before.stamp_ns:
            return after.pose.copy()
        share = (stamp_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
        pose: NDArray[np.float64] = before.pose + share * (after.pose - before.pose)
        turn = wrap_angle(float(after.pose[2] - before.pose[2]))
        pose[2] = wrap_angle(float(before.pose[2] + share * turn))
        return pose

    def driven_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """Return the measured pose ``(3,)`` in ``odom`` at a stamp, as :meth:`motion` counts it.

        Up to the tolerance beyond either end the sample there is held; ``None`` outside.
        """
        row = self._row_at(stamp_ns)
        return None if row is None else np.array([row[0], row[1], wrap_angle(float(row[2]))])

    def motion(self, from_ns: int, to_ns: int) -> Motion | None:
        """Return the measured motion between two stamps (either order), ``None`` where unknown."""
        first, second = self._row_at(from_ns), self._row_at(to_ns)
        if first is None or second is None:
            return None
        return Motion(
            relative=se2.between(first[:3], second[:3]),
            length_m=abs(float(second[3] - first[3])),
            turn_rad=abs(float(second[4] - first[4])),
            seconds=abs(to_seconds(to_ns - from_ns)),
        )

    def _predicted(self, newest: LocalOdometry, stamp_ns: int) -> NDArray[np.float64] | None:
        if stamp_ns - newest.stamp_ns > self._tolerance_ns:
            return None
        dt = to_seconds(stamp_ns - newest.stamp_ns)
        v, w = newest.velocity.linear_mps, newest.velocity.angular_rad_s
        turn = w * dt
        step = np.array([v * dt * np.cos(turn / 2), v * dt * np.sin(turn / 2), turn])
        return se2.compose(newest.pose, step)

    def _row_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        with self._lock:
            if not self._stamps:
                return None
            if stamp_ns < self._stamps[0] - self._tolerance_ns:
                return None
            if stamp_ns > self._stamps[-1] + self._tolerance_ns:
                return None
            after = bisect_left(self._stamps, stamp_ns)
            if after == 0:
                return np.array(self._driven[0])
            if after == len(self._stamps):
                return np.array(self._driven[-1])
            t0, t1 = self._stamps[after - 1], self._stamps[after]
            first, second = np.array(self._driven[after - 1]), np.array(self._driven[after])
        row: NDArray[np.float64] = first + (stamp_ns - t0) / (t1 - t0) * (second - first)
        return row

    def _trim(self) -> None:
        oldest_ns = self._stamps[-1] - self._window_ns
        # Trim in blocks: deleting from the front of a list is linear in its length.
        if self._stamps[0] < oldest_ns - self._window_ns // 8:
            keep = bisect_right(self._stamps, oldest_ns) - 1
            del self._stamps[:keep], self._samples[:keep], self._driven[:keep]
