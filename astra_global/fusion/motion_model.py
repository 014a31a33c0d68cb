"""Uncertain planar poses: how their covariance travels with odometry."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se2
from astra_core.angles import wrap_angle
from astra_core.odometry_buffer import Motion
from astra_global.fusion.config import FusionConfig

__all__ = [
    "UncertainPose",
    "drift_covariance",
    "mahalanobis_squared",
    "move",
    "residual",
    "slack_distance_squared",
    "update",
    "with_floor",
]


@dataclass(frozen=True, eq=False)
class UncertainPose:
    """A pose ``(3,)`` [x, y, theta] in ``map`` with covariance ``(3, 3)`` in the same axes."""

    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]


def drift_covariance(motion: Motion, config: FusionConfig) -> NDArray[np.float64]:
    """Return the covariance ``(3, 3)`` of a motion, in the frame where it began.

    Deviations grow with the way and the turn, so that two half ways drift as much as one whole
    way whose halves err together: errors of scale and alignment are systematic, not white. The
    heading error swings the end of the way, half of it on average.
    """
    x, y, _ = motion.relative
    along = config.drift_along_ratio * motion.length_m
    across = config.drift_across_ratio * motion.length_m
    heading = math.sqrt(
        (config.drift_heading_rad_per_m * motion.length_m) ** 2
        + (config.drift_heading_ratio * motion.turn_rad) ** 2
        + (config.drift_heading_rad_s * motion.seconds) ** 2
    )
    direction = math.atan2(y, x) if x or y else 0.0
    cos, sin = math.cos(direction), math.sin(direction)
    rotation = np.array([[cos, -sin], [sin, cos]])
    covariance = np.zeros((3, 3))
    covariance[:2, :2] = rotation @ np.diag([along**2, across**2]) @ rotation.T
    lever = np.array([-0.5 * y, 0.5 * x, 1.0])
    return covariance + heading**2 * np.outer(lever, lever)


def move(state: UncertainPose, motion: Motion, config: FusionConfig) -> UncertainPose:
    """Carry a pose along an odometry motion (forwards or backwards in time).

    First order: with ``p' = p * d``, ``P' = F P F^T + G Q G^T`` where F is the derivative by p and
    G turns the drift from the frame where the motion began into ``map``.
    """
    pose = se2.compose(state.pose, motion.relative)
    theta = float(state.pose[2])
    dx, dy = pose[:2] - state.pose[:2]
    by_state = np.array([[1.0, 0.0, -dy], [0.0, 1.0, dx], [0.0, 0.0, 1.0]])
    cos, sin = math.cos(theta), math.sin(theta)
    to_map = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    covariance = (
        by_state @ state.covariance @ by_state.T
        + to_map @ drift_covariance(motion, config) @ to_map.T
    )
    return UncertainPose(pose, _symmetric(covariance))


def mahalanobis_squared(first: UncertainPose, second: UncertainPose) -> float:
    """Return the squared distance of two independent estimates in units of their deviation."""
    away = residual(first.pose, second.pose)
    return float(away @ np.linalg.solve(first.covariance + second.covariance, away))


def slack_distance_squared(
    first: UncertainPose, second: UncertainPose, slack_m: float, slack_rad: float
) -> float:
    """Return the same with deviations (metres, radians) added that neither estimate knows of."""
    slack = np.diag([slack_m, slack_m, slack_rad]) ** 2
    return mahalanobis_squared(first, UncertainPose(second.pose, second.covariance + slack))


def update(prior: UncertainPose, measured: UncertainPose) -> UncertainPose:
    """Return the Kalman update of a prior by a direct measurement of the pose (Joseph form)."""
    gain = np.linalg.solve(prior.covariance + measured.covariance, prior.covariance).T
    keep = np.eye(3) - gain
    pose = prior.pose + gain @ residual(prior.pose, measured.pose)
    pose[2] = wrap_angle(float(pose[2]))
    covariance = keep @ prior.covariance @ keep.T + gain @ measured.covariance @ gain.T
    return UncertainPose(pose, _symmetric(covariance))


def with_floor(state: UncertainPose, config: FusionConfig) -> UncertainPose:
    """Keep many fixes from one standpoint from making a pose surer than the map is."""
    floor = np.array([config.belief_floor_m, config.belief_floor_m, config.belief_floor_rad])
    missing = np.maximum(0.0, floor**2 - np.diag(state.covariance))
    return UncertainPose(state.pose, state.covariance + np.diag(missing))


def residual(origin: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a pose ``(3,)`` less another, axis by axis, with the angle wrapped."""
    away = np.asarray(target, dtype=np.float64) - origin
    away[2] = wrap_angle(float(away[2]))
    return away


def _symmetric(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * (matrix + matrix.T)
