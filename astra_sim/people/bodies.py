"""People in a MuJoCo world: seven mocap bodies each, and the swing of their legs and arms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from astra_sim.moving import add_material, add_mesh_geom, add_solid_geom
from astra_sim.people.figure import LIMBS, Figure, body_meshes
from astra_sim.people.skins import draw_skin

if TYPE_CHECKING:
    import mujoco

    from astra_sim.people.person import Person

__all__ = ["PeopleBodies", "add_people"]

#: How far legs and arms swing at full stride, radians, and how far the knee bends.
_LEG_RAD, _ARM_RAD, _KNEE_RAD = 0.46, 0.42, 0.85


def add_people(
    spec: mujoco.MjSpec,
    figures: list[Figure],
    rngs: list[np.random.Generator],
    prefix: str = "person",
) -> None:
    """Add the bodies of people to a world.

    Every person is one cylinder that the robot can touch (called ``person-N#c0``, N from 1) and
    seven meshes to look at.

    Args:
        spec: The world; changed in place.
        figures: Their builds.
        rngs: Where their clothes come from.
        prefix: Of the names of all their bodies.
    """
    import mujoco

    for number, (figure, rng) in enumerate(zip(figures, rngs, strict=True), start=1):
        name = f"{prefix}-{number}"
        add_material(spec, name, draw_skin(rng))
        for index, (limb, mesh) in enumerate(body_meshes(figure).items()):
            body = spec.worldbody.add_body(name=f"{name}-{limb}", mocap=True)
            add_mesh_geom(spec, body, f"{name}#v{index}", mesh, name)
            if limb == "trunk":
                half = figure.height_m / 2.0
                add_solid_geom(
                    body,
                    f"{name}#c0",
                    mujoco.mjtGeom.mjGEOM_CYLINDER,
                    [figure.radius_m, half, 0.0],
                    half,
                )


class PeopleBodies:
    """Moves the bodies to where the people are."""

    def __init__(self, model: mujoco.MjModel, people: list[Person], prefix: str = "person") -> None:
        """Find the bodies of :func:`add_people` in a compiled world."""
        self._people = people
        self._mocap = [
            [int(model.body(f"{prefix}-{n}-{limb}").mocapid[0]) for limb in LIMBS]
            for n in range(1, len(people) + 1)
        ]

    def place(self, data: mujoco.MjData) -> None:
        """Put the trunks, with the cylinders that the robot can touch, where people stand."""
        for person, mocap in zip(self._people, self._mocap, strict=True):
            data.mocap_pos[mocap[0], :2] = person.x_m, person.y_m
            half = 0.5 * person.theta_rad
            data.mocap_quat[mocap[0]] = math.cos(half), 0.0, 0.0, math.sin(half)

    def pose(self, data: mujoco.MjData) -> None:
        """Swing the limbs; only needed for pictures."""
        for person, mocap in zip(self._people, self._mocap, strict=True):
            _pose_limbs(person, mocap, data)


def _pose_limbs(person: Person, mocap: list[int], data: mujoco.MjData) -> None:
    figure = person.figure
    cos, sin = math.cos(person.theta_rad), math.sin(person.theta_rad)
    swing = person.swing
    legs = []
    for sign in (1.0, -1.0):
        phase = person.phase_rad + (0.0 if sign > 0.0 else math.pi)
        hip = swing * _LEG_RAD * math.sin(phase)
        # The knee bends while the leg comes forward.
        knee = swing * _KNEE_RAD * max(0.0, math.cos(phase + 0.35)) + 0.03
        legs.append((sign, hip, hip - knee))
    # The lower foot stands on the floor: the body bobs up and down as people's do.
    reach = [
        figure.thigh_m * math.cos(hip) + figure.shin_m * math.cos(shin) for _, hip, shin in legs
    ]
    drop = max(reach) - figure.hip_m

    def put(index: int, forward: float, left: float, up: float, pitch: float) -> None:
        data.mocap_pos[mocap[index]] = (
            person.x_m + cos * forward - sin * left,
            person.y_m + sin * forward + cos * left,
            up + drop,
        )
        data.mocap_quat[mocap[index]] = _quat(person.theta_rad, pitch)

    data.mocap_pos[mocap[0], 2] = drop
    for index, (sign, hip, shin) in enumerate(legs):
        put(1 + index, 0.0, sign * figure.hip_y_m, figure.hip_m, -hip)
        knee_x = figure.thigh_m * math.sin(hip)
        knee_z = figure.hip_m - figure.thigh_m * math.cos(hip)
        put(3 + index, knee_x, sign * figure.hip_y_m, knee_z, -shin)
        shoulder_y, shoulder_z = figure.shoulder_m
        # Arms swing against the legs.
        put(5 + index, 0.0, sign * shoulder_y, shoulder_z, (hip / _LEG_RAD) * _ARM_RAD)


def _quat(yaw: float, pitch: float) -> tuple[float, float, float, float]:
    cy, sy = math.cos(yaw / 2.0), math.sin(yaw / 2.0)
    cp, sp = math.cos(pitch / 2.0), math.sin(pitch / 2.0)
    return cy * cp, -sy * sp, cy * sp, sy * cp
