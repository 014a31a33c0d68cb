"""The robot is not where it believes to be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.faults.fault import Fault, Floor, InitialPose

if TYPE_CHECKING:
    from astra_sim.faults.faulty_simulator import FaultySimulator

__all__ = ["Shove", "WrongInitialPose"]

_NAMED_BY = r"lost|moved|shove|carried|kidnap|not where|does not fit|does not belong|disagree"
_MENDED = Floor(contact_mps=0.1, mended_s=10.0)
_DIRECTIONS = 16
_SPARE_M = 0.05
#: What rviz2's tool sends: 0.5 m and 15 degrees, one sigma.
_RVIZ_COVARIANCE = np.diag([0.25, 0.25, math.radians(15.0) ** 2])


class Shove(Fault):
    """Somebody shoves the robot; neither wheels nor IMU tell."""

    named_by = _NAMED_BY
    floor = _MENDED

    def __init__(self, distance_m: float) -> None:
        """Say how far."""
        self._distance_m = distance_m
        self.what = f"the robot is shoved by {distance_m:g} m, unfelt"
        self._to: tuple[float, float, float] | None = None

    def may_begin(self, simulator: FaultySimulator) -> bool:
        """Return whether the robot drives and there is room to be shoved to."""
        if not super().may_begin(simulator):
            return False
        x, y, theta = simulator.robot_pose
        free_m = simulator.robot.radius_m + _SPARE_M
        turn = self.rng.permutation(_DIRECTIONS) * 2.0 * math.pi / _DIRECTIONS
        for angle in turn.tolist():
            step = math.cos(angle), math.sin(angle)
            way = np.linspace(0.0, self._distance_m, 8)[1:].tolist()
            if all(simulator.is_free((x + s * step[0], y + s * step[1]), free_m) for s in way):
                self._to = (
                    x + self._distance_m * step[0],
                    y + self._distance_m * step[1],
                    theta,
                )
                return True
        return False

    def begin(self, simulator: FaultySimulator) -> None:
        """Put the robot there."""
        assert self._to is not None
        simulator.place(self._to)


class WrongInitialPose(Fault):
    """A person gives a pose that is wrong by a distance, as sure as rviz2's tool is."""

    named_by = _NAMED_BY
    floor = _MENDED

    def __init__(self, distance_m: float) -> None:
        """Say how far off."""
        self._distance_m = distance_m
        self.what = f"a person gives a pose that is {distance_m:g} m off"

    def says(self, simulator: FaultySimulator) -> InitialPose:
        """Return the true pose, moved in a direction by chance."""
        pose = np.array(simulator.robot_pose)
        angle = self.rng.uniform(-math.pi, math.pi)
        pose[:2] += self._distance_m * np.array([math.cos(angle), math.sin(angle)])
        pose[2] = math.remainder(pose[2], 2.0 * math.pi)
        return InitialPose(pose, _RVIZ_COVARIANCE.copy())
