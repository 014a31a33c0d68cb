"""Moving and adding things in a finished scene: nothing overlaps, the robot gets everywhere."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from astra_sim.scenes.open_floor import OpenFloor
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.types import Room, Scene, SceneLandmark, SceneObject

__all__ = ["SceneEditor", "room_at"]

_TRIES = 60
_NEAREST_M = 0.3
#: Nothing new stands this close to the middle of a passage.
_DOOR_M = 1.0
_SPACE_M = 0.04


class SceneEditor:
    """A scene in which things are moved and added."""

    def __init__(self, scene: Scene) -> None:
        """Begin with a scene as it stands."""
        self._scene = scene
        self._objects = {obj.id: obj for obj in scene.objects}
        self._landmarks = {landmark.id: landmark for landmark in scene.landmarks}
        self._floor = OpenFloor(scene)

    def scene(self) -> Scene:
        """Return the scene as it stands now."""
        landmarks = tuple(self._landmarks[landmark.id] for landmark in self._scene.landmarks)
        return replace(self._scene, objects=tuple(self._objects.values()), landmarks=landmarks)

    def move(self, obj: SceneObject, rng: np.random.Generator, farthest_m: float) -> bool:
        """Find another place for an object; return whether there was one."""
        return self._place(obj, obj, rng, (_NEAREST_M, farthest_m))

    def add(self, like: SceneObject, name: str, rng: np.random.Generator) -> bool:
        """Find a place for a copy anywhere in the room of its original."""
        return self._place(None, replace(like, id=name), rng, (0.5, math.inf))

    def put(self, new: SceneObject) -> bool:
        """Add an object where it is, if there is room; return whether there was."""
        room = room_at(self._scene, new)
        return room is not None and self._put(None, new, room)

    def _place(
        self,
        old: SceneObject | None,
        new: SceneObject,
        rng: np.random.Generator,
        range_m: tuple[float, float],
    ) -> bool:
        room = room_at(self._scene, new)
        if room is None:
            return False
        x0, y0, x1, y1 = room.bounds_m
        if math.isfinite(range_m[1]):
            x0, x1 = max(x0, new.pose[0] - range_m[1]), min(x1, new.pose[0] + range_m[1])
            y0, y1 = max(y0, new.pose[1] - range_m[1]), min(y1, new.pose[1] + range_m[1])
        for _ in range(_TRIES):
            x, y = float(rng.uniform(x0, x1)), float(rng.uniform(y0, y1))
            theta = float(rng.uniform(-math.pi, math.pi))
            if not range_m[0] <= math.hypot(x - new.pose[0], y - new.pose[1]) <= range_m[1]:
                continue
            there = replace(new, pose=(round(x, 3), round(y, 3), round(theta, 4)))
            if self._put(old, there, room):
                return True
        return False

    def _put(self, old: SceneObject | None, there: SceneObject, room: Room) -> bool:
        """Make a change if there is room for it and the robot still gets everywhere."""
        if not self._is_inside(there, room) or not self._floor.is_empty(there, old, _SPACE_M):
            return False
        moved = self._moved_landmarks(there)
        if not self._floor.accept(old, there, {**self._landmarks, **moved}):
            return False
        self._objects[there.id] = there
        self._landmarks.update(moved)
        return True

    def _is_inside(self, obj: SceneObject, room: Room) -> bool:
        """Whether an object keeps to its room and off the passages."""
        low, high = object_bounds(obj)
        x0, y0, x1, y1 = room.bounds_m
        if low[0] < x0 + _SPACE_M or low[1] < y0 + _SPACE_M:
            return False
        if high[0] > x1 - _SPACE_M or high[1] > y1 - _SPACE_M:
            return False
        doors = self._scene.door_centers_m
        radius = 0.5 * float(np.hypot(*(high - low)[:2]))
        middle = (high + low)[:2] / 2.0
        return not len(doors) or bool(np.hypot(*(doors - middle).T).min() >= _DOOR_M + radius)

    def _moved_landmarks(self, obj: SceneObject) -> dict[str, SceneLandmark]:
        low, high = object_bounds(obj)
        x, y, z = ((low + high) / 2.0).tolist()
        depth, width, height = (high - low).tolist()
        return {
            landmark.id: replace(
                landmark,
                position_m=(round(x, 4), round(y, 4), round(z, 4)),
                size_m=(round(depth, 4), round(width, 4), round(height, 4)),
            )
            for landmark in self._landmarks.values()
            if landmark.object_id == obj.id
        }


def room_at(scene: Scene, obj: SceneObject) -> Room | None:
    """Return the smallest room that an object stands in: halls may contain other areas."""
    around = [
        room
        for room in scene.rooms
        if room.bounds_m[0] <= obj.pose[0] <= room.bounds_m[2]
        and room.bounds_m[1] <= obj.pose[1] <= room.bounds_m[3]
    ]
    return min(around, key=_area_m2, default=None)


def _area_m2(room: Room) -> float:
    x0, y0, x1, y1 = room.bounds_m
    return (x1 - x0) * (y1 - y0)
