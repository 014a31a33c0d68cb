"""What a family does with what it has placed: objects, landmarks, and can the robot get there?"""

from __future__ import annotations

from astra_sim.scenes.floor_plan import FloorPlan
from astra_sim.scenes.parts import object_bounds
from astra_sim.scenes.placing import Placed
from astra_sim.scenes.types import SceneLandmark, SceneObject

__all__ = ["name_landmark", "placed_object", "unreachable"]


def placed_object(item: Placed, name: str) -> SceneObject:
    """Return a placed piece as an object of the scene with the given id."""
    piece = item.piece
    return SceneObject(name, piece.kind, item.pose, piece.parts, piece.movable, piece.collides)


def name_landmark(
    obj: SceneObject, category: str, color: str, material: str, text: str, function: str
) -> SceneLandmark:
    """Return the landmark that an object is, its place and size taken from its parts."""
    low, high = object_bounds(obj)
    middle, size = (low + high) / 2.0, high - low
    return SceneLandmark(
        id=obj.id,
        object_id=obj.id,
        category=category,
        color=color,
        material=material,
        text=text,
        function=function,
        position_m=tuple(round(float(value), 4) for value in middle),  # type: ignore[arg-type]
        size_m=tuple(round(float(value), 4) for value in size),  # type: ignore[arg-type]
    )


def unreachable(
    plan: FloorPlan, landmarks: list[SceneLandmark], clearance_m: float, reach_m: float
) -> str:
    """Return what the robot cannot get to, empty if it gets everywhere.

    Args:
        plan: The building; all its rooms must be joined.
        landmarks: What must be approachable.
        clearance_m: Radius of the robot with its margin.
        reach_m: How near it must get to a landmark.
    """
    regions = [plan.component_in(room.bounds_m, clearance_m) for room in plan.rooms]
    for room, region in zip(plan.rooms, regions, strict=True):
        if region == 0 or region != regions[0]:
            return f"the {room.name} cannot be reached"
    for landmark in landmarks:
        if plan.reachable_near(landmark, clearance_m, reach_m) is None:
            return f"{landmark.id} cannot be reached"
    return ""
