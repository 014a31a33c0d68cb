"""Fixes that agree with each other and not with the pose: a wrong ``initialpose``, or a shove.

Between the gate of the fusion (decimetres) and what the place filter calls another place, a fix is
neither: too far off to correct the pose, too near to be elsewhere. One such fix is an outlier, and
the pose is doubted by as much as it says. A few in a row that agree with each other along the
odometry are not: then it is the pose that is wrong, and it follows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core.odometry_buffer import OdometryBuffer
from astra_global.fusion.config import FusionConfig
from astra_global.fusion.motion_model import (
    UncertainPose,
    move,
    residual,
    slack_distance_squared,
    update,
)

__all__ = ["Dissent"]


@dataclass(frozen=True, eq=False)
class _Rival:
    """Where dissenting fixes say that the robot is, and how many do."""

    stamp_ns: int
    state: UncertainPose
    count: int


class Dissent:
    """Follows the newest dissenting fixes along the odometry. Not thread safe.

    Attributes:
        away_m: How far from the pose they see the robot, if there are any.
    """

    def __init__(self, config: FusionConfig, odometry: OdometryBuffer) -> None:
        """Know of none.

        Args:
            config: Settings.
            odometry: The motion between stamps.
        """
        self._config = config
        self._odometry = odometry
        self._rival: _Rival | None = None
        self.away_m = 0.0

    @property
    def count(self) -> int:
        """Return how many fixes in a row agree on another pose near by."""
        return 0 if self._rival is None else self._rival.count

    def forget(self) -> None:
        """Know of none again: a fix agreed with the pose, or the pose has moved."""
        self._rival = None

    def is_near(self, pose: UncertainPose, other: UncertainPose) -> bool:
        """Return whether a pose is so near another that it may be the same one put right."""
        away = residual(pose.pose, other.pose)
        is_near = float(np.hypot(*away[:2])) <= self._config.dissent_reach_m
        return is_near and abs(float(away[2])) <= self._config.dissent_reach_rad

    def weigh(
        self,
        stamp_ns: int,
        prior: UncertainPose,
        seen: Sequence[UncertainPose],
        gate_distance_squared: float,
    ) -> UncertainPose | None:
        """Take the poses of one fix that dissent, all of them near the pose.

        Args:
            stamp_ns: Their time.
            prior: The pose at that time.
            seen: The poses of the fix, likeliest first; at least one.
            gate_distance_squared: Up to where two fixes agree.

        Returns:
            The pose on which enough fixes agree; ``None`` as long as they are too few.
        """
        rival, before = self._rival, self._state_at(stamp_ns)
        state, count = seen[0], 1
        if rival is not None and before is not None:
            agreeing = [
                pose for pose in seen if self._distance(before, pose) <= gate_distance_squared
            ]
            if agreeing:
                state, count = update(before, agreeing[0]), rival.count + 1
        self._rival = _Rival(stamp_ns, state, count)
        self.away_m = float(np.hypot(*residual(prior.pose, state.pose)[:2]))
        return state if count >= self._config.dissent_fixes else None

    def doubted(self, stamp_ns: int, state: UncertainPose) -> NDArray[np.float64]:
        """Return the covariance ``(3, 3)`` of the pose at a stamp, as wrong as fixes say it is."""
        rival = self._state_at(stamp_ns)
        if rival is None:
            return state.covariance
        away = residual(state.pose, rival.pose)
        return state.covariance + np.outer(away, away)

    def _distance(self, first: UncertainPose, second: UncertainPose) -> float:
        config = self._config
        return slack_distance_squared(first, second, config.gate_slack_m, config.gate_slack_rad)

    def _state_at(self, stamp_ns: int) -> UncertainPose | None:
        if self._rival is None:
            return None
        motion = self._odometry.motion(self._rival.stamp_ns, stamp_ns)
        return None if motion is None else move(self._rival.state, motion, self._config)
