"""What lies between a view and what it should show: only what the map has looked through is free.

A picture of the map shows a surface from where it was taken. From elsewhere something may stand in
the way that no picture shows, a column right beside the robot for one. So a surface is expected in
a view only where the ray to it has been seen free, by the depth of the map's pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_global.localize.index import GRID_STEP_PX
from astra_global.localize.place_map import MIN_DEPTH_M, PlaceMap

__all__ = ["Sight", "free_rays", "sight_of"]

_SAMPLES = (0.15, 0.3, 0.45, 0.6, 0.75, 0.88)  # of the ray
_OWN_RADIUS_M = 0.35  # the robot stands there itself
_BEFORE = 0.97  # of the depth of what a picture shows: nearer is free


@dataclass(frozen=True, eq=False)
class Sight:
    """Points as a picture of the map sees them.

    Attributes:
        pixels: ``(N, 2)``, far off the picture for points that it does not show.
        depth_m: ``(N,)`` along its optical axis.
        relative_depth: ``(N,)`` over the depth of the surface that it shows there: below 1 the
            point is before it, above 1 hidden behind it; 0 where nothing of known depth is shown.
    """

    pixels: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    relative_depth: NDArray[np.float64]


def free_rays(
    origin: NDArray[np.float64],
    points: NDArray[np.float64],
    pictures: NDArray[np.intp],
    places: PlaceMap,
) -> NDArray[np.bool_]:
    """Return which rays from one origin ``(3,)`` to points ``(N, 3)`` some pictures saw free.

    Args:
        origin: Where the rays begin, in ``map``.
        points: Where they end.
        pictures: Pictures of the map; each part of a ray must be seen free by one of them.
        places: The map.

    Returns:
        ``(N,)``.
    """
    along = np.array(_SAMPLES)[:, None, None]
    samples = (origin + along * (points - origin)).reshape(-1, 3)
    free = np.linalg.norm(samples - origin, axis=1) <= _OWN_RADIUS_M
    for picture in pictures:
        unknown = np.flatnonzero(~free)
        if not len(unknown):
            break
        ratio = sight_of(samples[unknown], int(picture), places).relative_depth
        free[unknown] = (ratio > 0.0) & (ratio < _BEFORE)
    return np.asarray(free.reshape(len(_SAMPLES), -1).all(axis=0))


def sight_of(points: NDArray[np.float64], picture: int, places: PlaceMap) -> Sight:
    """Return how a picture of the map, given by number, sees points ``(N, 3)`` in ``map``."""
    optical = se3.transform_points(se3.inverse(places.t_map_optical[picture]), points)
    depth = optical[:, 2]
    shown = depth > MIN_DEPTH_M
    pixels = np.full((len(points), 2), -1e4)
    pixels[shown] = places.camera_of(picture).intrinsics.project(optical[shown])
    inverse = places.index.inverse_depth[picture]
    cells = np.floor(pixels / GRID_STEP_PX).astype(np.intp)
    shown &= (cells >= 0).all(axis=1) & (cells < [inverse.shape[1], inverse.shape[0]]).all(axis=1)
    relative = np.zeros(len(points))
    relative[shown] = depth[shown] * inverse[cells[shown, 1], cells[shown, 0]].astype(np.float64)
    return Sight(pixels, depth, relative)
