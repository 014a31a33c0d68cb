"""How far the robot is from touching something.

Nearly everything in a building is an upright box or cylinder that never moves: their distance to
the upright hull is a matter of the plane, for all of them at once. So is that of people and door
leaves, which move in the plane. MuJoCo measures the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_sim.robot import ROBOT

if TYPE_CHECKING:
    import mujoco

__all__ = ["ClearanceMeter"]

_FAR_M = 10.0
_UPRIGHT = 0.9999


class ClearanceMeter:
    """Distance of the robot's hull to the nearest thing beside it."""

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, name: str = ROBOT) -> None:
        """Sort the geoms of a world.

        Args:
            model: The compiled world with the robot.
            data: A state whose positions are up to date.
            name: Of the robot.
        """
        import mujoco

        self._model = model
        self._hull = int(model.geom(f"{name}_hull").id)
        self._radius_m = float(model.geom_size[self._hull, 0])
        rotation = data.geom_xmat.reshape(-1, 3, 3)
        static = model.body_weldid[model.geom_bodyid] == 0
        beside = _beside_the_hull(model, data, self._hull, static)
        upright = static & (np.abs(rotation[:, 2, 2]) > _UPRIGHT)

        boxes = beside & upright & (model.geom_type == mujoco.mjtGeom.mjGEOM_BOX)
        rounds = beside & upright & (model.geom_type == mujoco.mjtGeom.mjGEOM_CYLINDER)
        self._box_centers = data.geom_xpos[boxes, :2].copy()
        self._box_axes = rotation[boxes, :2, :2].copy()
        self._box_halves = model.geom_size[boxes, :2].copy()
        self._round_centers = data.geom_xpos[rounds, :2].copy()
        self._round_radii = model.geom_size[rounds, 0].copy()
        # Solids of people and doors stand upright in the middle of their mocap bodies.
        self._mocap = model.body_mocapid[model.geom_bodyid]
        moving = beside & (self._mocap >= 0)
        self._moving_boxes = np.flatnonzero(moving & (model.geom_type == mujoco.mjtGeom.mjGEOM_BOX))
        self._moving_rounds = np.flatnonzero(
            moving & (model.geom_type == mujoco.mjtGeom.mjGEOM_CYLINDER)
        )
        self._others = np.flatnonzero(beside & ~moving & ~boxes & ~rounds)

    def distance_m(self, data: mujoco.MjData, x_m: float, y_m: float) -> float:
        """Return the distance of the hull around (x, y) to the nearest thing, at most 10 m."""
        nearest = _FAR_M
        center = np.array([x_m, y_m])
        if len(self._box_centers):
            offset = np.einsum("gij,gi->gj", self._box_axes, center - self._box_centers)
            outside = np.maximum(np.abs(offset) - self._box_halves, 0.0)
            nearest = min(nearest, float(np.hypot(outside[:, 0], outside[:, 1]).min()))
        if len(self._round_centers):
            offset = center - self._round_centers
            gaps = np.hypot(offset[:, 0], offset[:, 1]) - self._round_radii
            nearest = min(nearest, float(gaps.min()))
        nearest = min(nearest, self._to_moving_m(data, center)) - self._radius_m
        if len(self._others):
            nearest = min(nearest, self._measured_m(data, nearest))
        return nearest

    def _to_moving_m(self, data: mujoco.MjData, center: NDArray[np.float64]) -> float:
        nearest = _FAR_M
        for geom in self._moving_rounds:
            away = center - data.mocap_pos[self._mocap[geom], :2]
            nearest = min(nearest, float(np.hypot(*away)) - float(self._model.geom_size[geom, 0]))
        for geom in self._moving_boxes:
            away = center - data.mocap_pos[self._mocap[geom], :2]
            w, _, _, z = data.mocap_quat[self._mocap[geom]]
            cos, sin = w * w - z * z, 2.0 * w * z
            along = np.array([cos * away[0] + sin * away[1], cos * away[1] - sin * away[0]])
            outside = np.maximum(np.abs(along) - self._model.geom_size[geom, :2], 0.0)
            nearest = min(nearest, float(np.hypot(*outside)))
        return nearest

    def _measured_m(self, data: mujoco.MjData, limit_m: float) -> float:
        import mujoco

        mujoco.mj_kinematics(self._model, data)
        nearest = max(limit_m, 0.0)
        for geom in self._others:
            nearest = min(
                nearest,
                mujoco.mj_geomDistance(self._model, data, self._hull, int(geom), nearest, None),
            )
        return float(nearest)


def _beside_the_hull(
    model: mujoco.MjModel, data: mujoco.MjData, hull: int, static: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    # Floor and ceiling are always near and never hit: leave out what lies below or above.
    import mujoco

    collides: NDArray[np.bool_] = (model.geom_contype != 0) & (model.geom_conaffinity != 0)
    collides &= model.geom_type != mujoco.mjtGeom.mjGEOM_PLANE
    # Vertical half extent of each rotated bounding box.
    up = data.geom_xmat.reshape(-1, 3, 3)[:, 2]
    center_z = data.geom_xpos[:, 2] + np.einsum("gi,gi->g", up, model.geom_aabb[:, :3])
    half_z = np.einsum("gi,gi->g", np.abs(up), model.geom_aabb[:, 3:])
    low, high = center_z - half_z, center_z + half_z
    level = (high > low[hull]) & (low < high[hull])
    collides &= level | ~static
    collides[hull] = False
    return collides
