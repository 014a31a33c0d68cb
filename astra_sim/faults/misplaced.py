"""The robot is not where it believes to be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.faults.fault import Fault, Floor, InitialPose

if TYPE_CHECKING:
    from astra_sim.faults.faulty_simulator import FaultySimulator

__all__ = ["Shove", "WrongInitialPose"]

_NAMED_BY = (
    r"lost|moved|shove|carried|kidnap|not where|does not fit|does not belong|agree with the pose"
)
_MENDED = Floor(contact_mps=0.1, mended_s=10.0)
_DIRECTIONS = 16
_SPARE_M = 0.05
#: What rviz2's tool sends: 0.5 m and 15 degrees, one sigma.
_RVIZ_SIGMA = (0.5, 0.5, math.radians(15.0))


class Shove(Fault):
    """Somebody shoves the robot; neither wheels nor IMU tell."""

    named_by = _NAMED_BY
    floor = _MENDED

    def __init__(self, distance_m: float, turn_rad: float = 0.0) -> None:
        """Say how far, and by how much it is turned to the left."""
        self._distance_m, self._turn_rad = distance_m, turn_rad
        self.what = f"the robot is shoved by {_how_far(distance_m, turn_rad)}, unfelt"
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
                    theta + self._turn_rad,
                )
                return True
        return False

    def begin(self, simulator: FaultySimulator) -> None:
        """Put the robot there."""
        assert self._to is not None
        simulator.place(self._to)


class WrongInitialPose(Fault):
    """A person or a program gives a wrong pose, and says how sure that is."""

    named_by = _NAMED_BY
    floor = _MENDED

    def __init__(
        self,
        distance_m: float,
        turn_rad: float = 0.0,
        *,
        sigma: tuple[float, float, float] = _RVIZ_SIGMA,
        who: str = "a person",
    ) -> None:
        """Say how far off.

        Args:
            distance_m: In a direction by chance.
            turn_rad: To the left.
            sigma: Deviations of x, y (m) and heading (rad) that are told; zeros by Nav2's
                commander.
            who: Gives it.
        """
        self._distance_m, self._turn_rad, self._sigma = distance_m, turn_rad, sigma
        self.what = f"{who} gives a pose that is {_how_far(distance_m, turn_rad)} off"

    def says(self, simulator: FaultySimulator) -> InitialPose:
        """Return the true pose, moved in a direction by chance."""
        pose = np.array(simulator.robot_pose)
        angle = self.rng.uniform(-math.pi, math.pi)
        pose[:2] += self._distance_m * np.array([math.cos(angle), math.sin(angle)])
        pose[2] = math.remainder(pose[2] + self._turn_rad, 2.0 * math.pi)
        return InitialPose(pose, np.diag(np.square(self._sigma)))


def _how_far(distance_m: float, turn_rad: float) -> str:
    parts = [f"{distance_m:g} m"] if distance_m else []
    parts += [f"{math.degrees(turn_rad):.0f} degrees"] if turn_rad else []
    return " and ".join(parts)
