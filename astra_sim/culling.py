"""Which geoms a camera can see, so that the others are not drawn: same pictures, less work.

Two tests, both on the safe side. A geom outside of the view pyramid is left out; so is one behind
walls. For the second, a level camera's picture is cut into columns, vertical slices of space. A
wall that fills a column hides what lies behind it there, provided that it reaches from below to
above everything on the line of sight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import CameraIntrinsics
from astra_sim.occlusion import Footprints, Occluders

if TYPE_CHECKING:
    import mujoco

__all__ = ["ViewCuller"]

_LEVEL = 1e-6


class ViewCuller:
    """Finds what may be seen. Geoms of the world body must stand still; others may move."""

    def __init__(
        self, model: mujoco.MjModel, data: mujoco.MjData, drawn: NDArray[np.bool_]
    ) -> None:
        """Measure everything that stands still.

        Args:
            model: The world.
            data: Any state of it with positions up to date.
            drawn: ``(G,)`` which geoms are drawn at all.
        """
        still = model.geom_bodyid == 0
        bounded = model.geom_rbound > 0.0
        self._drawn = drawn
        # Infinite planes have no bounding sphere.
        self._always = np.flatnonzero(drawn & ~bounded)
        self._still = np.flatnonzero(drawn & bounded & still)
        self._moving = np.flatnonzero(drawn & bounded & ~still)
        self._footprints = Footprints.around(model, data, self._still)
        self._occluders = Occluders(model, data, self._footprints)

    def visible(
        self, model: mujoco.MjModel, data: mujoco.MjData, camera_id: int, k: CameraIntrinsics
    ) -> NDArray[np.bool_]:
        """Return ``(G,)``: False where a geom contributes no pixel to a camera's picture."""
        result = np.zeros(model.ngeom, dtype=bool)
        result[self._always] = True
        position, rotation = data.cam_xpos[camera_id], data.cam_xmat[camera_id].reshape(3, 3)
        slopes = 0.5 * k.width_px / k.fx_px, 0.5 * k.height_px / k.fy_px
        for geoms in (self._still, self._moving):
            centers, radii = data.geom_xpos[geoms], model.geom_rbound[geoms]
            result[geoms] = _reaches_in(centers, radii, position, rotation, slopes)
        if abs(rotation[2, 1] - 1.0) < _LEVEL and self._occluders.worthwhile:
            near = np.flatnonzero(result[self._still])
            things = self._footprints[near]
            # Columns point to the right of the camera and ahead of it.
            plane = np.stack([rotation[:2, 0], -rotation[:2, 2]], axis=1)
            unseen = self._occluders.hide(things, position, plane, slopes[0])
            result[self._still[near[unseen]]] = False
        return result


def _reaches_in(
    centers: NDArray[np.float64],
    radii: NDArray[np.float64],
    position: NDArray[np.float64],
    rotation: NDArray[np.float64],
    slopes: tuple[float, float],
) -> NDArray[np.bool_]:
    """Return which spheres ``(N,)`` reach into the pyramid of a camera that looks along -z."""
    x, y, z = ((centers - position) @ rotation).T
    inside: NDArray[np.bool_] = z < radii
    for across, slope in zip((x, y), slopes, strict=True):
        inside &= np.abs(across) + z * slope < radii * np.hypot(1.0, slope)
    return inside
