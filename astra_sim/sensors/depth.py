"""Stereo depth camera: the error grows with the square of the range, edges have holes.

sigma_z = z^2 sigma_d / (f b) (Gallup et al. 2008, eq. 3): the profile's ``noise_per_m`` is
sigma_d / (f b). Stereo matches patches, not pixels, so errors and holes come in grains.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from astra_sim.profile import DepthProfile
from astra_sim.sensors.noise_bank import NoiseBank

__all__ = ["DepthCamera"]

_NEIGHBOURS = np.ones((3, 3), np.uint8)


class DepthCamera:
    """Turns true depth of one camera into readings."""

    def __init__(self, profile: DepthProfile, bank: NoiseBank, rng: np.random.Generator) -> None:
        """Draw the calibration error of this camera.

        Args:
            profile: Error levels.
            bank: Source of pixel noise, shared by the cameras of one robot.
            rng: Its own generator.
        """
        self._profile = profile
        self._bank = bank
        self._scale = np.float32(1.0 + profile.scale_std * float(rng.standard_normal()))
        # Drop-out by comparing unit normal noise with a quantile: no second kind of noise needed.
        self._quantile = _normal_quantile(profile.drop_out_probability)
        self._edge_quantile = _normal_quantile(profile.edge_drop_out_probability)

    def measure(self, true_m: NDArray[np.float32]) -> NDArray[np.float32]:
        """Read the camera.

        Args:
            true_m: ``(H, W)`` float32, true depth along the optical axis, metres.

        Returns:
            ``(H, W)`` float32 metres, 0 where unknown.
        """
        profile = self._profile
        height, width = true_m.shape
        noise, luck = self._bank.window(height, width), self._bank.window(height, width)
        square = cv2.multiply(true_m, true_m, scale=profile.noise_per_m)
        depth = cast("NDArray[np.float32]", square)
        depth *= noise
        depth += true_m
        depth *= self._scale
        jump = cast("NDArray[np.float32]", cv2.dilate(true_m, _NEIGHBOURS))
        jump -= cast("NDArray[np.float32]", cv2.erode(true_m, _NEIGHBOURS))
        at_edge = jump > np.float32(profile.edge_jump) * true_m
        limit = np.where(at_edge, self._edge_quantile, self._quantile)
        valid = luck >= limit
        valid &= depth >= np.float32(profile.minimum_m)
        valid &= depth <= np.float32(profile.maximum_m)
        depth *= valid
        return depth


def _normal_quantile(probability: float) -> np.float32:
    if probability <= 0.0:
        return np.float32(-np.inf)
    if probability >= 1.0:
        return np.float32(np.inf)
    return np.float32(NormalDist().inv_cdf(probability))
