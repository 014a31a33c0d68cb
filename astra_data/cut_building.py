"""A cut of a building, small enough to plan on, and what cameras and losses need of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_local.types import GridField
from astra_local.voxel.esdf import signed_distance
from astra_sim.scenes.floor_plan import FloorPlan
from astra_sim.scenes.parts import solid_footprints
from astra_sim.scenes.raster import draw_footprint
from astra_sim.scenes.types import Scene

__all__ = ["Building", "Cut", "cut_building", "make_building"]

#: What hangs higher is above the cameras and the robot.
_HIGHEST_M = 1.3
_FAR_M = 1.5


@dataclass(frozen=True, eq=False)
class Building:
    """A whole building at mission time.

    Attributes:
        scene: The scene.
        plan: Its true floor plan.
        heights_m: ``(H, W)`` top of what stands in each cell of the plan, 0 is floor.
        sdf: Signed distance to what stands, no people and no doors.
    """

    scene: Scene
    plan: FloorPlan
    heights_m: NDArray[np.float32]
    sdf: GridField


@dataclass(frozen=True, eq=False)
class Cut:
    """A rectangle of a building.

    Attributes:
        plan: Its floor plan; the cut edges are the end of the world.
        heights_m: ``(H, W)`` as in :class:`Building`, with walls along the cut edges.
        occupied: ``(H, W)`` the same for planning.
    """

    plan: FloorPlan
    heights_m: NDArray[np.float32]
    occupied: NDArray[np.bool_]


def make_building(scene: Scene, plan: FloorPlan) -> Building:
    """Measure the heights and distances of a scene on its floor plan."""
    heights = np.zeros(plan.occupied.shape, dtype=np.float32)
    feet = [
        foot
        for thing in scene.objects
        if thing.collides
        for foot in solid_footprints(thing)
        if foot.bottom_m < _HIGHEST_M and foot.top_m > 0.02
    ]
    # The highest is drawn last and stays.
    for foot in sorted(feet, key=lambda foot: foot.top_m):
        draw_footprint(heights, plan.origin_m, plan.resolution_m, foot, foot.top_m)  # type: ignore[arg-type]
    sdf = signed_distance(plan.occupied, plan.resolution_m, max_distance_m=_FAR_M)
    return Building(scene, plan, heights, GridField(sdf, plan.origin_m, plan.resolution_m))


def cut_building(
    building: Building, center_m: tuple[float, float], size_m: float, edge_m: float = 0.1
) -> Cut:
    """Cut a square out of a building, moved inwards where it would reach beyond it.

    Args:
        building: The building.
        center_m: Where the middle should be.
        size_m: Side of the square; a smaller building is taken as a whole.
        edge_m: Thickness of the wall put along the edges.
    """
    plan = building.plan
    wanted = round(size_m / plan.resolution_m)
    first, last = [], []
    for middle, length in zip(plan.cell(*center_m), plan.occupied.shape, strict=True):
        low = min(max(middle - wanted // 2, 0), max(length - wanted, 0))
        first.append(low)
        last.append(min(low + wanted, length))
    window = (slice(first[0], last[0]), slice(first[1], last[1]))
    occupied = plan.occupied[window].copy()
    # Of the open air the plan only tells that nothing is free there.
    indoors = occupied | (plan.free_distance_m[window] > 0.0)
    edge = np.ones(occupied.shape, dtype=bool)
    cells = round(edge_m / plan.resolution_m)
    edge[cells:-cells, cells:-cells] = False
    occupied |= edge
    heights = building.heights_m[window].copy()
    heights[edge] = 2.5
    origin = (
        plan.origin_m[0] + first[1] * plan.resolution_m,
        plan.origin_m[1] + first[0] * plan.resolution_m,
    )
    cut = FloorPlan(occupied, indoors, origin, plan.resolution_m, plan.rooms)
    return Cut(cut, heights, occupied)
