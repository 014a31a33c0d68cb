"""Automatic doors: shut when nobody is near, open for people and robots."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_sim.disc import Disc, Segment
from astra_sim.doors.leaf import THICK_M, draw_materials, leaf_meshes
from astra_sim.doors.openings import Opening, find_openings
from astra_sim.moving import add_material, add_mesh_geom, add_solid_geom
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene

if TYPE_CHECKING:
    import mujoco

__all__ = ["DoorBodies", "SlidingDoor", "add_doors", "door_leaves", "plan_doors"]

#: Families whose passages are doors; the aisles of a warehouse are not.
_FAMILIES = ("home", "office")
_NEAR_M = 1.2
_OPENING_S, _CLOSING_S, _HOLD_S = 1.5, 2.5, 3.0
_OVERLAP_M, _GAP_M = 0.01, 0.012
_OUT_OF_THE_WAY = 0.97
#: Wider ones have two leaves where the walls allow.
_WIDE_M = 1.3


@dataclass
class SlidingDoor:
    """One door of one or two leaves, and how far it is open.

    Attributes:
        opening: Where.
        leaves: (middle when shut, way when open) of each leaf along the wall from the middle of
            the opening, metres.
        leaf_width_m: Width of each leaf.
        share_open: 0 shut, 1 open.
        idle_s: How long nobody has been near.
    """

    opening: Opening
    leaves: tuple[tuple[float, float], ...]
    leaf_width_m: float
    share_open: float = 0.0
    idle_s: float = math.inf

    @property
    def height_m(self) -> float:
        """Height of the leaves."""
        return self.opening.height_m - _GAP_M

    def step(self, dt_s: float, discs: list[Disc]) -> None:
        """Open while somebody is near, shut some seconds after the last one left.

        A leaf never closes while anybody is within 1.2 m of the opening, and retreats into the
        wall when somebody comes: it cannot strike.
        """
        half = 0.5 * self.opening.width_m
        (cx, cy), (ux, uy) = self.opening.center_m.tolist(), self.opening.along.tolist()
        near = False
        for disc in discs:
            dx, dy = disc.xy_m[0] - cx, disc.xy_m[1] - cy
            along, across = abs(dx * ux + dy * uy), abs(dx * uy - dy * ux)
            near |= math.hypot(max(0.0, along - half), across) < _NEAR_M
        self.idle_s = 0.0 if near else self.idle_s + dt_s
        if near:
            self.share_open = min(1.0, self.share_open + dt_s / _OPENING_S)
        elif self.idle_s > _HOLD_S:
            self.share_open = max(0.0, self.share_open - dt_s / _CLOSING_S)

    def leaf_centers_m(self) -> list[NDArray[np.float64]]:
        """Return the middle ``(2,)`` of every leaf now."""
        smooth = self.share_open**2 * (3.0 - 2.0 * self.share_open)
        return [
            self.opening.center_m + (shut + smooth * way) * self.opening.along
            for shut, way in self.leaves
        ]

    def obstacles(self) -> list[Segment]:
        """Return the leaves that are in the way of people now."""
        if self.share_open >= _OUT_OF_THE_WAY:
            return []
        half = 0.5 * self.leaf_width_m * self.opening.along
        return [Segment(center - half, center + half) for center in self.leaf_centers_m()]


def plan_doors(scene: Scene, seed: int, share: float, discs: list[Disc]) -> list[SlidingDoor]:
    """Choose the passages that have a door which stands shut.

    A leaf needs as much solid wall beside the opening as it is wide; where neither side has it, or
    the opening is wide, two half leaves part; where that does not fit either, or the walls show no
    plain doorway, the passage stays open.

    Args:
        scene: The building.
        seed: Seed of the run.
        share: Share of the passages with a leaf that are shut.
        discs: Who stands where at the start; doors near them start open.
    """
    if scene.family not in _FAMILIES or share <= 0.0:
        return []
    fitted = [_fit(opening) for opening in find_openings(scene) if opening is not None]
    fitting = [door for door in fitted if door is not None]
    order = stream(seed, "doors").permutation(len(fitting))
    chosen = sorted(order[: round(share * len(fitting))].tolist())
    doors = [fitting[index] for index in chosen]
    for door in doors:
        door.step(0.0, discs)
        door.share_open = 1.0 if door.idle_s == 0.0 else 0.0
    return doors


def _fit(opening: Opening) -> SlidingDoor | None:
    width = opening.width_m + 2.0 * _OVERLAP_M
    room, sign = max(zip(opening.beside_m, (-1.0, 1.0), strict=True))
    both = min(opening.beside_m) >= 0.5 * width
    if room >= width and not (both and width > _WIDE_M):
        return SlidingDoor(opening, ((0.0, sign * width),), width)
    if both:
        leaves = tuple((s * 0.25 * width, s * 0.5 * width) for s in (-1.0, 1.0))
        return SlidingDoor(opening, leaves, 0.5 * width)
    return None


def add_doors(spec: mujoco.MjSpec, doors: list[SlidingDoor], seed: int) -> None:
    """Add the leaves to a world; the robot can touch ``door-leaf-N#c0``, N from 1.

    Args:
        spec: The world; changed in place.
        doors: From :func:`plan_doors`.
        seed: Seed of the scene: its doors look alike in every run.
    """
    import mujoco

    if not doors:
        return
    for name, image in draw_materials(stream(seed, "door leaf")).items():
        add_material(spec, f"door-leaf-{name}", image)
    number = 0
    for door in doors:
        for _, way in door.leaves:
            number += 1
            body = spec.worldbody.add_body(name=f"door-leaf-{number}", mocap=True)
            meshes = leaf_meshes(door.leaf_width_m, door.height_m, -math.copysign(1.0, way))
            for name, mesh in meshes.items():
                add_mesh_geom(spec, body, f"door-leaf-{number}#{name}", mesh, f"door-leaf-{name}")
            half = [THICK_M / 2.0, door.leaf_width_m / 2.0, door.height_m / 2.0]
            add_solid_geom(body, f"door-leaf-{number}#c0", mujoco.mjtGeom.mjGEOM_BOX, half, half[2])


def door_leaves(model: mujoco.MjModel, data: mujoco.MjData) -> NDArray[np.float64]:
    """Return both ends ``(L, 2, 2)`` of every leaf of a world in ``map``, where it stands now.

    Privileged: for scoring and tests. The world is asked rather than the doors, so that it is what
    the robot can touch.
    """
    ends = []
    for number in range(1, model.nbody):
        try:
            body, solid = model.body(f"door-leaf-{number}"), model.geom(f"door-leaf-{number}#c0")
        except KeyError:
            break
        middle, turn = data.mocap_pos[body.mocapid[0]], data.mocap_quat[body.mocapid[0]]
        yaw = 2.0 * math.atan2(turn[3], turn[0])
        half = solid.size[1] * np.array([-math.sin(yaw), math.cos(yaw)])
        ends.append([middle[:2] - half, middle[:2] + half])
    return np.array(ends, dtype=np.float64).reshape(-1, 2, 2)


class DoorBodies:
    """Moves the leaves to where the doors have them."""

    def __init__(self, model: mujoco.MjModel, doors: list[SlidingDoor]) -> None:
        """Find the leaves of :func:`add_doors` in a compiled world."""
        self._doors = doors
        count = sum(len(door.leaves) for door in doors)
        self._mocap = [int(model.body(f"door-leaf-{n}").mocapid[0]) for n in range(1, count + 1)]

    def place(self, data: mujoco.MjData) -> None:
        """Put all leaves in place."""
        mocap = iter(self._mocap)
        for door in self._doors:
            # x across the wall, y along it.
            yaw = math.atan2(-door.opening.along[0], door.opening.along[1])
            for center in door.leaf_centers_m():
                index = next(mocap)
                data.mocap_pos[index] = (center[0], center[1], 0.5 * _GAP_M)
                data.mocap_quat[index] = math.cos(0.5 * yaw), 0.0, 0.0, math.sin(0.5 * yaw)
