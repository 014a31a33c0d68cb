"""Whether wheels and gyro tell of the same turn."""

from __future__ import annotations

import math

from astra_local.plausibility.config import PlausibilityConfig
from astra_local.plausibility.cusum import Cusum

__all__ = ["TurnCheck"]

_CONFIRMATIONS = 3
_BIAS_S = 10.0
_MOTION_S = 2.0  # a contradiction is put into words by the turns of about so long


class TurnCheck:
    """Sums up what wheels and gyro say the robot has turned by, and finds what one makes up.

    Nobody can tell which of the two is wrong, but their ratio tells a lot.
    """

    def __init__(self, config: PlausibilityConfig) -> None:
        """Start at rest, without a bias."""
        self._config = config
        self._cusum = Cusum(config.turn_limit_rad, _CONFIRMATIONS)
        self._bias = self._watched_s = self._pause_s = 0.0
        self._gyro = self._wheels = 0.0

    @property
    def contradicts(self) -> bool:
        """Return whether the two contradict each other now."""
        return self._cusum.alarmed

    @property
    def sum_rad(self) -> float:
        """Return how far they have drifted apart beyond what healthy sensors may."""
        return self._cusum.sum

    def add(self, gyro_rad: float, wheels_rad: float, driven_m: float, dt_s: float) -> None:
        """Take in one step.

        Args:
            gyro_rad: Turn by the gyro.
            wheels_rad: Turn by the wheels.
            driven_m: Way by the wheels, signed.
            dt_s: Its length, > 0.
        """
        if self._pause_s > 0.0:
            self._pause_s -= dt_s
            return
        c = self._config
        difference = gyro_rad - wheels_rad
        # The first seconds count in full, or a healthy unit would be suspected of its own bias.
        self._watched_s += dt_s
        share = min(dt_s / min(self._watched_s, _BIAS_S), 1.0)
        if not self._cusum.alarmed:
            self._bias += share * (difference / dt_s - self._bias)
            self._bias = min(max(self._bias, -c.gyro_bias_rad_s), c.gyro_bias_rad_s)
        turned = max(abs(gyro_rad), abs(wheels_rad))
        allowance = c.turn_per_s * dt_s + c.turn_per_rad * turned + c.turn_per_m * abs(driven_m)
        self._cusum.add(difference - self._bias * dt_s, allowance)
        keep = math.exp(-dt_s / _MOTION_S)
        if not self._cusum.alarmed:
            self._gyro = keep * self._gyro + gyro_rad
            self._wheels = keep * self._wheels + wheels_rad

    def pause(self, seconds: float) -> None:
        """Compare nothing for a while, and forget what was not yet a contradiction."""
        if not self.contradicts:
            self.reset()
            self._pause_s = seconds

    def reset(self) -> None:
        """Forget the contradiction, but not the bias."""
        self._cusum.reset()
        self._gyro = self._wheels = 0.0

    @property
    def reason(self) -> str:
        """Return the contradiction in words; it is there."""
        gyro, wheels = self._gyro, self._wheels
        turns = (
            f"the gyro of the imu says {math.degrees(gyro):+.0f} degrees, "
            f"the wheels say {math.degrees(wheels):+.0f}"
        )
        return f"{turns}: {self._cause(gyro, wheels)}"

    def _cause(self, gyro: float, wheels: float) -> str:
        still = 0.25 * max(abs(gyro), abs(wheels))
        if abs(wheels) <= still:
            return (
                "the wheels do not turn or say nothing, the gyro is biased, or the robot is "
                "turned by somebody"
            )
        if abs(gyro) <= still:
            return "the gyro is stuck or measures no turn, or the wheels slip"
        ratio = gyro / wheels
        if ratio < 0.0:
            return (
                "one of them has the wrong sign (left and right wheels swapped, gyro or its "
                "mounting upside down)"
            )
        if ratio > 10.0:
            return "the gyro seems to count in degrees instead of radians"
        if ratio > 1.0:
            return "the wheels report too little (radius, track, counts) or the gyro too much"
        if ratio < 1.0 / 10.0:
            return "the wheels seem to count in degrees instead of radians"
        return "the wheels report too much (radius, track, counts; do they slip?) or the gyro lags"
