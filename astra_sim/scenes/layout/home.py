"""The floor plan of a home from a random stream."""

from __future__ import annotations

import numpy as np

from astra_core.errors import SceneError
from astra_sim.scenes.layout.cells import PLANS
from astra_sim.scenes.layout.doors import place_doors
from astra_sim.scenes.layout.kinds import assign_kinds
from astra_sim.scenes.layout.types import Layout, Rect, RoomPlan

__all__ = ["AREA_RANGE_M2", "make_home_layout"]

#: Gross floor area of a home.
AREA_RANGE_M2 = (80.0, 160.0)
_ATTEMPTS = 60
_OUTER_WALL_M = 0.12


def make_home_layout(rng: np.random.Generator) -> Layout:
    """Draw floor plans until one is a sensible home.

    Args:
        rng: Random stream.

    Returns:
        A layout of 5 to 8 rooms, all joined by doors, mirrored and turned at random. The centre of
        the building is near the origin.

    Raises:
        SceneError: No attempt gave a home (not seen in thousands of seeds).
    """
    names = list(PLANS)
    shares = np.asarray([PLANS[name][1] for name in names])
    best, best_cost = None, np.inf
    for _ in range(_ATTEMPTS):
        plan = PLANS[names[int(rng.choice(len(names), p=shares / shares.sum()))]][0]
        cells, hall = plan(rng)
        area = max(cell[2] for cell in cells) * max(cell[3] for cell in cells)
        sides = [min(c - a, d - b) for a, b, c, d in cells]
        if not AREA_RANGE_M2[0] <= area <= AREA_RANGE_M2[1] or min(sides) < 1.6 - 1e-6:
            continue
        kinds = assign_kinds(rng, cells, hall)
        if kinds is None or kinds[1] >= best_cost:
            continue
        cells = _turned(rng, cells)
        doors = place_doors(rng, cells, kinds[0])
        if doors is None:
            continue
        best, best_cost = (cells, kinds[0], doors), kinds[1]
        if best_cost < 1.0:
            break
    if best is None:
        raise SceneError("no floor plan of 5 to 8 joined rooms was found for this seed")
    cells, kinds_of, doors = best
    rooms = tuple(RoomPlan(kind, kind, cell) for cell, kind in zip(cells, kinds_of, strict=True))
    edge = np.asarray(cells)
    low, high = edge[:, :2].min(axis=0) - _OUTER_WALL_M, edge[:, 2:].max(axis=0) + _OUTER_WALL_M
    return Layout(rooms, tuple(doors), (*map(float, low), *map(float, high)))


def _turned(rng: np.random.Generator, cells: list[Rect]) -> list[Rect]:
    """Mirror and turn a plan at random and put its middle near the origin, on the 0.1 m grid."""
    array = np.asarray(cells)
    if rng.random() < 0.5:
        array = array[:, [1, 0, 3, 2]]
    extent = array[:, 2:].max(axis=0)
    for axis in range(2):
        if rng.random() < 0.5:
            mirrored = extent[axis] - array[:, [axis + 2, axis]]
            array[:, axis], array[:, axis + 2] = mirrored[:, 0], mirrored[:, 1]
    shift = np.round(extent / 2.0, 1)
    array = np.round(array - np.tile(shift, 2), 1)
    return [tuple(float(value) for value in cell) for cell in array]  # type: ignore[misc]
