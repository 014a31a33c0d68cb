"""Putting parts together, and where they stand on the floor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.textures.materials import TILE_M
from astra_sim.scenes.types import Part, SceneObject

__all__ = ["Footprint", "PartList", "is_round", "object_bounds", "solid_footprints"]


class PartList:
    """Collects parts in an object's frame: x forward (its front), y left, z up, metres.

    Every method takes the centre in x and y but the **bottom** in z, as one builds furniture.
    """

    def __init__(self) -> None:
        """Start empty."""
        self.parts: list[Part] = []

    def box(
        self,
        size_m: tuple[float, float, float],
        x: float,
        y: float,
        z: float,
        texture: str,
        *,
        fit: bool = False,
        yaw_rad: float = 0.0,
        pitch_rad: float = 0.0,
    ) -> None:
        """Add a box; ``fit`` shows the texture once per face instead of repeating it."""
        centre = (x, y, z + size_m[2] / 2.0)
        tile = 0.0 if fit else TILE_M
        self.parts.append(Part("box", size_m, centre, texture, yaw_rad, pitch_rad, tile))

    def cylinder(
        self, diameter: float, height: float, x: float, y: float, z: float, texture: str
    ) -> None:
        """Add an upright cylinder."""
        size, centre = (diameter, diameter, height), (x, y, z + height / 2.0)
        self.parts.append(Part("cylinder", size, centre, texture, tile_m=TILE_M))

    def disc(
        self,
        diameter: float,
        thick: float,
        x: float,
        y: float,
        z: float,
        texture: str,
        *,
        fit: bool,
    ) -> None:
        """Add a cylinder that lies along x, its bottom at z: the door of a washing machine."""
        size, centre = (diameter, diameter, thick), (x, y, z + diameter / 2.0)
        tile = 0.0 if fit else TILE_M
        self.parts.append(
            Part("cylinder", size, centre, texture, pitch_rad=math.pi / 2.0, tile_m=tile)
        )

    def ball(
        self, size_m: tuple[float, float, float], x: float, y: float, z: float, texture: str
    ) -> None:
        """Add an ellipsoid of given extents."""
        centre = (x, y, z + size_m[2] / 2.0)
        self.parts.append(Part("sphere", size_m, centre, texture, tile_m=TILE_M))

    def legs(
        self, depth: float, width: float, height: float, thick: float, texture: str, z: float = 0.0
    ) -> None:
        """Add four square legs in the corners of a rectangle centred at the origin."""
        for x in (-1, 1):
            for y in (-1, 1):
                self.box(
                    (thick, thick, height),
                    x * (depth - thick) / 2.0,
                    y * (width - thick) / 2.0,
                    z,
                    texture,
                )


@dataclass(frozen=True)
class Footprint:
    """What a part covers of the floor plan.

    Attributes:
        x_m: Centre in ``map``.
        y_m: Centre in ``map``.
        half_x_m: Half extent along its own x axis (radius if round).
        half_y_m: Half extent along its own y axis.
        yaw_rad: Direction of its x axis in ``map``.
        round: Whether it is a disc.
        bottom_m: Lowest z.
        top_m: Highest z.
    """

    x_m: float
    y_m: float
    half_x_m: float
    half_y_m: float
    yaw_rad: float
    round: bool
    bottom_m: float
    top_m: float

    def bounds(self) -> tuple[float, float, float, float]:
        """Return its axis-aligned bounds (x_min, y_min, x_max, y_max), metres in ``map``."""
        if self.round:
            dx = dy = self.half_x_m
        else:
            cos, sin = abs(math.cos(self.yaw_rad)), abs(math.sin(self.yaw_rad))
            dx = cos * self.half_x_m + sin * self.half_y_m
            dy = sin * self.half_x_m + cos * self.half_y_m
        return self.x_m - dx, self.y_m - dy, self.x_m + dx, self.y_m + dy


def is_round(part: Part) -> bool:
    """Whether a part is a disc seen from above; a long ellipsoid counts as a box."""
    return part.shape != "box" and part.pitch_rad == 0.0 and part.size_m[0] == part.size_m[1]


def solid_footprints(obj: SceneObject) -> Iterator[Footprint]:
    """Yield the footprint of every part of an object, in ``map``."""
    x, y, theta = obj.pose
    cos, sin = math.cos(theta), math.sin(theta)
    for part in obj.parts:
        px, py, pz = part.position_m
        sx, sy, sz = part.size_m
        c, s = abs(math.cos(part.pitch_rad)), abs(math.sin(part.pitch_rad))
        half_x, half_z = (c * sx + s * sz) / 2.0, (s * sx + c * sz) / 2.0
        yield Footprint(
            x + cos * px - sin * py,
            y + sin * px + cos * py,
            half_x,
            sy / 2.0,
            theta + part.yaw_rad,
            is_round(part),
            pz - half_z,
            pz + half_z,
        )


def object_bounds(obj: SceneObject) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lowest and highest corner, ``(3,)`` each, metres in ``map``."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for foot in solid_footprints(obj):
        x0, y0, x1, y1 = foot.bounds()
        low = np.minimum(low, (x0, y0, foot.bottom_m))
        high = np.maximum(high, (x1, y1, foot.top_m))
    return low, high
