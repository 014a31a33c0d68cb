"""What stands elsewhere at mission time than on the tour, and what has come since."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from astra_sim.conditions import Conditions
from astra_sim.scenes.open_floor import OpenFloor
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Room, Scene, SceneLandmark, SceneObject

__all__ = ["floor_standing", "mission_scene", "moved_scene"]

_TRIES = 60
_NEAREST_M, _FARTHEST_M, _FARTHEST_LANDMARK_M = 0.3, 3.0, 1.5
#: What stands on the floor and belongs to the building.
_BUILDING = ("wall", "ceiling", "column", "plinth", "dock door", "door")
#: Nothing new stands this close to the middle of a passage.
_DOOR_M = 1.0
_SPACE_M = 0.04


def mission_scene(scene: Scene, seed: int, conditions: Conditions) -> Scene:
    """Return what stands at mission time.

    Args:
        scene: The building of the tour.
        seed: Seed of the run, as given to the simulator.
        conditions: The conditions of the mission.

    Returns:
        ``scene`` itself where nothing stands elsewhere. Objects, landmarks and their ids are those
        of the tour; positions of landmarks are the true ones of the mission. Added objects are
        copies called ``<id>-extra-<n>`` and no landmarks.
    """
    if conditions.moved_share > 0.0:
        scene = moved_scene(scene, seed, conditions.moved_share)
    if conditions.extra_furniture > 1.0:
        scene = _crowded_scene(scene, seed, conditions.extra_furniture)
    return scene


def moved_scene(scene: Scene, seed: int, share: float) -> Scene:
    """Let a share of the movable objects stand elsewhere in their rooms.

    A few decimetres to 3 m away (1.5 m for landmarks: the stack's map has the old place), at
    another angle, on free floor, off the passages. Whatever the robot reached before it still
    reaches: every room, every landmark, all but a corner of the floor.

    Args:
        scene: The building of the tour.
        seed: Seed of the run.
        share: 0 to 1; rounded to whole objects. Objects that find no other place stay.
    """
    editor = _Editor(scene)
    rng = stream(seed, "moved", scene.seed)
    movable = _movable(scene)
    wanted = round(share * len(movable))
    landmarks = {landmark.object_id for landmark in scene.landmarks}
    for index in rng.permutation(len(movable)):
        if wanted == 0:
            break
        obj = movable[index]
        farthest = _FARTHEST_LANDMARK_M if obj.id in landmarks else _FARTHEST_M
        wanted -= editor.move(obj, rng, farthest)
    return editor.scene()


def _crowded_scene(scene: Scene, seed: int, density: float) -> Scene:
    """Add copies of movable objects in the rooms of their originals.

    Until so many times the furniture stands on the floor, or there is no room for more.
    """
    editor = _Editor(scene)
    rng = stream(seed, "extra", scene.seed)
    movable = _movable(scene)
    landmarks = {landmark.object_id for landmark in scene.landmarks}
    # A second thing that looks like a landmark would make its name ambiguous.
    common = [obj for obj in movable if obj.id not in landmarks] or movable
    if not common:
        return scene
    wanted = round((density - 1.0) * len(floor_standing(scene)))
    for number in range(1, wanted + 1):
        for _ in range(4):
            obj = common[int(rng.integers(0, len(common)))]
            if editor.add(obj, f"{obj.id}-extra-{number}", rng):
                break
    return editor.scene()


def floor_standing(scene: Scene) -> list[SceneObject]:
    """Return everything that stands on the floor, in the way, and is not part of the building."""
    return [
        obj
        for obj in scene.objects
        if obj.parts
        and obj.collides
        and obj.kind not in _BUILDING
        and object_bounds(obj)[0][2] < 0.05
    ]


def _movable(scene: Scene) -> list[SceneObject]:
    """Objects that stand on the floor and carry nothing."""
    bounds = {obj.id: object_bounds(obj) for obj in scene.objects if obj.parts}
    upper = [
        (obj.id, *bounds[obj.id])
        for obj in scene.objects
        if obj.id in bounds and bounds[obj.id][0][2] > 0.2 and obj.kind not in ("wall", "ceiling")
    ]
    result = []
    for obj in scene.objects:
        if not obj.movable or not obj.collides or obj.id not in bounds:
            continue
        low, high = bounds[obj.id]
        carries = any(
            abs(below[2] - high[2]) < 0.05
            and (low[:2] < above[:2]).all()
            and (below[:2] < high[:2]).all()
            for name, below, above in upper
            if name != obj.id
        )
        if low[2] < 0.05 and not carries:
            result.append(obj)
    return result


class _Editor:
    """A scene in which things are moved and added."""

    def __init__(self, scene: Scene) -> None:
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

    def _place(
        self,
        old: SceneObject | None,
        new: SceneObject,
        rng: np.random.Generator,
        range_m: tuple[float, float],
    ) -> bool:
        room = _room_at(self._scene, new)
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
            if not self._is_inside(there, room) or not self._floor.is_empty(there, old, _SPACE_M):
                continue
            moved = self._moved_landmarks(there)
            if self._floor.accept(old, there, {**self._landmarks, **moved}):
                self._objects[there.id] = there
                self._landmarks.update(moved)
                return True
        return False

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


def _room_at(scene: Scene, obj: SceneObject) -> Room | None:
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
