"""A pose that a person or a program tells (``initialpose``): how far it may be trusted.

rviz2 sends a deviation of 0.5 m and 15 degrees whatever was clicked, Nav2's commander sends zeros,
which mean that nobody knows and not that it is exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_global.fusion.config import ToldPoseConfig
from astra_global.types import AstraMap

__all__ = ["told_covariance", "told_pose_problem"]

_ROUNDING = 1e-9  # of the smallest eigenvalue: covariances come as decimals


def told_pose_problem(
    pose: NDArray[np.float64],
    covariance: NDArray[np.float64],
    map_: AstraMap,
    config: ToldPoseConfig,
) -> str:
    """Return why a told pose ``(3,)`` in ``map`` cannot be used, in a sentence; empty if it can.

    Args:
        pose: [x, y, theta], m and rad.
        covariance: ``(3, 3)``, m^2, m rad, rad^2.
        map_: The map it is meant for.
        config: Settings.
    """
    if not (np.isfinite(pose).all() and np.isfinite(covariance).all()):
        return "the pose or its covariance is not finite"
    symmetric = 0.5 * (covariance + covariance.T)
    scale = max(1.0, float(np.abs(symmetric).max()))
    if float(np.linalg.eigvalsh(symmetric / scale)[0]) < -_ROUNDING:
        return "its covariance is not that of a pose: it has a negative eigenvalue"
    away_m = _beyond_map_m(pose[:2], map_)
    if away_m > config.beyond_map_m:
        x, y = pose[:2]
        return (
            f"({x:.6g}, {y:.6g}) is {away_m:.6g} m outside the map: is it meant for another map or "
            "frame?"
        )
    return ""


def told_covariance(covariance: NDArray[np.float64], config: ToldPoseConfig) -> NDArray[np.float64]:
    """Return the covariance ``(3, 3)`` with which a told pose is believed.

    An axis without variance is one that nobody knew; none is known better than ``least_*`` or
    worse than ``most_*``.

    Args:
        covariance: As told, positive semidefinite.
        config: Settings.
    """
    believed = 0.5 * (covariance + covariance.T)
    least = np.array([config.least_m, config.least_m, config.least_rad])
    most = np.array([config.most_m, config.most_m, np.pi])
    unknown = np.array([config.unknown_m, config.unknown_m, config.unknown_rad])
    is_known = np.diag(believed) > 0.0
    sigma = np.sqrt(np.where(is_known, np.diag(believed), 1.0))
    shrink = np.where(is_known, np.minimum(1.0, most / sigma), 0.0)
    believed = believed * np.outer(shrink, shrink)
    wanted = np.where(is_known, least, unknown) ** 2
    return np.asarray(believed + np.diag(np.maximum(0.0, wanted - np.diag(believed))))


def _beyond_map_m(xy_m: NDArray[np.float64], map_: AstraMap) -> float:
    """Return how far a point lies outside what the map covers, 0 inside."""
    corners = [map_.node_poses[:, :2]] if map_.nodes else []
    if map_.occupancy is not None:
        height, width = map_.occupancy.cells.shape
        origin = np.asarray(map_.occupancy.origin_m)
        size = np.array([width, height]) * map_.occupancy.resolution_m
        corners.append(np.array([origin, origin + size]))
    if not corners:
        return 0.0
    points = np.concatenate(corners)
    nearest = np.clip(xy_m, points.min(axis=0), points.max(axis=0))
    return float(np.hypot(*(xy_m - nearest)))
