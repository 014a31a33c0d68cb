"""Pictures too coarse for any place to be known again: told before anybody drives about."""

from __future__ import annotations

from astra_core.camera import Camera, CameraRig
from astra_core.errors import ConfigError

__all__ = ["coarse_cameras", "require_fine_enough"]


def coarse_cameras(rig: CameraRig, min_focal_px: float) -> tuple[Camera, ...]:
    """Return the cameras in whose pictures nothing is known again, in rig order."""
    return tuple(c for c in rig.cameras if c.intrinsics.fx_px < min_focal_px)


def require_fine_enough(rig: CameraRig, min_focal_px: float) -> None:
    """Refuse a rig of which no camera can find a place.

    Args:
        rig: The robot's cameras.
        min_focal_px: Pixels that one radian must have in the middle of a picture.

    Raises:
        ConfigError: All are too coarse; says how many pixels would do.
    """
    coarse = coarse_cameras(rig, min_focal_px)
    if len(coarse) < len(rig.cameras):
        return
    told = []
    for camera in coarse:
        k = camera.intrinsics
        needed_px = round(k.width_px * min_focal_px / k.fx_px)
        told.append(f"{camera.name} {k.width_px}x{k.height_px}, at least {needed_px} pixels wide")
    raise ConfigError(
        f"the cameras' pictures are too coarse to know a place again: {'; '.join(told)}"
    )
