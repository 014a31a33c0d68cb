"""Samples that may enter the filter: finite, in order, not old; the others are counted."""

from __future__ import annotations

import math
from collections import Counter

from astra_core.observation import ImuSample, WheelSample
from astra_core.time import from_seconds
from astra_local.odometry.stamps import StampGate

__all__ = ["SampleGate"]


class SampleGate:
    """Judges samples of IMU and wheels, each by the stamps of its own kind.

    Attributes:
        refused: How many samples were refused, by reason (``imu late``, ``wheel not finite``, ...).
    """

    def __init__(self, max_gap_s: float, max_late_s: float) -> None:
        """Start without a past.

        Args:
            max_gap_s: Longer jumps of a clock need a second sample.
            max_late_s: A sample may be this late behind the filter.
        """
        self._gates = {name: StampGate(max_gap_s) for name in ("imu", "wheel")}
        self._max_late_ns = from_seconds(max_late_s)
        self.refused: Counter[str] = Counter()

    def accept(self, sample: ImuSample | WheelSample, now_ns: int | None) -> bool:
        """Return whether a sample may enter a filter that stands at ``now_ns``."""
        name = "imu" if isinstance(sample, ImuSample) else "wheel"
        if isinstance(sample, ImuSample):
            values: tuple[float, ...] = (
                *sample.angular_velocity_rad_s,
                *sample.linear_acceleration_m_s2,
            )
        else:
            values = (sample.linear_velocity_mps, sample.angular_velocity_rad_s)
        problem = self._gates[name].problem(sample.stamp_ns)
        if not problem and not all(math.isfinite(value) for value in values):
            problem = "not finite"
        if not problem and now_ns is not None:
            problem = "late" if sample.stamp_ns < now_ns - self._max_late_ns else ""
        if problem:
            self.refused[f"{name} {problem}"] += 1
            return False
        self._gates[name].take(sample.stamp_ns)
        return True
