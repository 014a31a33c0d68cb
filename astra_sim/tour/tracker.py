"""Follows a curve with a differential drive: turn in place, then pure pursuit, then stop.

Pure pursuit after Coulter (1992): curvature = 2 sin(alpha) / lookahead.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_core.records import Velocity
from astra_sim.tour.config import TourConfig

__all__ = ["PathTracker"]


class PathTracker:
    """Drives along one smooth piece of a path and stops at its end."""

    def __init__(self, points: NDArray[np.float64], config: TourConfig) -> None:
        """Start at the beginning of a piece.

        Args:
            points: ``(N, 2)`` evenly spaced, N >= 2, metres in ``map``.
            config: Speeds and distances.
        """
        lengths = np.hypot(*np.diff(points, axis=0).T)
        self._points = points
        self._left_m = np.concatenate([np.cumsum(lengths[::-1])[::-1], [0.0]])
        self._config = config
        self._near = 0
        self._aligned = False

    def command(self, pose: NDArray[np.float64]) -> Velocity | None:
        """Return the velocity for the pose ``(3,)`` the robot has now, ``None`` when it is done."""
        config, points = self._config, self._points
        window = points[self._near : self._near + config.search_points]
        self._near += int(np.argmin(np.hypot(*(window - pose[:2]).T)))
        left_m = float(self._left_m[self._near])
        to_end_m = float(np.hypot(*(points[-1] - pose[:2])))
        if left_m < config.lookahead_m and to_end_m < config.arrival_m:
            return None
        ahead = self._near
        while ahead < len(points) - 1 and (
            self._left_m[self._near] - self._left_m[ahead] < config.lookahead_m
        ):
            ahead += 1
        target = points[ahead]
        distance_m = max(float(np.hypot(*(target - pose[:2]))), 1e-3)
        bearing = math.atan2(target[1] - pose[1], target[0] - pose[0])
        error = wrap_angle(bearing - float(pose[2]))
        if not self._aligned:
            if abs(error) > config.aligned_rad:
                return Velocity(0.0, self._turn(error))
            self._aligned = True
        if abs(error) > config.lost_heading_rad:
            if to_end_m < 2.0 * config.arrival_m:
                return None  # slid past the end: close enough
            self._aligned = False
            return Velocity(0.0, self._turn(error))
        # Brake so that it stands at the end; slow down in bends instead of turning faster.
        speed = min(config.speed_mps, math.sqrt(2.0 * config.braking_m_s2 * to_end_m) + 0.03)
        curvature = 2.0 * math.sin(error) / distance_m
        speed = min(speed, config.max_turn_rad_s / max(abs(curvature), 1e-6))
        return Velocity(speed, curvature * speed)

    def _turn(self, error_rad: float) -> float:
        # Proportional near the end, so that the motors' ramp does not overshoot.
        size = min(self._config.max_turn_rad_s, 2.0 * abs(error_rad) + 0.05)
        return math.copysign(size, error_rad)
