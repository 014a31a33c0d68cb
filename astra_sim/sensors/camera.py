"""Colour camera: exposure and white balance that drift, shot and read noise.

Photon noise: sigma^2 = (read^2 + signal x gain x full_scale / SNR^2) / binned pixels, in grey
levels, so that the signal-to-noise ratio of one pixel at full scale and unit gain is the data
sheet's (EMVA 1288, section 2.3).
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from astra_sim.profile import CameraProfile
from astra_sim.sensors.noise_bank import NoiseBank

__all__ = ["ColorCamera"]

_LEVELS = np.arange(256, dtype=np.float64)


class ColorCamera:
    """Turns clean renderings of one camera into pictures."""

    def __init__(self, profile: CameraProfile, bank: NoiseBank, rng: np.random.Generator) -> None:
        """Draw the first exposure and white balance.

        Args:
            profile: Noise levels.
            bank: Source of pixel noise (3 channels), shared by the cameras of one robot.
            rng: Its own generator.
        """
        snr = 10.0 ** (profile.saturation_snr_db / 20.0)
        read = 255.0 / 10.0 ** (profile.dynamic_range_db / 20.0) * profile.analog_gain
        variance = read**2 + _LEVELS * 255.0 * profile.analog_gain / snr**2
        variance /= profile.binned_pixels
        self._sigma = np.sqrt(variance).astype(np.float32)
        self._std = np.array([profile.exposure_std, *[profile.white_balance_std] * 3])
        self._time_constant_s = np.array(
            [profile.exposure_time_constant_s, *[profile.white_balance_time_constant_s] * 3]
        )
        self._drop_out = profile.drop_out_probability
        self._bank = bank
        self._rng = rng
        self._drift = rng.standard_normal(4)
        self._last_ns: int | None = None

    def expose(self, stamp_ns: int, clean: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
        """Take a picture.

        Args:
            stamp_ns: Time of exposure.
            clean: ``(H, W, 3)`` uint8 RGB without noise.

        Returns:
            ``(H, W, 3)`` uint8 RGB, or ``None`` where the image was lost.
        """
        self._advance(stamp_ns)
        # Drawn always, so that a lost image does not change the ones after it.
        lost = self._rng.random() < self._drop_out
        gains = (1.0 + self._std[0] * self._drift[0]) * (1.0 + self._std[1:] * self._drift[1:])
        noise = self._bank.window(*clean.shape[:2])
        if lost:
            return None
        table = np.clip(np.outer(_LEVELS, gains), 0.0, 255.0)
        mean_table = table.astype(np.float32)[None]
        sigma_table = self._sigma[np.rint(table).astype(np.intp)][None]
        # All rows of one image in one table: one pass per operation, no Python per pixel.
        mean = cv2.LUT(clean, mean_table)
        sigma = cv2.LUT(clean, sigma_table)
        cv2.multiply(sigma, noise, dst=sigma)
        return cast("NDArray[np.uint8]", cv2.add(mean, sigma, dtype=cv2.CV_8U))

    def _advance(self, stamp_ns: int) -> None:
        # Ornstein-Uhlenbeck: unit variance at any frame rate.
        if self._last_ns is not None:
            keep = np.exp(-(stamp_ns - self._last_ns) * 1e-9 / self._time_constant_s)
            fresh = np.sqrt(1.0 - keep**2)
            self._drift = keep * self._drift + fresh * self._rng.standard_normal(4)
        self._last_ns = stamp_ns
