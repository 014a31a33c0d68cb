"""Inertial unit: white noise plus a bias that walks.

Discretised as usual (Crassidis 2006; the IMU model of kalibr): a density ``n`` at rate ``f``
becomes ``n sqrt(f)`` per sample, a bias walk ``w`` becomes steps of ``w / sqrt(f)``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core.observation import ImuSample
from astra_sim.profile import ImuProfile

__all__ = ["Imu"]


class Imu:
    """Turns true angular rate and specific force into readings."""

    def __init__(self, profile: ImuProfile, rate_hz: float, rng: np.random.Generator) -> None:
        """Switch the unit on: draw its biases.

        Args:
            profile: Noise levels.
            rate_hz: Samples per second.
            rng: Its own generator.
        """
        self._rng = rng
        self._noise = np.repeat(
            [profile.gyro_noise_rad_s_sqrt_hz, profile.accel_noise_m_s2_sqrt_hz], 3
        ) * math.sqrt(rate_hz)
        self._walk = np.repeat(
            [profile.gyro_bias_walk_rad_s2_sqrt_hz, profile.accel_bias_walk_m_s3_sqrt_hz], 3
        ) / math.sqrt(rate_hz)
        switch_on = np.repeat([profile.gyro_bias_rad_s, profile.accel_bias_m_s2], 3)
        self._bias = switch_on * rng.standard_normal(6)

    def sample(
        self, stamp_ns: int, rate_rad_s: NDArray[np.float64], force_m_s2: NDArray[np.float64]
    ) -> ImuSample:
        """Read the unit.

        Args:
            stamp_ns: End of the sampling interval.
            rate_rad_s: ``(3,)`` true mean angular rate over the interval, ``base_link``.
            force_m_s2: ``(3,)`` true mean specific force over the interval, ``base_link``.
        """
        draws = self._rng.standard_normal(12)
        self._bias += self._walk * draws[:6]
        reading = np.concatenate([rate_rad_s, force_m_s2]) + self._bias + self._noise * draws[6:]
        values = reading.tolist()
        return ImuSample(stamp_ns, (*values[:3],), (*values[3:],))
