"""Whether wheels and accelerometer tell of the same change of speed."""

from __future__ import annotations

import math
from collections import deque

from astra_local.plausibility.config import PlausibilityConfig
from astra_local.plausibility.cusum import Cusum

__all__ = ["SpeedCheck"]

_CONFIRMATIONS = 3
_LEVEL_S = 5.0  # over which bias, tilt and slope are learned
_SLOPES_MPS2 = 0.1  # more is the robot that speeds up, not a slope
_PITCH_S = 120.0  # over which the turns of the gyro about y are believed
_PITCH_BIAS_S = 20.0
_PITCHES_RAD_S = 0.03  # faster is the robot that pitches, not a bias
_SETTLED_S = 0.8
_NOISE_S = 2.0
_FALSE_ALARM = math.log(1e9)
_GRAVITY_MPS2 = 9.81
# No robot among people accelerates so hard: it was struck, and shakes for a moment.
_IMPACT_MPS2 = 4.0
_SHAKES_S = 0.2


class SpeedCheck:
    """Sums up the acceleration ahead and compares it with the speed of the wheels.

    What does not change (bias, tilt, a slope) is learned within seconds; the gyro tells how the
    robot pitches beside that, so that a ramp is no acceleration. Two sums are kept, with and
    without the gyro's word, and only where both are too large somebody lies about the speed: a
    gyro that is wrong is no fault of the wheels. Vibration raises the limit: a
    sum of white noise of variance s^2 per second passes a limit h, against a drift k, with the
    probability exp(-2 k h / s^2) (D. Siegmund, "Sequential analysis", 1985, section 2).
    """

    def __init__(self, config: PlausibilityConfig) -> None:
        """Start with nothing known of bias and tilt."""
        self._config = config
        limit = config.speed_limit_mps
        self._sums = (_Compared(limit), _Compared(limit))
        self.restart()

    def restart(self) -> None:
        """Start anew after a gap: neither tilt nor speed is known."""
        for one in self._sums:
            one.restart()
        self._watched_s = self._pitch_bias = self._nose_up = 0.0
        self._speeds: deque[float] = deque(maxlen=3)
        self._wheels_mps: float | None = None
        self._last_ahead: float | None = None
        self._variance = self._imu_step_s = self._shakes_s = 0.0

    @property
    def contradicts(self) -> bool:
        """Return whether the two contradict each other now."""
        return all(one.cusum.alarmed for one in self._sums)

    @property
    def sum_mps(self) -> float:
        """Return how far they have drifted apart beyond what healthy sensors may."""
        return min(one.cusum.sum for one in self._sums)

    def feel(self, ahead_mps2: float, pitch_rate_rad_s: float, dt_s: float) -> None:
        """Take a reading of the IMU.

        Args:
            ahead_mps2: Specific force along x of ``base_link``.
            pitch_rate_rad_s: Turn rate about y; nose down is positive.
            dt_s: Since the reading before, > 0.
        """
        self._watched_s += dt_s
        self._imu_step_s = dt_s
        self._pitch(pitch_rate_rad_s, dt_s)
        if self._last_ahead is not None:
            step = 0.5 * (ahead_mps2 - self._last_ahead) ** 2
            self._variance += min(dt_s / _NOISE_S, 1.0) * (step - self._variance)
        self._last_ahead = ahead_mps2
        slope = _GRAVITY_MPS2 * math.sin(self._nose_up)
        for one, ahead in zip(self._sums, (ahead_mps2 - slope, ahead_mps2), strict=True):
            one.felt_mps += ahead * dt_s

    def roll(self, wheels_mps: float, dt_s: float) -> None:
        """Take a reading of the wheels: compare what was felt since the one before.

        Args:
            wheels_mps: Speed by the wheels.
            dt_s: Since the reading before, > 0.
        """
        c = self._config
        # The middle of three, and so a tick late: a single wild reading is no change of speed.
        self._speeds.append(wheels_mps)
        middle = sorted(self._speeds)[len(self._speeds) // 2]
        before, self._wheels_mps = self._wheels_mps, middle
        change = 0.0 if before is None else middle - before
        settled = self._watched_s > _SETTLED_S
        share = min(dt_s / min(max(self._watched_s, dt_s), _LEVEL_S), 1.0)
        felt = [one.take(change, dt_s, share, settled) for one in self._sums]
        self._shakes_s = max(self._shakes_s - dt_s, 0.0)
        if min(abs(one) for one in felt) > _IMPACT_MPS2 * dt_s:
            self._shakes_s = _SHAKES_S
        if before is None or not settled or self._shakes_s > 0.0:
            return
        noise = self._variance * self._imu_step_s * _FALSE_ALARM / (2.0 * c.speed_per_s)
        for one, gained in zip(self._sums, felt, strict=True):
            allowance = c.speed_per_s * dt_s + c.speed_per_mps * max(abs(change), abs(gained))
            one.cusum.add(gained - change, allowance, limit_more=noise)

    def pause(self, seconds: float) -> None:
        """Compare nothing for a while, and forget what was not yet a contradiction."""
        if not self.contradicts:
            self.reset()
            self._shakes_s = max(self._shakes_s, seconds)

    def reset(self) -> None:
        """Forget the contradiction, but not what was learned."""
        for one in self._sums:
            one.cusum.reset()

    def _pitch(self, rate_rad_s: float, dt_s: float) -> None:
        excess = rate_rad_s - self._pitch_bias
        settled = self._watched_s > _SETTLED_S
        learned = 0.0 if settled and abs(excess) > _PITCHES_RAD_S else excess
        self._pitch_bias += min(dt_s / min(self._watched_s, _PITCH_BIAS_S), 1.0) * learned
        keep = math.exp(-dt_s / _PITCH_S)
        self._nose_up = keep * self._nose_up - settled * excess * dt_s

    @property
    def reason(self) -> str:
        """Return the contradiction in words; it is there."""
        return (
            "the wheels and the accelerometer of the imu contradict each other on how the robot "
            "speeds up: the wheels report another speed than they have (radius, counts, sign, a "
            "reading that is never filled in), they slip, or the robot is pushed"
        )


class _Compared:
    """What was felt and not yet compared, the level that it is felt against, and its sums."""

    def __init__(self, limit_mps: float) -> None:
        self.cusum = Cusum(limit_mps, _CONFIRMATIONS)
        self.restart()

    def restart(self) -> None:
        self.cusum.reset()
        self.felt_mps = self._last_mps = self._level_mps2 = 0.0

    def take(self, change_mps: float, dt_s: float, share: float, settled: bool) -> float:
        """Return the speed felt between the last two calls, without the level; learn the level."""
        felt, self._last_mps, self.felt_mps = self._last_mps, self.felt_mps, 0.0
        if not self.cusum.alarmed:
            excess = (felt - change_mps) / dt_s - self._level_mps2
            if settled:
                excess = min(max(excess, -_SLOPES_MPS2), _SLOPES_MPS2)
            self._level_mps2 += share * excess
        return felt - self._level_mps2 * dt_s
