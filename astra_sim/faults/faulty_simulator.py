"""A simulator in which one thing goes wrong once the robot drives."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from astra_core.observation import Observation
from astra_core.records import Velocity
from astra_sim.faults.fault import Fault, InitialPose
from astra_sim.faults.things import Thing
from astra_sim.profile import SensorProfile
from astra_sim.scenes.floor_plan import FloorPlan, floor_plan
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene
from astra_sim.simulator import Simulator

__all__ = ["FaultySimulator"]


class FaultySimulator(Simulator):
    """The same run as without the fault, to the last bit, until the fault begins.

    Faults know the truth of the world; the stack learns of them by its senses alone, and by what a
    person in the fault says (:meth:`take_said`).

    Attributes:
        fault: What goes wrong.
        began_ns: Since when; ``None`` before.
        told: What the base was told for the last tick.
        since_ns: From when on times count: the same, or the exposure of the first image that shows
            what appeared.
    """

    def __init__(
        self, fault: Fault, scene: Scene, profile: SensorProfile, seed: int, **settings: Any
    ) -> None:
        """Build the world with all that may appear in it.

        Args:
            fault: A new one.
            scene: As for :class:`~astra_sim.simulator.Simulator`.
            profile: Likewise.
            seed: Likewise; of the fault as well.
            **settings: Likewise.
        """
        self.fault = fault
        fault.rng = stream(seed, "fault")
        self.began_ns: int | None = None
        self.since_ns: int | None = None
        self.told = Velocity()
        self._said: InitialPose | None = None
        super().__init__(scene, profile, seed, things=fault.things(), **settings)

    @property
    def robot_pose(self) -> tuple[float, float, float]:
        """Return the true (x, y, theta) in ``map``; theta is not wrapped."""
        return self._robots[0].base.pose(self.data)

    @property
    def robot_velocity(self) -> tuple[float, float]:
        """Return the true speed along the heading [m/s] and turn rate [rad/s]."""
        return self._robots[0].base.body_velocity(self.data)

    @property
    def driven_m(self) -> float:
        """Return the true length of the way so far."""
        return self._robots[0].path_m

    def is_free(self, xy_m: tuple[float, float], radius_m: float) -> bool:
        """Return whether no furniture and no wall is within a radius of a place."""
        return self._plan.is_free(*xy_m, radius_m)

    def put(self, thing: Thing, pose: tuple[float, float, float]) -> None:
        """Place one of the fault's things at (x, y, theta) in ``map``."""
        thing.place(self.data, pose)

    def hold_heading(self) -> None:
        """Let nothing turn the robot any more, however hard its motors try."""
        self._robots[0].base.hold_heading(self.model)

    def step_all(self, commands: Sequence[Velocity]) -> list[Observation]:
        """Advance by one tick, with the fault once its moment has come."""
        self.told = commands[0]
        if self.began_ns is None and self.fault.may_begin(self):
            self.began_ns = self.stamp_ns
            self._said = self.fault.says(self)
            self.fault.begin(self)
        exposed_before = self._robots[0].num_images
        first, *others = super().step_all(commands)
        if self.began_ns is None:
            self.fault.notice(first)
            return [first, *others]
        if self.since_ns is None:
            if not self.fault.appears:
                self.since_ns = self.began_ns
            elif self._robots[0].num_images > exposed_before:
                self.since_ns = self.stamp_ns
        return [self.fault.sense(first), *others]

    def take_said(self) -> InitialPose | None:
        """Return what a person tells the robot now, once."""
        said, self._said = self._said, None
        return said

    @cached_property
    def _plan(self) -> FloorPlan:
        return floor_plan(self.scene)
