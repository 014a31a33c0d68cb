"""Follows moving clusters from image to image: a constant-velocity Kalman filter for each.

State [x, y, vx, vy], readings [x, y] of the cluster, white acceleration. A track counts once it was
seen a few times and has really gone somewhere: a flickering edge goes nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.time import to_seconds
from astra_local.config import MotionConfig
from astra_local.moving.movers import Movers

__all__ = ["MoverTracker"]


@dataclass
class _Track:
    """One body.

    Attributes:
        state: ``(4,)`` x, y, vx, vy in ``odom``.
        covariance: ``(4, 4)``.
        start_m: ``(2,)`` where it was first seen.
        hits: How often it was seen.
        unseen_s: Since when it is not.
        is_mover: Whether it was ever seen to go somewhere.
    """

    state: NDArray[np.float64]
    covariance: NDArray[np.float64]
    start_m: NDArray[np.float64]
    hits: int = 1
    unseen_s: float = 0.0
    is_mover: bool = False


class MoverTracker:
    """Turns cluster centres of successive images into discs with velocities."""

    def __init__(self, config: MotionConfig) -> None:
        """Start with nobody."""
        self._config = config
        self._tracks: list[_Track] = []
        self._stamp_ns: int | None = None

    def update(self, centers_m: NDArray[np.float64], stamp_ns: int) -> Movers:
        """Take the clusters of new images.

        Args:
            centers_m: ``(N, 2)`` in ``odom``.
            stamp_ns: Stamp of the images.

        Returns:
            The confirmed movers at the stamp.
        """
        c = self._config
        dt = 0.0 if self._stamp_ns is None else to_seconds(stamp_ns - self._stamp_ns)
        self._stamp_ns = stamp_ns
        if not 0.0 <= dt <= c.forget_s:
            self._tracks, dt = [], 0.0
        for track in self._tracks:
            self._predict(track, dt)
        free = list(range(len(centers_m)))
        # Who is sure of itself chooses first.
        for track in sorted(self._tracks, key=lambda track: -track.hits):
            chosen = self._nearest(track, centers_m, free)
            if chosen is None:
                continue
            free.remove(chosen)
            self._correct(track, centers_m[chosen])
        self._tracks = [track for track in self._tracks if track.unseen_s <= c.forget_s]
        for index in free:
            start = np.array([*centers_m[index], 0.0, 0.0])
            spread = np.diag([c.position_noise_m, c.position_noise_m, 1.0, 1.0]) ** 2
            self._tracks.append(_Track(start, spread, start[:2].copy()))
        return self._movers()

    def _predict(self, track: _Track, dt: float) -> None:
        move = np.eye(4)
        move[0, 2] = move[1, 3] = dt
        q = self._config.acceleration_mps2**2
        noise = np.kron([[dt**4 / 4.0, dt**3 / 2.0], [dt**3 / 2.0, dt**2]], q * np.eye(2))
        track.state = move @ track.state
        track.covariance = move @ track.covariance @ move.T + noise
        track.unseen_s += dt

    def _nearest(
        self, track: _Track, centers_m: NDArray[np.float64], free: list[int]
    ) -> int | None:
        if not free:
            return None
        distances = np.hypot(*(centers_m[free] - track.state[:2]).T)
        best = int(np.argmin(distances))
        return free[best] if distances[best] < self._config.gate_m else None

    def _correct(self, track: _Track, center_m: NDArray[np.float64]) -> None:
        c = self._config
        innovation = center_m - track.state[:2]
        spread = track.covariance[:2, :2] + c.position_noise_m**2 * np.eye(2)
        gain = track.covariance[:, :2] @ np.linalg.inv(spread)
        track.state = track.state + gain @ innovation
        track.covariance = track.covariance - gain @ track.covariance[:2]
        track.hits += 1
        track.unseen_s = 0.0
        gone = float(np.hypot(*(track.state[:2] - track.start_m)))
        if track.hits >= c.confirm_hits and gone > c.confirm_distance_m:
            track.is_mover = True

    def _movers(self) -> Movers:
        c = self._config
        moving = [
            track
            for track in self._tracks
            if track.is_mover and np.hypot(*track.state[2:]) > c.slowest_mps
        ]
        if not moving:
            return Movers()
        states = np.array([track.state for track in moving])
        speed = np.hypot(states[:, 2], states[:, 3])[:, None]
        velocities = states[:, 2:] * np.minimum(1.0, c.fastest_mps / np.maximum(speed, 1e-9))
        return Movers(states[:, :2], velocities, np.full(len(states), c.body_radius_m))
