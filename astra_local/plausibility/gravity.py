"""Whether the accelerometer feels gravity where a robot that stands on its wheels must feel it."""

from __future__ import annotations

import math
from collections import deque

from astra_core.observation import ImuSample
from astra_core.time import from_seconds
from astra_local.plausibility.config import PlausibilityConfig

__all__ = ["GravityCheck"]

_GRAVITY_MPS2 = 9.81
_AXES = (("x", "ahead"), ("y", "to the left"), ("z", "up"))


class GravityCheck:
    """Judges the mean specific force: about 1 g, upward.

    Finds accelerations in g, an IMU upside down or on its side, axes that are swapped, and drivers
    that take gravity out. A unit without accelerometer says exactly zero and is not judged.
    """

    def __init__(self, config: PlausibilityConfig) -> None:
        """Start with nothing felt."""
        self._config = config
        self._felt: deque[tuple[int, tuple[float, float, float]]] = deque()
        self.problem = ""

    def add(self, sample: ImuSample) -> None:
        """Take a reading with the axes of ``base_link``; renews ``problem``."""
        c, force = self._config, sample.linear_acceleration_m_s2
        if force == (0.0, 0.0, 0.0):
            self._felt.clear()
            self.problem = ""
            return
        felt, window_ns = self._felt, from_seconds(c.gravity_s)
        if felt and not 0 < sample.stamp_ns - felt[-1][0] <= window_ns:
            felt.clear()
        felt.append((sample.stamp_ns, force))
        if felt[-1][0] - felt[0][0] < window_ns:
            return
        while felt[-1][0] - felt[1][0] >= window_ns:
            felt.popleft()
        self.problem = self._judge(*(math.fsum(f[axis] for _, f in felt) for axis in range(3)))

    def _judge(self, x: float, y: float, z: float) -> str:
        c, count = self._config, len(self._felt)
        mean = (x / count, y / count, z / count)
        size = math.hypot(*mean)
        if abs(size - _GRAVITY_MPS2) > c.gravity_tolerance_mps2:
            cause = "look at its units, and whether its driver takes gravity out"
            if abs(size * _GRAVITY_MPS2 - _GRAVITY_MPS2) < c.gravity_tolerance_mps2:
                cause = "it seems to count in g instead of m/s2"
            return f"the imu feels {size:.1f} m/s2 where gravity is 9.8: {cause}"
        if mean[2] >= size * math.cos(c.max_tilt_rad):
            return ""
        axis = max(range(3), key=lambda number: abs(mean[number]))
        if axis == 2 and mean[2] < 0.0:
            return (
                "the imu is upside down by its gravity: its mounting in /tf_static is wrong, or "
                "its driver turns its axes"
            )
        name, where = _AXES[axis]
        tilt = math.degrees(math.acos(max(-1.0, min(1.0, mean[2] / size))))
        side = f", most of it on its axis {name} ({where})" if axis != 2 else ""
        return (
            f"the imu feels gravity {tilt:.0f} degrees off the vertical{side}: its mounting in "
            "/tf_static is wrong, or the robot lies on its side"
        )
