"""Wheel odometry of a differential drive: scale errors, slip, counted in whole encoder counts.

Error model after Borenstein and Feng (1996): unequal wheel radii and a wrong effective track are
the systematic part, slip the random part. The slip ratio of a wheel wanders with the floor it rolls
over (an Ornstein-Uhlenbeck process in the distance rolled), so the error's variance grows with the
distance driven.
"""

from __future__ import annotations

import math

import numpy as np

from astra_core.observation import WheelSample
from astra_sim.profile import WheelProfile

__all__ = ["WheelEncoders"]


class WheelEncoders:
    """Turns true body motion into body velocity as the base would report it."""

    def __init__(self, profile: WheelProfile, rng: np.random.Generator) -> None:
        """Draw the systematic errors of this robot.

        Args:
            profile: Geometry and error levels.
            rng: Its own generator.
        """
        common, mismatch, track = rng.standard_normal(3)
        scale = 1.0 + profile.common_scale_std * common
        half = 0.5 * profile.mismatch_std * mismatch
        self._scales = (scale - half, scale + half)
        self._true_half_track_m = 0.5 * profile.track_m * (1.0 + profile.track_scale_std * track)
        self._track_m = profile.track_m
        self._slip_std = profile.slip_std
        self._slip_length_m = profile.slip_length_m
        self._slip = [profile.slip_std * float(value) for value in rng.standard_normal(2)]
        self._count_m = 2.0 * math.pi * profile.radius_m / profile.counts_per_turn
        self._rng = rng
        self._rolled_m = [0.0, 0.0]
        self._counts = [0, 0]

    def sample(
        self,
        stamp_ns: int,
        forward_m: float,
        turn_rad: float,
        dt_s: float,
        lost: tuple[float, float] = (0.0, 0.0),
    ) -> WheelSample:
        """Read both encoders.

        Args:
            stamp_ns: End of the sampling interval.
            forward_m: True distance driven along the heading in the interval.
            turn_rad: True change of heading in the interval.
            dt_s: Length of the interval.
            lost: Share of its turning that the left and the right wheel lost to a slippery floor.
        """
        draws = self._rng.standard_normal(2)
        measured_m = [0.0, 0.0]
        for side, sign in ((0, -1.0), (1, 1.0)):
            way_m = forward_m + sign * self._true_half_track_m * turn_rad
            # The rim turns farther than the wheel comes.
            roll_m = way_m / (1.0 - lost[side])
            keep = math.exp(-abs(roll_m) / self._slip_length_m)
            fresh = self._slip_std * math.sqrt(1.0 - keep * keep) * float(draws[side])
            self._slip[side] = keep * self._slip[side] + fresh
            self._rolled_m[side] += roll_m * (self._scales[side] + self._slip[side])
            counts = math.floor(self._rolled_m[side] / self._count_m)
            measured_m[side] = (counts - self._counts[side]) * self._count_m
            self._counts[side] = counts
        left_m, right_m = measured_m
        return WheelSample(
            stamp_ns,
            linear_velocity_mps=0.5 * (left_m + right_m) / dt_s,
            angular_velocity_rad_s=(right_m - left_m) / self._track_m / dt_s,
        )
