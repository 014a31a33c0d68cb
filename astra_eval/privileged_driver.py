"""Steers the simulated robot by the truth, for data that a table needs: never part of the stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_core.observation import Observation
from astra_core.records import Velocity
from astra_sim.tour.config import TourConfig
from astra_sim.tour.tracker import PathTracker

if TYPE_CHECKING:
    from astra_sim.simulator import Simulator

__all__ = ["PrivilegedDriver"]

_STOP_M = 0.03
_PATIENCE_S = 4.0


class PrivilegedDriver:
    """Drives, and yields what is sensed tick by tick; stop iterating and the robot waits.

    Attributes:
        truth: The truth after the newest tick.
    """

    def __init__(self, simulator: Simulator) -> None:
        """Take the wheel."""
        self._simulator = simulator
        self._config = TourConfig()
        self.truth = simulator.truth()

    def place(self, pose: tuple[float, float, float]) -> None:
        """Put the robot at a pose (x, y, theta) in ``map``."""
        self._simulator.place(pose)
        self.truth = self._simulator.truth()

    def rest(self, seconds: float) -> Iterator[Observation]:
        """Stand still."""
        for _ in range(round(seconds / self._simulator.tick_s)):
            yield self._step(Velocity())

    def follow(self, points: NDArray[np.float64]) -> Iterator[Observation]:
        """Drive along points ``(N, 2)`` in ``map``, evenly spaced, N >= 2, and stop at their end.

        Where somebody stands in the way the robot waits; after four seconds of that the way is
        given up.
        """
        tracker = PathTracker(points, self._config)
        waited_s = 0.0
        while waited_s < _PATIENCE_S:
            command = tracker.command(self.truth.pose)
            if command is None:
                return
            if self.truth.clearance_m < _STOP_M and command.linear_mps > 0.0:
                waited_s += self._simulator.tick_s
                command = Velocity(0.0, command.angular_rad_s)
            yield self._step(command)

    def _step(self, command: Velocity) -> Observation:
        observation = self._simulator.step(command)
        self.truth = self._simulator.truth()
        return observation
