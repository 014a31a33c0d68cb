"""Turning a finished building by quarter turns and moving its middle to the origin."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from astra_sim.scenes.types import Scene

__all__ = ["turned"]

#: Exact cosine and sine of 0, 90, 180 and 270 degrees.
_TURNS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def turned(scene: Scene, quarters: int) -> Scene:
    """Return a building turned about z, its middle at the origin.

    Args:
        scene: The building.
        quarters: How many quarter turns to the left.
    """
    cos, sin = _TURNS[quarters % 4]
    x0, y0, x1, y1 = scene.bounds_m
    middle = (round((x0 + x1) / 2.0, 2), round((y0 + y1) / 2.0, 2))

    def point(x: float, y: float) -> tuple[float, float]:
        x, y = x - middle[0], y - middle[1]
        return cos * x - sin * y, sin * x + cos * y

    def mark_at(x: float, y: float, z: float) -> tuple[float, float, float]:
        x, y = point(x, y)
        return round(x, 4), round(y, 4), z

    def rect(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        (ax, ay), (bx, by) = point(*bounds[:2]), point(*bounds[2:])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def heading(theta: float) -> float:
        angle = theta + quarters % 4 * math.pi / 2.0
        return angle - 2.0 * math.pi if angle > math.pi + 1e-9 else angle

    swap = quarters % 2 == 1
    return replace(
        scene,
        bounds_m=rect(scene.bounds_m),
        rooms=tuple(replace(room, bounds_m=rect(room.bounds_m)) for room in scene.rooms),
        objects=tuple(
            replace(obj, pose=(*point(*obj.pose[:2]), heading(obj.pose[2])))
            for obj in scene.objects
        ),
        landmarks=tuple(
            replace(
                mark,
                position_m=mark_at(*mark.position_m),
                size_m=(mark.size_m[1], mark.size_m[0], mark.size_m[2]) if swap else mark.size_m,
            )
            for mark in scene.landmarks
        ),
        door_centers_m=np.asarray([point(*xy) for xy in scene.door_centers_m.tolist()]),
    )
