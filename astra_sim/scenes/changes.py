"""What stands elsewhere at mission time than on the tour, has come since, or looks otherwise."""

from __future__ import annotations

from astra_sim.conditions import Conditions
from astra_sim.redecorated.looks import redecorated_scene
from astra_sim.redecorated.night import is_night, night_scene
from astra_sim.scenes.editor import SceneEditor
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.seeds import stream
from astra_sim.scenes.types import Scene, SceneObject
from astra_sim.slippery.things import slippery_scene

__all__ = ["floor_standing", "mission_scene", "moved_scene"]

_FARTHEST_M, _FARTHEST_LANDMARK_M = 3.0, 1.5
#: What stands on the floor and belongs to the building.
_BUILDING = ("wall", "ceiling", "column", "plinth", "dock door", "door")


def mission_scene(scene: Scene, seed: int, conditions: Conditions) -> Scene:
    """Return what stands at mission time.

    Args:
        scene: The building of the tour.
        seed: Seed of the run, as given to the simulator.
        conditions: The conditions of the mission.

    Returns:
        ``scene`` itself where nothing has changed. Objects, landmarks and their ids are those
        of the tour; positions of landmarks are the true ones of the mission. Added objects are
        no landmarks: copies called ``<id>-extra-<n>``, and what lies on slippery floors.
    """
    if conditions.redecorated is not None:
        scene = redecorated_scene(scene, seed, conditions.redecorated)
    if conditions.moved_share > 0.0:
        scene = moved_scene(scene, seed, conditions.moved_share)
    if conditions.extra_furniture > 1.0:
        scene = _crowded_scene(scene, seed, conditions.extra_furniture)
    if conditions.slippery is not None:
        scene = slippery_scene(scene, seed, conditions.slippery)
    if conditions.redecorated is not None and is_night(seed, conditions.redecorated.night):
        scene = night_scene(scene, seed, conditions.redecorated.night)
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
    editor = SceneEditor(scene)
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
    editor = SceneEditor(scene)
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
