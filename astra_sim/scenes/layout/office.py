"""The floor plan of an office from a random stream."""

from __future__ import annotations

import numpy as np

from astra_core.errors import SceneError
from astra_sim.scenes.layout.office_doors import place_office_doors
from astra_sim.scenes.layout.office_frames import FRAMES
from astra_sim.scenes.layout.office_names import room_names
from astra_sim.scenes.layout.office_program import fill
from astra_sim.scenes.layout.turning import turned
from astra_sim.scenes.layout.types import Layout, RoomPlan

__all__ = ["OFFICE_AREA_M2", "make_office_layout"]

#: Gross floor area of an office.
OFFICE_AREA_M2 = (150.0, 800.0)
_ATTEMPTS = 80
_OUTER_WALL_M = 0.12


def make_office_layout(rng: np.random.Generator) -> Layout:
    """Draw an area, then floor plans until one holds the program of an office of that size.

    Args:
        rng: Random stream.

    Returns:
        A layout, mirrored and turned at random. Its middle is near the origin.

    Raises:
        SceneError: No attempt gave an office (not seen in thousands of seeds).
    """
    # Small offices are more common than large ones.
    low, high = OFFICE_AREA_M2
    area = low + 12.0 + (high - low - 40.0) * rng.random() ** 1.3
    frames = [(make, share) for make, (least, most), share in FRAMES if least <= area <= most]
    shares = np.asarray([share for _, share in frames])
    for _ in range(_ATTEMPTS):
        make = frames[int(rng.choice(len(frames), p=shares / shares.sum()))][0]
        plan = fill(rng, make(rng, area), area)
        if plan is None:
            continue
        cells, kinds = turned(rng, plan[0]), plan[1]
        doors = place_office_doors(rng, cells, kinds)
        if doors is None:
            continue
        names = room_names(rng, cells, kinds)
        rooms = [RoomPlan(*room) for room in zip(names, kinds, cells, strict=True)]
        edge = np.asarray(cells)
        x0, y0 = (edge[:, :2].min(axis=0) - _OUTER_WALL_M).tolist()
        x1, y1 = (edge[:, 2:].max(axis=0) + _OUTER_WALL_M).tolist()
        return Layout(tuple(rooms), tuple(doors), (x0, y0, x1, y1))
    raise SceneError("no floor plan of joined rooms was found for this seed")
