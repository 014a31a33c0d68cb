"""Undoing the distortion of a lens, and telling beforehand whether a calibration allows it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraIntrinsics

__all__ = ["calibration_problem", "undistort"]

# OpenCV's own five rounds end pixels away from the answer in the outer quarter of a wide picture.
_ROUNDS, _CLOSE_ENOUGH = 40, 1e-6

# A pinhole picture of 170 degrees is 23 focal lengths wide; a focal length in metres gives 180.
_WIDEST_RAD, _NARROWEST_RAD = math.radians(170.0), math.radians(1.0)
# The principal point lies near the middle: at twice or half of it, on both axes alike, the matrix
# is that of a picture of another size.
_OTHER_SIZE, _ALIKE = 1.4, 0.1
# A polynomial that was fitted to a lens may go astray in the corners, but not in a third of the
# picture.
_GRID, _LOST_PX, _MOST_LOST = (17, 13), 1.0, 0.3


def undistort(pixels: NDArray[np.floating], intrinsics: CameraIntrinsics) -> NDArray[np.float64]:
    """Return where an ideal pinhole camera with the same matrix would see pixels ``(N, 2)``."""
    ideal = np.asarray(pixels, dtype=np.float64)
    if not any(intrinsics.distortion) or not len(ideal):
        return ideal
    import cv2

    opencv: Any = cv2  # its types do not know the one with criteria
    k = intrinsics.matrix()
    until = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _ROUNDS, _CLOSE_ENOUGH)
    lens = np.array(intrinsics.distortion)
    found = opencv.undistortPointsIter(ideal.reshape(-1, 1, 2), k, lens, np.eye(3), k, until)
    return np.asarray(found, dtype=np.float64).reshape(-1, 2)


def calibration_problem(k: CameraIntrinsics) -> str:
    """Return why matrix and lens cannot belong to pictures of their size; empty where they can."""
    return _matrix_problem(k) or _lens_problem(k)


def _matrix_problem(k: CameraIntrinsics) -> str:
    size = f"{k.width_px}x{k.height_px}"
    scale_x = (2.0 * k.cx_px + 1.0) / k.width_px
    scale_y = (2.0 * k.cy_px + 1.0) / k.height_px
    is_alike = abs(scale_x - scale_y) < _ALIKE * max(scale_x, scale_y)
    if is_alike and not 1.0 / _OTHER_SIZE < scale_x < _OTHER_SIZE:
        wide, high = round(scale_x * k.width_px), round(scale_y * k.height_px)
        return (
            f"its K is that of pictures of about {wide}x{high}, and not of {size}: "
            "scale K when the pictures are scaled"
        )
    if not (0.0 <= k.cx_px < k.width_px and 0.0 <= k.cy_px < k.height_px):
        return (
            f"its principal point ({k.cx_px:.0f}, {k.cy_px:.0f}) is outside of pictures of {size}"
        )
    for name, length_px, focal_px in (
        ("wide", k.width_px, k.fx_px),
        ("high", k.height_px, k.fy_px),
    ):
        angle_rad = 2.0 * math.atan(0.5 * length_px / focal_px)
        if not _NARROWEST_RAD < angle_rad < _WIDEST_RAD:
            return (
                f"with a focal length of {focal_px:g} pixels its picture of {size} would be "
                f"{math.degrees(angle_rad):.1f} degrees {name}, which no such camera is"
            )
    return ""


def _lens_problem(k: CameraIntrinsics) -> str:
    if not any(k.distortion):
        return ""
    lost = _lost_share(k)
    if lost <= _MOST_LOST:
        return ""
    return (
        f"its distortion {', '.join(f'{value:g}' for value in k.distortion)} cannot be undone in "
        f"{100.0 * lost:.0f} % of the picture: calibrate anew, or publish rectified pictures and "
        "no distortion"
    )


def _lost_share(k: CameraIntrinsics) -> float:
    """Return the share of the picture whose pixels do not come back when distorted again."""
    import cv2

    u, v = np.meshgrid(
        np.linspace(0.0, k.width_px - 1.0, _GRID[0]), np.linspace(0.0, k.height_px - 1.0, _GRID[1])
    )
    pixels = np.stack([u.ravel(), v.ravel()], axis=-1)
    ideal = undistort(pixels, k)
    rays = (ideal - (k.cx_px, k.cy_px)) / (k.fx_px, k.fy_px)
    points = np.column_stack([rays, np.ones(len(rays))])
    lens = np.array(k.distortion)
    again, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), k.matrix(), lens)
    away_px = np.linalg.norm(np.asarray(again).reshape(-1, 2) - pixels, axis=1)
    # What is no number has not come back either.
    return float(np.mean(~(away_px <= _LOST_PX)))
