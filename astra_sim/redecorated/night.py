"""Night: dark windows, lamps that light their rooms in pools, rooms whose lamps are off.

The renderer has eight lights and no shadows, so lamps cannot be lights: their pools are drawn into
the pictures of walls, floors and ceilings, which each room has of its own. What stands in a dark
room is darkened as a whole. Light that comes from everywhere is dimmed in
:func:`astra_sim.light.dim_to_lamps`.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_sim.redecorated.config import Night
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.textures.noise import to_uint8
from astra_sim.scenes.types import Part, Room, Scene, SceneObject

__all__ = ["is_night", "night_scene"]

_SHELL = ("wall", "floor", "ceiling")
#: A wall stands outside of its room by half its thickness, and a floor reaches under it.
_NEAR_M = 0.3
_LAMP_BELOW_CEILING_M = 0.3
#: Brightest spot under a lamp, relative to the day.
_BRIGHTEST = 1.1
#: Share of the light that comes back from the other walls.
_BOUNCED = 0.35


def is_night(seed: int, night: Night) -> bool:
    """Return whether a run is at night."""
    return bool(stream(seed, "night").random() < night.share)


def night_scene(scene: Scene, seed: int, night: Night) -> Scene:
    """Return a scene as it looks at night.

    Args:
        scene: The building as it stands at mission time.
        seed: Seed of the run: which lamps are on.
        night: How dark it is.
    """
    lit = {
        room.name: bool(stream(seed, "lamps", scene.seed, room.name).random() < night.lit_rooms)
        for room in scene.rooms
    }
    users = Counter(name for obj in scene.objects for name in {part.texture for part in obj.parts})
    dimmer = _Dimmer(scene, night, lit, users)
    objects = tuple(dimmer.dimmed(obj) for obj in scene.objects)
    used = {part.texture for obj in objects for part in obj.parts}
    textures = {name: image for name, image in dimmer.textures.items() if name in used}
    return replace(scene, objects=objects, textures=textures)


class _Dimmer:
    def __init__(
        self, scene: Scene, night: Night, lit: dict[str, bool], users: Counter[str]
    ) -> None:
        self._scene, self._night, self._lit, self._users = scene, night, lit, users
        self.textures = dict(scene.textures)

    def dimmed(self, obj: SceneObject) -> SceneObject:
        """Return an object as it looks now."""
        room = self._room_of(obj)
        if obj.kind in _SHELL:
            if room is not None and len(obj.parts) and self._users[obj.parts[0].texture] == 1:
                self._draw_pools(obj, room)
                return obj
            return self._darker(obj, 1.0 if room is None else self._level(room))
        if obj.kind == "window":
            return replace(
                obj,
                parts=tuple(
                    self._dimmed_part(part, self._night.window)
                    if part.texture.startswith("window")
                    else part
                    for part in obj.parts
                ),
            )
        return self._darker(obj, 1.0 if room is None else self._level(room))

    def _level(self, room: Room) -> float:
        return 1.0 if self._lit[room.name] else self._night.dark_room

    def _darker(self, obj: SceneObject, level: float) -> SceneObject:
        if level == 1.0:
            return obj
        return replace(obj, parts=tuple(self._dimmed_part(part, level) for part in obj.parts))

    def _dimmed_part(self, part: Part, level: float) -> Part:
        name = f"{part.texture}-dim{round(100.0 * level)}"
        if name not in self.textures:
            self.textures[name] = to_uint8(level * self.textures[part.texture].astype(np.float32))
        return replace(part, texture=name)

    def _room_of(self, obj: SceneObject) -> Room | None:
        """Return the smallest room around an object; for a shell the one that it belongs to."""
        x, y, theta = obj.pose
        if obj.kind == "wall":
            # A wall faces into its room.
            x, y = x + _NEAR_M * math.cos(theta), y + _NEAR_M * math.sin(theta)
        around = [
            room
            for room in self._scene.rooms
            if room.bounds_m[0] - 0.1 <= x <= room.bounds_m[2] + 0.1
            and room.bounds_m[1] - 0.1 <= y <= room.bounds_m[3] + 0.1
        ]
        return min(around, key=_area_m2, default=None)

    def _draw_pools(self, obj: SceneObject, room: Room) -> None:
        """Draw the light of the room's lamps into the one picture of a wall, floor or ceiling."""
        name = obj.parts[0].texture
        image = self.textures[name]
        if self._lit[room.name]:
            light = self._light_on(obj, room, image.shape[:2])
            self.textures[name] = to_uint8(image * light[..., None])
        else:
            self.textures[name] = to_uint8(self._night.dark_room * image.astype(np.float32))

    def _light_on(
        self, obj: SceneObject, room: Room, shape: tuple[int, ...]
    ) -> NDArray[np.float64]:
        """Return ``(H, W)`` light on the visible side of a shell, 1 as by day."""
        u = (np.arange(shape[1]) + 0.5) / shape[1]
        v = 1.0 - (np.arange(shape[0]) + 0.5) / shape[0]
        x, y, theta = obj.pose
        cos, sin = math.cos(theta), math.sin(theta)
        height = _ceiling_m(self._scene)
        if obj.kind == "wall":
            # Faces look along +x of the object; y runs along the face.
            length = _length_m(obj)
            along = (u - 0.5) * length
            px, py = x - sin * along, y + cos * along
            top = max(part.position_m[2] + part.size_m[2] / 2.0 for part in obj.parts)
            points = np.stack(np.broadcast_arrays(px, py, (v * top)[:, None]), axis=-1)
            normal = np.array([cos, sin, 0.0])
        else:
            part = obj.parts[0]
            dx, dy = ((u - 0.5) * part.size_m[0])[None, :], ((v - 0.5) * part.size_m[1])[:, None]
            up = obj.kind == "floor"
            z = 0.0 if up else height
            px, py = x + cos * dx - sin * dy, y + sin * dx + cos * dy
            points = np.stack(np.broadcast_arrays(px, py, z), axis=-1)
            normal = np.array([0.0, 0.0, 1.0 if up else -1.0])
        total = np.zeros(shape[:2])
        drop = height - _LAMP_BELOW_CEILING_M
        for lamp in self._lamps(room, drop):
            away = lamp - points
            distance = np.maximum(np.linalg.norm(away, axis=-1), 0.3)
            facing = np.maximum((away * normal).sum(axis=-1), 0.0) / distance
            # 1 on the floor right below the lamp.
            total += facing * (drop / distance) ** 2
        return np.clip(_BOUNCED + (1.0 - _BOUNCED) * total, 0.0, _BRIGHTEST)

    def _lamps(self, room: Room, height_m: float) -> list[NDArray[np.float64]]:
        """Return where the ceiling lamps of a room hang: a grid, one at least."""
        x0, y0, x1, y1 = room.bounds_m
        columns, rows = (
            max(1, round(side / self._night.lamp_every_m)) for side in (x1 - x0, y1 - y0)
        )
        return [
            np.array(
                [x0 + (i + 0.5) * (x1 - x0) / columns, y0 + (j + 0.5) * (y1 - y0) / rows, height_m]
            )
            for i in range(columns)
            for j in range(rows)
        ]


def _length_m(wall: SceneObject) -> float:
    """Return the length that the picture of a wall covers: where its parts put u = 0 and 1."""
    part = wall.parts[0]
    return part.size_m[1] / max(part.uv[2] - part.uv[0], 1e-6)


def _ceiling_m(scene: Scene) -> float:
    """Return the height of the lowest ceiling."""
    return min(
        (
            part.position_m[2] - part.size_m[2] / 2.0
            for obj in scene.objects
            if obj.kind == "ceiling"
            for part in obj.parts
        ),
        default=2.6,
    )


def _area_m2(room: Room) -> float:
    x0, y0, x1, y1 = room.bounds_m
    return (x1 - x0) * (y1 - y0)
