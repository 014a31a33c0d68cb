"""What moves besides the robot: people and doors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from astra_sim.conditions import Conditions
from astra_sim.disc import Disc, Segment
from astra_sim.doors.sliding import DoorBodies, add_doors, plan_doors
from astra_sim.moving import let_robot_touch
from astra_sim.people.bodies import PeopleBodies, add_people
from astra_sim.people.crowd import Crowd, most_people
from astra_sim.scenes.floor_plan import FloorPlan
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene

if TYPE_CHECKING:
    import mujoco

__all__ = ["PersonTruth", "Surroundings"]


class PersonTruth(NamedTuple):
    """Where a person is: position in ``map``, direction of the chest, speed, radius."""

    x_m: float
    y_m: float
    theta_rad: float
    speed_mps: float
    radius_m: float


class Surroundings:
    """The people and doors of one run; without any it does nothing."""

    def __init__(
        self,
        scene: Scene,
        plan: FloorPlan | None,
        conditions: Conditions,
        seed: int,
        robot: Disc,
    ) -> None:
        """Decide who is there and which doors are shut.

        Args:
            scene: The mission-time scene.
            plan: Its floor plan; needed where people may come.
            conditions: How many people and shut doors.
            seed: Seed of the run.
            robot: Where the robot starts.
        """
        self._scene_seed, self._seed = scene.seed, seed
        fewest, most = conditions.fewest_people, conditions.most_people
        wanted = int(stream(seed, "how many people").integers(fewest, most + 1))
        self._crowd = None
        if wanted and plan is not None:
            wanted = min(wanted, most_people(plan, conditions.m2_per_person))
            self._crowd = Crowd(plan, scene.door_centers_m, seed, wanted, robot)
        self.doors = plan_doors(scene, seed, conditions.closed_doors, self._discs(robot))
        self._people_bodies: PeopleBodies | None = None
        self._door_bodies: DoorBodies | None = None

    def add_to(self, spec: mujoco.MjSpec, robots: Sequence[str]) -> None:
        """Add all bodies to a world that has the robots of these names."""
        people = self._crowd.people if self._crowd else []
        rngs = [stream(self._seed, "clothes", number) for number in range(len(people))]
        add_people(spec, [person.figure for person in people], rngs)
        add_doors(spec, self.doors, self._scene_seed)
        if people or self.doors:
            for name in robots:
                let_robot_touch(spec, name)

    def attach(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        """Find the bodies in the compiled world and put them where they start."""
        if self._crowd:
            self._people_bodies = PeopleBodies(model, self._crowd.people)
        if self.doors:
            self._door_bodies = DoorBodies(model, self.doors)
        self._place(data)
        self.pose(data)

    def step(
        self, data: mujoco.MjData, dt_s: float, robot: Disc, others: Sequence[Disc] = ()
    ) -> None:
        """Move everything on by one tick.

        Args:
            data: State of the world; changed in place.
            dt_s: Length of the tick.
            robot: Whom people mind: they let it pass, and leave where it waits.
            others: Further robots, which people walk around as if they were furniture.
        """
        if self.doors:
            discs = [*self._discs(robot), *others]
            for door in self.doors:
                door.step(dt_s, discs)
        if self._crowd:
            leaves = [leaf for door in self.doors for leaf in door.obstacles()]
            leaves += [segment for other in others for segment in _cross(other)]
            self._crowd.step(dt_s, robot, leaves)
        self._place(data)

    def pose(self, data: mujoco.MjData) -> None:
        """Swing legs and arms, which matters to pictures only."""
        if self._people_bodies:
            self._people_bodies.pose(data)

    def make_room(self, data: mujoco.MjData, robot: Disc) -> None:
        """Clear the place where the robot was just put."""
        if self._crowd:
            self._crowd.make_room(robot)
        for door in self.doors:
            door.step(0.0, self._discs(robot))
            if door.idle_s == 0.0:
                door.share_open = 1.0
        self._place(data)

    def people(self) -> list[PersonTruth]:
        """Return where everybody is now."""
        people = self._crowd.people if self._crowd else []
        return [
            PersonTruth(
                person.x_m,
                person.y_m,
                math.remainder(person.theta_rad, 2.0 * math.pi),
                person.speed_mps,
                person.radius_m,
            )
            for person in people
        ]

    def _place(self, data: mujoco.MjData) -> None:
        if self._people_bodies:
            self._people_bodies.place(data)
        if self._door_bodies:
            self._door_bodies.place(data)

    def _discs(self, robot: Disc) -> list[Disc]:
        return [robot, *(self._crowd.discs() if self._crowd else [])]


def _cross(disc: Disc) -> list[Segment]:
    """Return two segments that fill a disc well enough to be walked around."""
    reach = disc.radius_m * np.eye(2)
    return [Segment(disc.xy_m - axis, disc.xy_m + axis) for axis in reach]
