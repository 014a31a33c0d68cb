"""Rigs that nobody built: what learns from many of them works with the next one."""

from __future__ import annotations

import math

import numpy as np

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_sim.rig import BODY_FROM_OPTICAL

__all__ = ["random_rig"]

_NUMBER = (1, 5)
_FOV_DEG = (65.0, 115.0)
_HEIGHT_M = (0.35, 1.35)
_PITCH_DEG = (-5.0, 20.0)
_ROLL_DEG = 2.0
_OFFSET_M = (0.0, 0.18)
#: Cameras look about evenly around, the first one forward, each off by at most this.
_YAW_OFF_DEG = 20.0


def random_rig(rng: np.random.Generator, width_px: int = 320, height_px: int = 240) -> CameraRig:
    """Draw a rig: one to five cameras around a mast, of one kind, nearly level or looking down.

    Args:
        rng: Of everything.
        width_px: Image width.
        height_px: Image height.
    """
    number = int(rng.integers(_NUMBER[0], _NUMBER[1] + 1))
    fov_rad = math.radians(rng.uniform(*_FOV_DEG))
    intrinsics = CameraIntrinsics.from_horizontal_fov(width_px, height_px, fov_rad)
    height_m, pitch_deg = rng.uniform(*_HEIGHT_M), rng.uniform(*_PITCH_DEG)
    cameras = []
    for index in range(number):
        yaw_deg = 360.0 * index / number + rng.uniform(-_YAW_OFF_DEG, _YAW_OFF_DEG)
        yaw_rad, offset_m = math.radians(yaw_deg), rng.uniform(*_OFFSET_M)
        xyz = (offset_m * math.cos(yaw_rad), offset_m * math.sin(yaw_rad), height_m)
        roll_rad = math.radians(rng.uniform(-_ROLL_DEG, _ROLL_DEG))
        body = se3.from_xyz_rpy(xyz, (roll_rad, math.radians(pitch_deg), yaw_rad))
        body[:3, :3] = body[:3, :3] @ BODY_FROM_OPTICAL
        cameras.append(Camera(f"camera{index}", intrinsics, body))
    return CameraRig(tuple(cameras))
