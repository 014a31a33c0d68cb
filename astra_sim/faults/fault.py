"""What a fault is: when it begins, and what it does to the world, to the senses, to what is said.

To add one, derive from :class:`Fault`, override what it changes, and give it a line in
:mod:`astra_sim.faults.registry`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from astra_core.observation import Observation

if TYPE_CHECKING:
    from astra_sim.faults.faulty_simulator import FaultySimulator
    from astra_sim.faults.things import Thing

__all__ = ["Fault", "Floor", "InitialPose"]


@dataclass(frozen=True, eq=False)
class InitialPose:
    """What a person says of where the robot is: ``(3,)`` in ``map``, covariance ``(3, 3)``."""

    pose: NDArray[np.float64]
    covariance: NDArray[np.float64]


@dataclass(frozen=True)
class Floor:
    """What must hold once a fault has begun, in simulated time; ``None`` asks for nothing.

    The names are those of :class:`astra_eval.fault_witness.FaultFacts`.

    Attributes:
        contact_mps: Nothing is hit faster.
        pressing_s: Nothing is pressed for longer.
        brake_s: Full braking by then, or ``touch_brake_s`` after the first contact.
        touch_brake_s: See there.
        stand_s: Standing by then.
        way_m: Standing and named before it has driven farther, or see ``turn_rad``.
        turn_rad: Standing and named before it has turned farther, to either side.
        mended_s: The pose is right by then.
        named: A person is told.
    """

    contact_mps: float | None = None
    pressing_s: float | None = None
    brake_s: float | None = None
    touch_brake_s: float | None = None
    stand_s: float | None = None
    way_m: float | None = None
    turn_rad: float | None = None
    mended_s: float | None = None
    named: bool = False


class Fault:
    """One fault of one run; as it stands here it does nothing.

    Everything it leaves to chance it draws from :attr:`rng`, which depends on the seed of the run
    alone: the same mission has the same fault.

    Attributes:
        rng: Set before anything else is asked.
    """

    #: One line for people: what happens.
    what: str = "nothing happens"
    #: Pattern of the words by which the stack names it: health, the guard's reason, the result.
    named_by: str = r"$^"
    #: What must hold in spite of it.
    floor: Floor = Floor()
    #: Whether something comes into view: then times count from the first image that shows it.
    appears: ClassVar[bool] = False
    #: Whether a robot that turns on the spot stands: its round hull sweeps nothing by that.
    may_turn: ClassVar[bool] = False
    #: It begins once the robot has driven this far and is this fast.
    after_m: ClassVar[float] = 0.8
    least_speed_mps: ClassVar[float] = 0.5
    most_turn_rad_s: ClassVar[float] = 0.3
    #: How long it is watched from its beginning on; a mission that goes on is ended then.
    watch_s: ClassVar[float] = 15.0

    rng: np.random.Generator

    def things(self) -> tuple[Thing, ...]:
        """Return what must stand ready outside of the building from the start."""
        return ()

    def may_begin(self, simulator: FaultySimulator) -> bool:
        """Return whether the moment has come; asked before each tick."""
        speed_mps, turn_rad_s = simulator.robot_velocity
        return (
            simulator.driven_m >= self.after_m
            and speed_mps >= self.least_speed_mps
            and abs(turn_rad_s) <= self.most_turn_rad_s
        )

    def notice(self, observation: Observation) -> None:
        """Take note of what the robot senses before the beginning."""

    def begin(self, simulator: FaultySimulator) -> None:
        """Change the world; called once, before the first tick with the fault."""

    def sense(self, observation: Observation) -> Observation:
        """Return what the robot senses instead; called with every tick from the beginning on."""
        return observation

    def says(self, simulator: FaultySimulator) -> InitialPose | None:
        """Return what a person tells the robot at the beginning."""
        return None

    def names(self, text: str) -> bool:
        """Return whether words of the stack tell a person of this fault."""
        return re.search(self.named_by, text, re.IGNORECASE) is not None
