"""Walls with two faces, floors, ceilings, door frames and windows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from astra_sim.scenes.layout.types import WALL_M, Doorway, Layout, Rect, RoomPlan
from astra_sim.scenes.parts import PartList
from astra_sim.scenes.placing import SIDES, wall_frame
from astra_sim.scenes.textures.store import TextureStore
from astra_sim.scenes.types import Part, SceneObject

__all__ = [
    "CEILING_M",
    "DOOR_HEIGHT_M",
    "ShellLook",
    "WallFace",
    "build_shell",
    "floor_strip",
    "wall_faces",
]

CEILING_M = 2.6
DOOR_HEIGHT_M = 2.05
_FRAME_M = 0.05


@dataclass
class WallFace:
    """One face of a wall as seen from a room, and what hangs on it.

    Attributes:
        room: The room it belongs to.
        side: Which wall of the room.
        pose: (x, y, theta): its middle and the direction into the room.
        length_m: Its length.
        doors: Openings (from, to) along it, metres from the middle, left positive.
        taken: Rectangles (from, to, bottom, top) where something hangs or stands in front.
        outside: Whether the open air is behind it.
    """

    room: RoomPlan
    side: str
    pose: tuple[float, float, float]
    length_m: float
    doors: list[tuple[float, float]] = field(default_factory=list)
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)
    outside: bool = False

    def at(self, along_m: float, out_m: float) -> tuple[float, float, float]:
        """Return the pose in ``map`` of a place on the wall, facing into the room."""
        x, y, theta = self.pose
        cos, sin = math.cos(theta), math.sin(theta)
        return x + cos * out_m - sin * along_m, y + sin * out_m + cos * along_m, theta

    def along(self, x: float, y: float) -> float:
        """Return the coordinate of a point along the wall."""
        cos, sin = math.cos(self.pose[2]), math.sin(self.pose[2])
        return -sin * (x - self.pose[0]) + cos * (y - self.pose[1])

    def is_free(self, a: float, b: float, low: float, high: float) -> bool:
        """Whether nothing hangs or stands in front of a rectangle of the wall."""
        if a < -self.length_m / 2.0 + 0.08 or b > self.length_m / 2.0 - 0.08:
            return False
        return not any(a < t[1] and t[0] < b and low < t[3] and t[2] < high for t in self.taken)


@dataclass(frozen=True)
class ShellLook:
    """What the walls, floors and windows of one building look like.

    Attributes:
        ceiling_m: Height of the rooms.
        frame: Texture of the door casings.
        wall: Returns the texture of a wall face.
        floor: Returns the textures of a room's floor and of its ceiling.
        window: Makes the window of a given number at a place along a face, of a given width.
    """

    ceiling_m: float
    frame: str
    wall: Callable[[WallFace], str]
    floor: Callable[[RoomPlan], tuple[str, str]]
    window: Callable[[int, WallFace, float, float], SceneObject]


def wall_faces(layout: Layout) -> dict[tuple[str, str], WallFace]:
    """Return the wall faces of all rooms by (room name, side), with their doors marked."""
    faces = {}
    outer = np.asarray(layout.bounds_m)
    for index, room in enumerate(layout.rooms):
        for side in SIDES:
            x, y, theta, length = wall_frame(room.bounds_m, side)
            face = WallFace(room, side, (x, y, theta), length)
            edge = {"west": x - outer[0], "east": outer[2] - x, "south": y - outer[1]}
            edge["north"] = outer[3] - y
            face.outside = bool(edge[side] < 0.3)
            for door in layout.doors:
                if index in door.rooms and _is_in(face, door):
                    middle = face.along(*door.center_m)
                    half = door.width_m / 2.0
                    face.doors.append((middle - half, middle + half))
                    face.taken.append((middle - half - 0.12, middle + half + 0.12, 0.0, 2.2))
            face.doors.sort()
            faces[room.name, side] = face
    return faces


def _is_in(face: WallFace, door: Doorway) -> bool:
    vertical = face.side in ("west", "east")
    if vertical == door.along_x:
        return False
    offset = door.center_m[0] - face.pose[0] if vertical else door.center_m[1] - face.pose[1]
    return abs(offset) < WALL_M and abs(face.along(*door.center_m)) < face.length_m / 2.0


def build_shell(
    layout: Layout,
    faces: dict[tuple[str, str], WallFace],
    windows: list[tuple[WallFace, float, float]],
    look: ShellLook,
    textures: TextureStore,
) -> list[SceneObject]:
    """Build everything that belongs to the building itself.

    Args:
        layout: Rooms and doors.
        faces: From :func:`wall_faces`.
        windows: (face, place along it, width) of every window.
        look: What it looks like.
        textures: Where the textures go.
    """
    objects = [_wall(face, look) for face in faces.values()]
    for room in layout.rooms:
        objects += _floor_and_ceiling(room, look)
    for index, door in enumerate(layout.doors):
        objects.append(_door_frame(index, door, look.frame))
        objects.append(_threshold(index, door, textures))
    for index, (face, along, width) in enumerate(windows):
        objects.append(look.window(index, face, along, width))
    return objects


def _wall(face: WallFace, look: ShellLook) -> SceneObject:
    texture, ceiling = look.wall(face), look.ceiling_m
    half = face.length_m / 2.0
    # West and east walls fill the corners, so that no two faces lie in one plane.
    reach = half + (WALL_M / 2.0 if face.side in ("west", "east") else 0.0)
    # Towards the open air a wall is thicker.
    thick = WALL_M / 2.0 + (0.12 if face.outside else 0.0)
    pieces, start = [], -reach
    for a, b in face.doors:
        pieces.append((start, a, 0.0, ceiling))
        pieces.append((a, b, DOOR_HEIGHT_M, ceiling))
        start = b
    pieces.append((start, reach, 0.0, ceiling))
    parts = []
    for a, b, low, high in pieces:
        if b - a < 1e-6:
            continue
        uv = ((a + half) / (2 * half), low / ceiling, (b + half) / (2 * half), high / ceiling)
        size = (thick, b - a, high - low)
        parts.append(
            Part("box", size, (-thick / 2.0, (a + b) / 2.0, (low + high) / 2.0), texture, uv=uv)
        )
    name = f"{face.room.name}-{face.side}".replace(" ", "-")
    return SceneObject(f"wall-{name}", "wall", face.pose, tuple(parts))


def _floor_and_ceiling(room: RoomPlan, look: ShellLook) -> list[SceneObject]:
    name = room.name.replace(" ", "-")
    x0, y0, x1, y1 = room.cell_m
    size = (x1 - x0, y1 - y0)
    floor, above = look.floor(room)
    pose = ((x0 + x1) / 2.0, (y0 + y1) / 2.0, 0.0)
    slab = Part("box", (*size, 0.1), (0.0, 0.0, -0.05), floor)
    lid = Part("box", (*size, 0.1), (0.0, 0.0, look.ceiling_m + 0.05), above)
    return [
        SceneObject(f"floor-{name}", "floor", pose, (slab,), collides=False),
        SceneObject(f"ceiling-{name}", "ceiling", pose, (lid,), collides=False),
    ]


def _door_frame(index: int, door: Doorway, texture: str) -> SceneObject:
    """A casing around the opening; what is clear to pass stays clear."""
    p = PartList()
    deep, half = WALL_M + 0.03, door.width_m / 2.0
    for side in (-1, 1):
        for face in (-1, 1):
            x, y = face * (deep / 2.0 - 0.0075), side * (half + _FRAME_M / 2.0)
            p.box((0.015, _FRAME_M, DOOR_HEIGHT_M + _FRAME_M), x, y, 0.0, texture)
        p.box((WALL_M, 0.006, DOOR_HEIGHT_M), 0.0, side * (half - 0.002), 0.0, texture)
    for face in (-1, 1):
        x = face * (deep / 2.0 - 0.0075)
        p.box((0.015, door.width_m, _FRAME_M), x, 0.0, DOOR_HEIGHT_M, texture)
    p.box((WALL_M, door.width_m, 0.006), 0.0, 0.0, DOOR_HEIGHT_M - 0.005, texture)
    theta = math.pi / 2.0 if door.along_x else 0.0
    return SceneObject(
        f"door-{index}", "door", (*door.center_m, theta), tuple(p.parts), collides=False
    )


def _threshold(index: int, door: Doorway, textures: TextureStore) -> SceneObject:
    """A strip that hides the seam of two floors."""
    p = PartList()
    p.box((WALL_M, door.width_m, 0.004), 0.0, 0.0, 0.0, textures.material("walnut"))
    theta = math.pi / 2.0 if door.along_x else 0.0
    pose = (*door.center_m, theta)
    return SceneObject(f"threshold-{index}", "threshold", pose, tuple(p.parts), collides=False)


def floor_strip(face: WallFace, along: float, width: float) -> Rect:
    """Return the floor in front of a piece of wall, 0.4 m deep, as a rectangle in ``map``."""
    x, y, _ = face.at(along, 0.2)
    vertical = face.side in ("west", "east")
    dx, dy = (0.2, width / 2.0) if vertical else (width / 2.0, 0.2)
    return x - dx, y - dy, x + dx, y + dy
