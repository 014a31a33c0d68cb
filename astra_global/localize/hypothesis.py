"""A pose that the pictures allow, and what speaks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.angles import wrap_angle
from astra_global.localize.rig_pose import Correspondences

__all__ = ["Hypothesis", "same_pose"]


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A pose that geometry allows.

    Attributes:
        pose: ``(3,)`` [x, y, theta] in ``map``.
        covariance: ``(3, 3)``.
        inliers: The matches that agree with it.
        num_inliers: How many query features these are.
        t_floor_base: ``(4, 4)`` height, roll and pitch of the robot there, from the nodes near by.
        proposed_by: Who named the place, see :class:`astra_global.types.PoseFix`.
    """

    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]
    inliers: Correspondences
    num_inliers: int
    t_floor_base: NDArray[np.float64]
    proposed_by: str = ""

    @property
    def t_map_base(self) -> NDArray[np.float64]:
        """Return the pose of the robot ``(4, 4)``, with height, roll and pitch."""
        return se3.from_se2(self.pose) @ self.t_floor_base


def same_pose(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    *,
    distance_m: float = 0.5,
    angle_rad: float = 0.3,
) -> bool:
    """Return whether two poses ``(3,)`` are one place seen in one direction."""
    near = float(np.linalg.norm(first[:2] - second[:2])) <= distance_m
    return near and abs(float(wrap_angle(float(first[2] - second[2])))) <= angle_rad
