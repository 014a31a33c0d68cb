"""How much speed the body has lost of late that its wheels have not: an accelerometer's jolt."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

from astra_core.observation import ImuSample
from astra_core.time import from_seconds, to_seconds

__all__ = ["JoltMeter", "forget_before"]

_JOLT_S = 0.15
_LEVEL_S = 2.0
_WARM_S = 1.0
_SIGMAS = 6.0
_LARGEST_SURPRISE_MPS2 = 1.0
# Counts of the encoders alone, as acceleration, scatter by about so much.
_QUIET_MPS2 = 0.3
_LARGEST_GROWTH = 10.0
_LONGEST_STEP_S = 0.05
# No accelerometer of a robot reads more (16 g): more is a broken sample.
_IMPOSSIBLE_MPS2 = 160.0
# More cannot be bias and tilt, be gravity on the wrong axis.
_LARGEST_LEVEL_MPS2 = 12.0


class JoltMeter:
    """Compares the accelerometer's forward axis with the change of the wheels' speed.

    It levels itself: bias and tilt are the mean of what the wheels do not explain, and what
    scatters about it is vibration, above which a jolt must stand out.
    """

    def __init__(self) -> None:
        """Start with nothing felt; the first second of rolling only tells how the body shakes."""
        self._lacks: deque[tuple[int, float]] = deque()  # stamp, change of speed unexplained
        self._last_ns: int | None = None
        self._level: float | None = None
        self._variance = _QUIET_MPS2**2
        self._warm_s = 0.0
        self._speed = 0.0
        self._step_s = 0.01

    def take(self, samples: tuple[ImuSample, ...], speed_mps: float) -> None:
        """Take the readings of a tick, at whose end the wheels have a speed."""
        gained = speed_mps - self._speed
        self._speed = speed_mps
        for sample in samples:
            ahead, stamp_ns = sample.linear_acceleration_m_s2[0], sample.stamp_ns
            step_s = 0.0 if self._last_ns is None else to_seconds(stamp_ns - self._last_ns)
            self._last_ns = stamp_ns
            if not 0.0 < step_s <= _LONGEST_STEP_S:
                self._lacks.clear()
                continue
            self._step_s = step_s
            unexplained = ahead - gained / (len(samples) * step_s)
            if abs(unexplained) <= _IMPOSSIBLE_MPS2:  # false for what is no number
                self._learn(unexplained, stamp_ns)

    def _learn(self, unexplained: float, stamp_ns: int) -> None:
        if self._level is None:
            self._level = min(max(unexplained, -_LARGEST_LEVEL_MPS2), _LARGEST_LEVEL_MPS2)
        surprise = unexplained - self._level
        share = min(self._step_s / _LEVEL_S, 1.0)
        self._level += share * min(max(surprise, -_LARGEST_SURPRISE_MPS2), _LARGEST_SURPRISE_MPS2)
        if self._speed != 0.0:  # a robot that stands does not know how it will shake
            square = min(surprise * surprise, _LARGEST_GROWTH * self._variance)
            self._variance += share * (max(square, _QUIET_MPS2**2) - self._variance)
            self._warm_s += self._step_s
        self._lacks.append((stamp_ns, surprise * self._step_s))
        forget_before(self._lacks, stamp_ns - from_seconds(_JOLT_S))

    def lost_mps(self, sign: float) -> float:
        """Return the speed lost against a direction, beyond what vibration feigns; 0 if unsure.

        Args:
            sign: +1 where the robot drives ahead, -1 where it drives back.
        """
        if self._warm_s < _WARM_S or not self._lacks:
            return 0.0
        lost = -sign * sum(change for _, change in self._lacks)
        noise = math.sqrt(self._variance * len(self._lacks)) * self._step_s
        return lost if lost > _SIGMAS * noise else 0.0


def forget_before(samples: deque[Any], before_ns: int) -> None:
    """Drop samples, tuples that begin with their stamp, that are older than a stamp."""
    while samples and samples[0][0] < before_ns:
        samples.popleft()
