"""What wheels and gyro tell of each other's constant errors, by ways of a metre.

Over a way the wheels turn otherwise than the gyro by::

    wheels - gyro = t turned + m driven - b seconds + e (w_end - w_begin) + slip

with the error of the track t, the mismatch of the wheels m, the bias of the gyro b and what its
delay e is beyond what was found; w are turn rates. Driving at
one speed tells m v - b and no more, so nothing is presumed of m: a small m would teach a wrong b,
and the heading with it. What tells b is a change of the speed, and best of all a stop. Whole ways
are compared because single readings are noise: a noisy turn rate as a regressor makes every slope
too flat (errors in variables), here by tens of percent of t.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_local.config import OdometryConfig

__all__ = ["TurnErrors"]

_WAY = 2.0  # lengths over which slip wanders
_STANDING_S = 0.5
_STANDING_NOISE_RAD = 0.0005  # a robot that stands may yield by so much
_UNSURE_DELAY_S = 0.05
_PRESUMED_MISMATCH_RAD_M = 0.3  # far more than any: nothing is presumed
_GATE_SIGMA = 3.0  # beyond this a way counts less, as in Huber's loss
_ROLLING_M = 1e-6
_STILL_MPS = 0.02
_SHORTEST_S = 0.5  # of a way that ends because the robot stops, or drives off
_CLEARLY_SIGMA = 3.0
_LITTLE = 0.1  # of the bias that is configured


class TurnErrors:
    """Bias of the gyro, error of the track, mismatch of the wheels and rest of the delay.

    Attributes:
        mean: ``(4,)`` bias in rad/s, track as a share, mismatch in rad/m, delay in s.
        covariance: ``(4, 4)``.
    """

    def __init__(self, config: OdometryConfig) -> None:
        """Start with what is configured of bias and track, and nothing of the mismatch."""
        self._config = config
        start = [
            config.gyro_bias_start_rad_s,
            config.wheel_track_fraction,
            _PRESUMED_MISMATCH_RAD_M,
            _UNSURE_DELAY_S,
        ]
        self.mean: NDArray[np.float64] = np.zeros(4)
        self.covariance: NDArray[np.float64] = np.diag(np.square(start))
        self._in_place = False
        self.restart()

    @property
    def bias_is_known(self) -> bool:
        """Return whether the bias is better taken for what is found than for none.

        Its own scatter would otherwise be added to a gyro that may be nearly free of bias: it must
        be clearly more than that, or what is left be hardly anything.
        """
        bias, variance = float(self.mean[0]), float(self.covariance[0, 0])
        little = _LITTLE * self._config.gyro_bias_start_rad_s
        return bias * bias > _CLEARLY_SIGMA**2 * variance or variance < little * little

    def learn_bias(self, mean: float, variance: float) -> None:
        """Bring the bias to what is known of it elsewhere; nothing where more is known here."""
        known = float(self.covariance[0, 0])
        if variance >= 0.98 * known:
            return
        gain = self.covariance[:, 0] / known
        self.mean = self.mean + gain * (mean - float(self.mean[0]))
        self.covariance = self.covariance - (known - variance) * gain[:, None] * gain

    def allow_delay(self, change_s: float) -> None:
        """Begin a new way, because the delay that is found has changed by so much."""
        self.covariance[3, 3] += change_s**2
        self.restart()

    def restart(self) -> None:
        """Begin a new way: after a gap, or where the wheels slide."""
        self._wheels_rad = self._gyro_rad = self._driven_m = self._rolled_m = 0.0
        self._seconds = self._readings = 0.0
        self._first_rad_s = self._last_rad_s = 0.0

    def add(
        self,
        wheels_rad_s: float,
        gyro_rad_s: float,
        speed_mps: float,
        dt_s: float,
        *,
        slip_rad_m: float,
        gyro_noise_rad_s: float,
        stands: bool,
    ) -> bool:
        """Take in the mean rates of one tick.

        Args:
            wheels_rad_s: Turn rate of the wheels, at the time that the gyro tells of.
            gyro_rad_s: Turn rate of the gyro.
            speed_mps: Of the wheels.
            dt_s: Length of the tick.
            slip_rad_m: Standard deviation of the wandering turn by slip.
            gyro_noise_rad_s: White noise of one reading of the gyro.
            stands: Whether the robot is known to stand.

        Returns:
            Whether a way was completed: mean and covariance have changed.
        """
        in_place = abs(speed_mps) < _STILL_MPS
        completed = in_place != self._in_place and self._seconds >= _SHORTEST_S
        if completed:
            self._compare(slip_rad_m, gyro_noise_rad_s)
        if completed or in_place != self._in_place:
            self.restart()
        self._in_place = in_place
        if self._seconds == 0.0:
            self._first_rad_s = gyro_rad_s
        self._last_rad_s = gyro_rad_s
        self._wheels_rad += wheels_rad_s * dt_s
        self._gyro_rad += gyro_rad_s * dt_s
        self._driven_m += speed_mps * dt_s
        self._rolled_m += (
            abs(speed_mps) + 0.5 * self._config.wheel_track_m * abs(gyro_rad_s) * (not stands)
        ) * dt_s
        self._seconds += dt_s
        self._readings += dt_s * dt_s
        way_m = _WAY * self._config.wheel_slip_length_m
        still = stands and self._driven_m == 0.0
        if self._rolled_m < way_m and not (still and self._seconds >= _STANDING_S):
            return completed
        self._compare(slip_rad_m, gyro_noise_rad_s)
        self.restart()
        return True

    def _compare(self, slip_rad_m: float, gyro_noise_rad_s: float) -> None:
        c = self._config
        walked = c.gyro_bias_walk_rad_s_sqrt_s**2 * self._seconds
        # Nothing tells more than what was not known at the start.
        most = max(self.covariance[0, 0], c.gyro_bias_start_rad_s**2)
        self.covariance[0, 0] = min(self.covariance[0, 0] + walked, most)
        faster = self._last_rad_s - self._first_rad_s
        derivative = np.array([-self._seconds, self._gyro_rad, self._driven_m, faster])
        innovation = self._wheels_rad - self._gyro_rad - float(derivative @ self.mean)
        column = self.covariance @ derivative
        known = float(derivative @ column)
        noise = self._noise(slip_rad_m, gyro_noise_rad_s)
        noise = max(noise, innovation**2 / _GATE_SIGMA**2 - known)
        gain = column / (known + noise)
        self.mean = self.mean + gain * innovation
        left = np.eye(4) - np.outer(gain, derivative)
        self.covariance = left @ self.covariance @ left.T + noise * np.outer(gain, gain)

    def _noise(self, slip_rad_m: float, gyro_noise_rad_s: float) -> float:
        """Return the variance of the difference over the way, rad^2."""
        c = self._config
        white = (c.wheel_turn_noise_rad_s**2 + gyro_noise_rad_s**2) * self._readings
        if self._rolled_m <= _ROLLING_M:
            return gyro_noise_rad_s**2 * self._readings + _STANDING_NOISE_RAD**2
        # Integral of a first-order Markov process over a way of so many of its lengths.
        lengths = self._rolled_m / c.wheel_slip_length_m
        share = 2.0 * (lengths - 1.0 + math.exp(-lengths)) / lengths**2
        turned = math.hypot(slip_rad_m * self._driven_m, c.wheel_slip_fraction * self._gyro_rad)
        slipped = share * turned**2
        return float(white + slipped)
