"""Where to look and where to go when the robot does not know its place for sure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from astra_core.angles import wrap_angle
from astra_core.camera import CameraRig
from astra_global.fusion.place_belief import BelievedPlace
from astra_global.route import FreeSpace
from astra_global.types import Landmark

__all__ = ["open_direction", "sees_all_round"]

_NUM_DIRECTIONS = 16
# Steps of the rays, and how near a sign must be for going there to help.
_RAY_STEP_M, _SIGN_RANGE_M, _SIGN_CONE_RAD = 0.2, 20.0, 0.5
# A free metre counts one; a sign in that direction counts as much as this many.
_SIGN_WORTH_M = 1.5


def sees_all_round(rig: CameraRig) -> bool:
    """Return whether every horizontal direction lies in the view of some camera."""
    angles = np.linspace(-np.pi, np.pi, 360, endpoint=False)
    rays = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)])
    seen = np.zeros(len(angles), dtype=bool)
    for camera in rig.cameras:
        right, _, forward = camera.t_base_optical[:3, :3].T @ rays
        half_width = 0.5 * camera.intrinsics.width_px / camera.intrinsics.fx_px
        seen |= (forward > 0.0) & (np.abs(right) <= half_width * forward)
    return bool(seen.all())


def open_direction(
    places: Sequence[BelievedPlace],
    space: FreeSpace | None,
    landmarks: Sequence[Landmark],
    distance_m: float,
    robot_radius_m: float,
) -> float:
    """Return the ego direction that leads on from most of the places, best towards a sign.

    Args:
        places: Where the robot may be; empty = nobody knows, which answers 0: ahead.
        space: Free space of the map; ``None`` answers 0 as well.
        landmarks: Those with text on them are worth going to.
        distance_m: How far the robot means to go.
        robot_radius_m: Its size.

    Returns:
        Radians from the robot's heading, in (-pi, pi].
    """
    if not places or space is None:
        return 0.0
    turns = np.arange(_NUM_DIRECTIONS) * 2.0 * np.pi / _NUM_DIRECTIONS
    signs = np.array([mark.position_m[:2] for mark in landmarks if mark.text]).reshape(-1, 2)
    steps_m = np.arange(_RAY_STEP_M, distance_m + 1e-6, _RAY_STEP_M)
    # Turning costs time: among equal directions the one nearest to the heading is taken.
    worth = -0.1 * np.abs(wrap_angle(turns))
    for place in places:
        headings = place.pose[2] + turns
        rays = np.stack([np.cos(headings), np.sin(headings)], axis=-1)
        points = place.pose[:2] + steps_m[None, :, None] * rays[:, None, :]
        is_free = space.clearance_at(points) >= robot_radius_m
        free_m = np.cumprod(is_free, axis=1).sum(axis=1) * _RAY_STEP_M
        away = signs - place.pose[:2]
        distance = np.linalg.norm(away, axis=1)
        bearing = np.arctan2(away[:, 1], away[:, 0])
        off = np.abs(wrap_angle(bearing[None, :] - headings[:, None]))
        leads = ((off < _SIGN_CONE_RAD) & (distance < _SIGN_RANGE_M) & (distance > 1.0)).any(axis=1)
        worth += place.probability * (free_m + _SIGN_WORTH_M * leads * (free_m > 1.0))
    return float(wrap_angle(turns[int(np.argmax(worth))]))
