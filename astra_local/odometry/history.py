"""Past poses, to ask where the robot was when an image was exposed."""

from __future__ import annotations

import bisect
import threading

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.records import LocalOdometry
from astra_core.time import from_seconds, to_seconds

__all__ = ["OdometryHistory"]

_MAX_AHEAD_S = 0.2


class OdometryHistory:
    """A short ring of estimates; safe to read while another thread appends."""

    def __init__(self, length_s: float) -> None:
        """Keep estimates for ``length_s`` seconds."""
        self._length_ns = from_seconds(length_s)
        self._stamps: list[int] = []
        self._estimates: list[LocalOdometry] = []
        self._lock = threading.Lock()

    def append(self, estimate: LocalOdometry) -> None:
        """Add an estimate; one that is not newer than the last replaces nothing and is dropped."""
        with self._lock:
            if self._stamps and estimate.stamp_ns <= self._stamps[-1]:
                return
            self._stamps.append(estimate.stamp_ns)
            self._estimates.append(estimate)
            if self._stamps[-1] - self._stamps[0] > 2 * self._length_ns:
                cut = bisect.bisect_left(self._stamps, self._stamps[-1] - self._length_ns)
                self._stamps, self._estimates = self._stamps[cut:], self._estimates[cut:]

    def latest(self) -> LocalOdometry | None:
        """Return the newest estimate."""
        with self._lock:
            return self._estimates[-1] if self._estimates else None

    def pose_at(self, stamp_ns: int) -> NDArray[np.float64] | None:
        """Return the pose ``(3,)`` in ``odom`` at a stamp.

        Between estimates it is interpolated, up to 0.2 s after the newest it is extrapolated with
        the velocity; ``None`` outside.
        """
        with self._lock:
            if not self._stamps or stamp_ns < self._stamps[0]:
                return None
            index = bisect.bisect_left(self._stamps, stamp_ns)
            if index < len(self._stamps):
                after = self._estimates[index]
                before = self._estimates[max(index - 1, 0)]
            else:
                before = after = self._estimates[-1]
        if stamp_ns > after.stamp_ns:
            dt = to_seconds(stamp_ns - after.stamp_ns)
            if dt > _MAX_AHEAD_S:
                return None
            v, w = after.velocity.linear_mps, after.velocity.angular_rad_s
            turn = w * dt
            step = np.array([v * dt * np.cos(turn / 2), v * dt * np.sin(turn / 2), turn])
            return se2.compose(after.pose, step)
        if after.stamp_ns == before.stamp_ns:
            return after.pose.copy()
        share = (stamp_ns - before.stamp_ns) / (after.stamp_ns - before.stamp_ns)
        pose = before.pose + share * (after.pose - before.pose)
        turn = wrap_angle(float(after.pose[2] - before.pose[2]))
        pose[2] = wrap_angle(float(before.pose[2] + share * turn))
        return pose
