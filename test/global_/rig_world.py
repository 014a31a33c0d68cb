"""Rigs that differ from the one that made a map, and that map: the first of the twin rooms."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from room_world import make_rig, tour_poses
from twin_world import Twins

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_global.localize.place_map import PlaceMap

RIG = make_rig()
TWINS = Twins()
# Optical axes (right, down, forward) in a body frame that looks along x.
OPTICAL_IN_BODY = np.array([[0, 0, 1.0, 0], [-1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, 0, 1.0]])


def changed(rig: CameraRig, name: str, yaw_deg: float = 0.0, move=(0, 0, 0)) -> CameraRig:
    """Return a rig with one camera turned about its own place and moved."""
    cameras = []
    for camera in rig.cameras:
        pose = camera.t_base_optical.copy()
        if camera.name == name:
            turn = se3.from_xyz_rpy((0, 0, 0), (0, 0, np.deg2rad(yaw_deg)))[:3, :3]
            pose[:3, :3] = turn @ pose[:3, :3]
            pose[:3, 3] += move
        cameras.append(Camera(camera.name, camera.intrinsics, pose))
    return CameraRig(tuple(cameras))


def camera(name, yaw, width, height, fov_deg, xyz, distortion=()) -> Camera:
    k = CameraIntrinsics.from_horizontal_fov(width, height, np.deg2rad(fov_deg))
    k = CameraIntrinsics(width, height, k.fx_px, k.fy_px, k.cx_px, k.cy_px, distortion)
    return Camera(name, k, se3.from_xyz_rpy(xyz, (0, 0, yaw)) @ OPTICAL_IN_BODY)


def make_places(folder: Path) -> PlaceMap:
    """Return a map of the room, seen from a loop before its box."""
    poses = [pose for pose in tour_poses(0.8) if pose[1] < 2.0]
    return PlaceMap(*TWINS.make_map(folder / "map", poses))
