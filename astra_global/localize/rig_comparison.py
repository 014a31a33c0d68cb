"""The robot's cameras beside those that made the map: what differs, in a person's words.

Features and poses do not care which camera took a picture, so a robot may have other cameras than
the one that made its map: other names, places, numbers, sizes, lenses. Where a camera of the same
name stands elsewhere it may be meant so or be a slip in a file, and a person should hear of it.
"""

from __future__ import annotations

import numpy as np

from astra_core.camera import Camera, CameraIntrinsics, CameraRig

__all__ = ["rig_differences", "with_cameras_of_map"]

# Files keep a pose as position and quaternion: what agrees up to this is the same camera.
_ROUNDING = 1e-9
# Less is not worth a word: nobody mounts a camera more exactly.
_TOLD_M, _TOLD_RAD, _TOLD_PX = 0.002, 0.002, 0.5


def rig_differences(robot: CameraRig, map_rig: CameraRig) -> tuple[str, ...]:
    """Return one line for each camera of the robot that is not as the map's, none if all are."""
    lines = []
    for camera in robot.cameras:
        if camera.name not in map_rig.names:
            lines.append(f"camera {camera.name}: the map was made without one of this name")
            continue
        other = map_rig[camera.name]
        told = [*_mounting(camera, other), *_picture(camera.intrinsics, other.intrinsics)]
        if told:
            lines.append(f"camera {camera.name}: {', '.join(told)}")
    missing = [name for name in map_rig.names if name not in robot.names]
    if missing:
        lines.append(f"the map was also made with {', '.join(missing)}, which the robot lacks")
    return tuple(lines)


def with_cameras_of_map(robot: CameraRig, map_rig: CameraRig) -> CameraRig:
    """Return the robot's rig, its cameras replaced by the map's where they agree up to rounding.

    A rig comes by transforms, from a file or from a simulator, each with other last digits. With
    this a robot finds the same pose to the last bit on the map that it has made, whichever way its
    own rig came.
    """
    return CameraRig(tuple(_same_or_own(camera, map_rig) for camera in robot.cameras))


def _same_or_own(camera: Camera, map_rig: CameraRig) -> Camera:
    if camera.name not in map_rig.names:
        return camera
    other = map_rig[camera.name]
    numbers, its = _numbers(camera.intrinsics), _numbers(other.intrinsics)
    is_same = (
        len(numbers) == len(its)
        and np.allclose(numbers, its, rtol=0.0, atol=_ROUNDING)
        and np.allclose(camera.t_base_optical, other.t_base_optical, rtol=0.0, atol=_ROUNDING)
    )
    return other if is_same else camera


def _mounting(camera: Camera, other: Camera) -> list[str]:
    away_m = float(np.linalg.norm(camera.t_base_optical[:3, 3] - other.t_base_optical[:3, 3]))
    # Of two rotations an angle apart: |R - S| = 2 sqrt(2) sin(angle / 2).
    apart = np.linalg.norm(camera.t_base_optical[:3, :3] - other.t_base_optical[:3, :3])
    turned_rad = float(2.0 * np.arcsin(min(1.0, apart / np.sqrt(8.0))))
    if away_m < _TOLD_M and turned_rad < _TOLD_RAD:
        return []
    return [f"{100 * away_m:.1f} cm and {np.rad2deg(turned_rad):.1f} degrees from the map's"]


def _picture(k: CameraIntrinsics, other: CameraIntrinsics) -> list[str]:
    told = []
    if (k.width_px, k.height_px) != (other.width_px, other.height_px):
        told.append(
            f"{k.width_px}x{k.height_px} pixels, the map's {other.width_px}x{other.height_px}"
        )
    # Of the picture's half width: a larger picture of the same view is no other lens.
    half, half_other = 0.5 * k.width_px / k.fx_px, 0.5 * other.width_px / other.fx_px
    if abs(half - half_other) * k.fx_px > _TOLD_PX:
        own, its = (np.rad2deg(2.0 * np.arctan(value)) for value in (half, half_other))
        told.append(f"{own:.1f} degrees wide, the map's {its:.1f}")
    if any(k.distortion) != any(other.distortion):
        told.append("its lens distorts" if any(k.distortion) else "its lens does not distort")
    return told


def _numbers(k: CameraIntrinsics) -> list[float]:
    distortion = k.distortion if any(k.distortion) else ()
    return [k.width_px, k.height_px, k.fx_px, k.fy_px, k.cx_px, k.cy_px, *distortion]
