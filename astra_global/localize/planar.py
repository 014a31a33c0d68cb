"""Refine a pose on the floor and say how certain it is.

The robot drives on a plane, so height, roll and pitch are known from the map and only
(x, y, theta) is estimated: least squares on the reprojection errors of all inliers, with Huber
weights. The covariance is the inverse of the information matrix J^T J / sigma^2.

The errors of the matches are not independent: they share the pose errors of a few map pictures.
Counting each of several hundred inliers as evidence of its own would promise tenths of
millimetres, so the information is scaled down to that of ``independent_inliers`` per camera, and a
floor is added for what the map itself does not know. Both were set on training scenes so that the
squared errors, in units of this covariance, have the mean of a chi-square distribution (3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.angles import wrap_angle
from astra_core.camera import CameraRig
from astra_global.localize.config import LocalizeConfig
from astra_global.localize.rig_pose import Correspondences

__all__ = ["PlanarFit", "fit_on_floor", "reprojection"]

_ROUNDS = 8


@dataclass(frozen=True, eq=False)
class PlanarFit:
    """A planar pose ``(3,)``, its covariance ``(3, 3)`` and the inliers ``(P,)`` of the input."""

    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    inlier_mask: NDArray[np.bool_]


def fit_on_floor(
    matches: Correspondences,
    start: NDArray[np.float64],
    t_floor_base: NDArray[np.float64],
    rig: CameraRig,
    config: LocalizeConfig,
) -> PlanarFit | None:
    """Refine a planar pose.

    Args:
        matches: All matches; those beyond ``max_error_px`` are left out in every round.
        start: ``(3,)`` first guess.
        t_floor_base: ``(4, 4)`` height, roll and pitch of ``base_link`` over the planar frame.
        rig: The cameras.
        config: Thresholds.

    Returns:
        The fit, or ``None`` where the matches do not fix a planar pose.
    """
    pose = np.asarray(start, dtype=np.float64).copy()
    for _ in range(_ROUNDS):
        error, jacobian = reprojection(matches, pose, t_floor_base, rig)
        size = np.linalg.norm(error, axis=1)
        inliers = size < config.max_error_px
        if np.count_nonzero(inliers) < 6:
            return None
        # Huber: linear beyond one pixel.
        weight = 1.0 / np.maximum(size[inliers], 1.0)
        j, r = jacobian[inliers], error[inliers]
        information = np.einsum("pki,p,pkj->ij", j, weight, j)
        gradient = np.einsum("pki,p,pk->i", j, weight, r)
        if np.linalg.cond(information) > 1e12:
            return None
        step = np.linalg.solve(information, -gradient)
        pose += step
        if float(np.abs(step).max()) < 1e-6:
            break
    pose[2] = wrap_angle(float(pose[2]))
    error, jacobian = reprojection(matches, pose, t_floor_base, rig)
    size = np.linalg.norm(error, axis=1)
    inliers = size < config.max_error_px
    if np.count_nonzero(inliers) < 6:
        return None
    # Median of the length of a 2D Gaussian error is 1.177 sigma.
    sigma_px = max(float(np.median(size[inliers])) / 1.177, config.min_sigma_px)
    j = jacobian[inliers]
    information = np.einsum("pki,pkj->ij", j, j) / sigma_px**2
    kept = matches.select(inliers)
    independent = config.independent_inliers * len(np.unique(kept.camera))
    information *= min(1.0, independent / kept.num_features)
    if np.linalg.cond(information) > 1e12:
        return None
    floor = np.diag([config.floor_sigma_m**2, config.floor_sigma_m**2, config.floor_sigma_rad**2])
    covariance = np.linalg.inv(information) + floor
    return PlanarFit(pose, 0.5 * (covariance + covariance.T), inliers)


def reprojection(
    matches: Correspondences,
    pose: NDArray[np.float64],
    t_floor_base: NDArray[np.float64],
    rig: CameraRig,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return reprojection errors ``(P, 2)`` in pixels and their Jacobian ``(P, 2, 3)`` by pose.

    Points behind a camera get an infinite error and a zero Jacobian.
    """
    x, y, theta = pose
    cos, sin = np.cos(theta), np.sin(theta)
    rotation = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    moved = matches.points - np.array([x, y, 0.0])
    in_floor = moved @ rotation.T
    # d(R^T (p - t)) by x, y, theta.
    by_theta = np.stack([in_floor[:, 1], -in_floor[:, 0], np.zeros(len(moved))], axis=1)
    by_xy = np.broadcast_to(-rotation[:, :2], (len(moved), 3, 2))
    in_floor_by_pose = np.concatenate([by_xy, by_theta[:, :, None]], axis=2)

    error = np.full((len(moved), 2), np.inf)
    jacobian = np.zeros((len(moved), 2, 3))
    t_base_floor = se3.inverse(t_floor_base)
    for number, camera in enumerate(rig.cameras):
        mine = np.flatnonzero(matches.camera == number)
        if not len(mine):
            continue
        t_optical_floor = se3.inverse(camera.t_base_optical) @ t_base_floor
        optical = se3.transform_points(t_optical_floor, in_floor[mine])
        front = optical[:, 2] > 0.05
        mine, optical = mine[front], optical[front]
        k = camera.intrinsics
        error[mine] = k.project(optical) - matches.pixels[mine]
        inverse_z = 1.0 / optical[:, 2]
        by_optical = np.zeros((len(mine), 2, 3))
        by_optical[:, 0, 0] = k.fx_px * inverse_z
        by_optical[:, 0, 2] = -k.fx_px * optical[:, 0] * inverse_z**2
        by_optical[:, 1, 1] = k.fy_px * inverse_z
        by_optical[:, 1, 2] = -k.fy_px * optical[:, 1] * inverse_z**2
        jacobian[mine] = by_optical @ t_optical_floor[:3, :3] @ in_floor_by_pose[mine]
    return error, jacobian
