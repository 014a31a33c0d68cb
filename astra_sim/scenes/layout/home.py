"""The floor plan of a home from a random stream."""

from __future__ import annotations

import numpy as np

from astra_core.errors import SceneError
from astra_sim.scenes.layout.cells import PLANS
from astra_sim.scenes.layout.doors import place_doors
from astra_sim.scenes.layout.kinds import assign_kinds
from astra_sim.scenes.layout.turning import turned
from astra_sim.scenes.layout.types import Layout, RoomPlan

__all__ = ["AREA_RANGE_M2", "make_home_layout"]

#: Gross floor area of a home.
AREA_RANGE_M2 = (100.0, 160.0)
# Plans smaller than this are dropped before rooms and doors are drawn.
_SMALLEST_TRIED_M2 = 80.0
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
        if not _SMALLEST_TRIED_M2 <= area <= AREA_RANGE_M2[1] or min(sides) < 1.6 - 1e-6:
            continue
        kinds = assign_kinds(rng, cells, hall)
        if kinds is None or kinds[1] >= best_cost:
            continue
        cells = turned(rng, cells)
        doors = place_doors(rng, cells, kinds[0])
        # The area is looked at last, so that seeds whose home is large enough keep it.
        if doors is None or area < AREA_RANGE_M2[0]:
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
    (x0, y0), (x1, y1) = low.tolist(), high.tolist()
    return Layout(rooms, tuple(doors), (x0, y0, x1, y1))
