"""What a simulated building consists of. All poses are in the ``map`` frame, z = 0 is the floor."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Part", "Room", "Scene", "SceneLandmark", "SceneObject"]


@dataclass(frozen=True)
class Part:
    """One solid of an object.

    Attributes:
        shape: ``box``, ``cylinder`` or ``sphere``.
        size_m: Full extents (x, y, z) of a box; (diameter, diameter, height) of a cylinder.
        position_m: Centre relative to the object's origin (on the floor, at the object's pose).
        texture: Name in :attr:`Scene.textures`.
        yaw_rad: Rotation about z relative to the object.
        pitch_rad: Rotation about the part's y axis, applied before the yaw.
        tile_m: Metres that one repetition of the texture covers; 0 shows it once on every face.
        uv: Part of the texture shown on every face where ``tile_m`` is 0: (u0, v0, u1, v1), with
            (0, 0) the lower left corner of the image.
    """

    shape: str
    size_m: tuple[float, float, float]
    position_m: tuple[float, float, float]
    texture: str
    yaw_rad: float = 0.0
    pitch_rad: float = 0.0
    tile_m: float = 0.0
    uv: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class SceneObject:
    """A wall, a piece of furniture, a picture, a sign: a rigid group of parts.

    Attributes:
        id: Unique in the scene.
        kind: ``wall``, ``floor``, ``ceiling``, ``door``, ``sofa``, ``fridge``, ...
        pose: (x, y, theta) in ``map``.
        parts: Its solids.
        movable: Whether it may stand elsewhere at mission time (chairs, boxes, plants).
        collides: Whether the robot can touch it (not so for pictures, rugs and the ceiling).
    """

    id: str
    kind: str
    pose: tuple[float, float, float]
    parts: tuple[Part, ...]
    movable: bool = False
    collides: bool = True


@dataclass(frozen=True)
class SceneLandmark:
    """A thing worth naming, with the text attributes of the paper (section 1.3).

    Attributes:
        id: Unique in the scene.
        object_id: The object it is.
        category: fridge, sofa, door, sign, ...
        color: Colour word.
        material: Material word, or the background of a sign.
        text: What is written on it; empty if nothing.
        function: What it is good for, a phrase a person would use.
        position_m: Centre in ``map``.
        size_m: Axis-aligned extents in ``map``.
    """

    id: str
    object_id: str
    category: str
    color: str
    material: str
    text: str
    function: str
    position_m: tuple[float, float, float]
    size_m: tuple[float, float, float]


@dataclass(frozen=True)
class Room:
    """A rectangular room: its kind, and bounds (x_min, y_min, x_max, y_max) inside its walls."""

    name: str
    kind: str
    bounds_m: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Scene:
    """A building made from a seed.

    Attributes:
        family: ``home``, ``office`` or ``warehouse``.
        seed: What it was made from.
        bounds_m: (x_min, y_min, x_max, y_max) of the building.
        rooms: Its rooms.
        objects: Everything solid, walls included.
        landmarks: What is worth naming.
        door_centers_m: ``(D, 2)`` centres of the passages between rooms.
        textures: Name to ``(H, W, 3)`` uint8.
    """

    family: str
    seed: int
    bounds_m: tuple[float, float, float, float]
    rooms: tuple[Room, ...]
    objects: tuple[SceneObject, ...]
    landmarks: tuple[SceneLandmark, ...]
    door_centers_m: NDArray[np.float64]
    textures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
