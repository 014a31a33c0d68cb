"""Something holds the robot: felt by wheels, gyro and accelerometer, or by fewer of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from astra_core.observation import Observation
from astra_sim.faults.appearing import BoxAppears
from astra_sim.faults.fault import Fault

if TYPE_CHECKING:
    from astra_sim.faults.faulty_simulator import FaultySimulator

__all__ = ["HeldWhileTurning", "SlippingAt"]

_TURNS_RAD_S, _STANDS_MPS = 0.4, 0.05


class SlippingAt(BoxAppears):
    """A box at which the wheels spin on as they are told while the hull touches it."""

    def __init__(self, what: str, size_m: tuple[float, float, float], before_m: float) -> None:
        """Describe the box: what no camera sees, of this size, so far before the hull."""
        super().__init__(what, size_m, before_m, visible=False, seen_by_depth=False)
        self.what += ", where the wheels slip"

    def begin(self, simulator: FaultySimulator) -> None:
        """Put it there."""
        super().begin(simulator)
        self._simulator = simulator

    def sense(self, observation: Observation) -> Observation:
        """Let the wheels say what they were told, where the robot is held."""
        if not self._simulator.truth().collision:
            return observation
        told = self._simulator.told
        wheels = tuple(
            replace(
                sample,
                linear_velocity_mps=told.linear_mps,
                angular_velocity_rad_s=told.angular_rad_s,
            )
            for sample in observation.wheels
        )
        return replace(observation, wheels=wheels)


class HeldWhileTurning(Fault):
    """The robot turns in place and is held: a cable, a carpet, something under the hull."""

    what = "something holds the robot while it turns in place"
    named_by = r"touch|contact|blocked|does not turn|holds"

    def may_begin(self, simulator: FaultySimulator) -> bool:
        """Return whether the robot turns in place."""
        speed_mps, turn_rad_s = simulator.robot_velocity
        return abs(speed_mps) <= _STANDS_MPS and abs(turn_rad_s) >= _TURNS_RAD_S

    def begin(self, simulator: FaultySimulator) -> None:
        """Hold it."""
        simulator.hold_heading()
