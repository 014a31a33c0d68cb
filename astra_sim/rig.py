"""The four-camera rig of the simulated robot (the default; any other rig may be passed)."""

from __future__ import annotations

import math

import numpy as np

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig

__all__ = ["BODY_FROM_OPTICAL", "default_rig"]

#: Optical axes (right, down, forward) written in the axes of the camera's body (forward, left, up).
BODY_FROM_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
_YAWS_DEG = {"front": 0.0, "left": 90.0, "rear": 180.0, "right": -90.0}


def default_rig(
    width_px: int = 320,
    height_px: int = 240,
    fov_deg: float = 100.0,
    height_m: float = 1.1,
    offset_m: float = 0.15,
) -> CameraRig:
    """Build the rig: front, left, rear and right camera on a mast, looking outwards and level.

    Args:
        width_px: Image width.
        height_px: Image height.
        fov_deg: Horizontal field of view; above 90 neighbouring cameras overlap.
        height_m: Height of the optical centres above the floor.
        offset_m: Horizontal distance of the optical centres from the centre of the robot.
    """
    intrinsics = CameraIntrinsics.from_horizontal_fov(width_px, height_px, math.radians(fov_deg))
    cameras = []
    for name, yaw_deg in _YAWS_DEG.items():
        yaw_rad = math.radians(yaw_deg)
        xyz = (offset_m * math.cos(yaw_rad), offset_m * math.sin(yaw_rad), height_m)
        t_base_camera = se3.from_xyz_rpy(xyz, (0.0, 0.0, yaw_rad))
        t_base_optical = t_base_camera.copy()
        t_base_optical[:3, :3] = t_base_camera[:3, :3] @ BODY_FROM_OPTICAL
        cameras.append(Camera(name, intrinsics, t_base_optical))
    return CameraRig(tuple(cameras))
