"""How late the gyro is behind the wheels: the shift at which both tell of the same turns."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["GyroDelay"]

_LONGEST_S = 0.5
_FORGET_S = 20.0
_ENOUGH = 0.05  # rad^2/s: turns that tell anything of a delay
_CLEARLY = 0.75  # the best shift must explain so much of what remains without one
_LEAST_S = 0.05  # less is the half interval and the filter of the unit, which are configured
_SLEW = 0.1  # s per s: the heading must not jump


class GyroDelay:
    """Compares the turn rates of the gyro with those of the wheels at earlier ticks.

    Attributes:
        delay_s: By how much the gyro is late beyond what is configured; 0 where it is not.
    """

    def __init__(self) -> None:
        """Start with a gyro that is not late."""
        self.delay_s = 0.0
        self.unsure_s = 0.15
        self._past: NDArray[np.float64] = np.zeros(0)
        self._remains: NDArray[np.float64] = np.zeros(0)
        self._turns = self._step_s = 0.0
        self._gyro_mean = self._wheels_mean = 0.0

    def add(self, gyro_rad_s: float, wheels_rad_s: float, dt_s: float) -> None:
        """Take in the mean turn rates of one tick."""
        if abs(dt_s - self._step_s) > 0.2 * self._step_s:
            self._step_s = dt_s
            self._past = np.zeros(1 + round(_LONGEST_S / dt_s))
            self._remains = np.zeros_like(self._past)
            self._turns = 0.0
        share = min(dt_s / _FORGET_S, 1.0)
        self._gyro_mean += share * (gyro_rad_s - self._gyro_mean)
        self._wheels_mean += share * (wheels_rad_s - self._wheels_mean)
        self._past[1:] = self._past[:-1]
        self._past[0] = wheels_rad_s - self._wheels_mean
        now = gyro_rad_s - self._gyro_mean
        keep = math.exp(-dt_s / _FORGET_S)
        self._remains = keep * self._remains + dt_s * (self._past - now) ** 2
        self._turns = keep * self._turns + dt_s * now * now
        wanted_s = self._best_s()
        if self._turns >= _ENOUGH and abs(wanted_s - self.delay_s) < 0.03:
            self.unsure_s = 0.02
        most = _SLEW * dt_s
        self.delay_s += min(max(wanted_s - self.delay_s, -most), most)

    def _best_s(self) -> float:
        if self._turns < _ENOUGH:
            return self.delay_s
        best = int(np.argmin(self._remains))
        found_s = best * self._step_s
        if found_s < _LEAST_S or self._remains[best] > _CLEARLY * self._remains[0]:
            return 0.0
        return found_s
