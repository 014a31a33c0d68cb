"""What may appear in front of a robot: made with the world, kept far outside until it is placed."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.moving import add_solid_geom
from astra_sim.people.bodies import PeopleBodies, add_people
from astra_sim.people.figure import draw_figure
from astra_sim.people.person import Person
from astra_sim.scenes.model import VISUAL_GROUP

if TYPE_CHECKING:
    import mujoco

__all__ = ["Box", "Standing", "Thing"]

#: Farther than any camera sees and any building reaches.
_OUTSIDE_M = 1000.0


class Thing(ABC):
    """Something solid that stands upright on the floor.

    Attributes:
        depth_m: Half its extent towards the robot, from the middle.
        reach_m: Radius of a disc around its middle that holds all of it.
    """

    depth_m: float
    reach_m: float

    @abstractmethod
    def add_to(self, spec: mujoco.MjSpec) -> None:
        """Add its bodies to a world."""

    @abstractmethod
    def attach(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        """Find them in the compiled world and keep them out of it."""

    @abstractmethod
    def place(self, data: mujoco.MjData, pose: tuple[float, float, float]) -> None:
        """Put it at (x, y, theta) in ``map``."""


class Box(Thing):
    """A box, or a pane that no camera sees."""

    def __init__(self, size_m: tuple[float, float, float], *, visible: bool = True) -> None:
        """Describe it.

        Args:
            size_m: Full extents towards the robot, across, and up.
            visible: Whether images and depth show it.
        """
        self._half_m = [0.5 * value for value in size_m]
        self._visible = visible
        self.depth_m = self._half_m[0]
        self.reach_m = math.hypot(*self._half_m[:2])

    def add_to(self, spec: mujoco.MjSpec) -> None:
        """Add a body: a solid, and what is seen of it."""
        import mujoco

        kind = mujoco.mjtGeom.mjGEOM_BOX
        body = spec.worldbody.add_body(name="fault-box", mocap=True)
        add_solid_geom(body, "fault-box#c0", kind, self._half_m, self._half_m[2])
        if self._visible:
            body.add_geom(
                name="fault-box#v0",
                type=kind,
                size=self._half_m,
                pos=[0.0, 0.0, self._half_m[2]],
                contype=0,
                conaffinity=0,
                group=VISUAL_GROUP,
                rgba=[0.72, 0.53, 0.33, 1.0],
            )

    def attach(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        """Find the body."""
        self._mocap = int(model.body("fault-box").mocapid[0])
        self.place(data, (_OUTSIDE_M, _OUTSIDE_M, 0.0))

    def place(self, data: mujoco.MjData, pose: tuple[float, float, float]) -> None:
        """Put it there."""
        x, y, theta = pose
        data.mocap_pos[self._mocap] = x, y, 0.0
        data.mocap_quat[self._mocap] = math.cos(0.5 * theta), 0.0, 0.0, math.sin(0.5 * theta)


class Standing(Thing):
    """A person who stands."""

    def __init__(self, rng: np.random.Generator) -> None:
        """Draw build and clothes."""
        self._rng = rng
        self._person = Person(draw_figure(rng), 0.0, 0.0, _OUTSIDE_M, _OUTSIDE_M, 0.0)
        self.depth_m = self.reach_m = self._person.radius_m

    def add_to(self, spec: mujoco.MjSpec) -> None:
        """Add the bodies of a person."""
        add_people(spec, [self._person.figure], [self._rng], "fault-person")

    def attach(self, model: mujoco.MjModel, data: mujoco.MjData) -> None:
        """Find them."""
        self._bodies = PeopleBodies(model, [self._person], "fault-person")
        self._pose(data)

    def place(self, data: mujoco.MjData, pose: tuple[float, float, float]) -> None:
        """Put the person there."""
        self._person.x_m, self._person.y_m, self._person.theta_rad = pose
        self._pose(data)

    def _pose(self, data: mujoco.MjData) -> None:
        self._bodies.place(data)
        self._bodies.pose(data)
