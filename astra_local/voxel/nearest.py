"""The nearest obstacle per sector around the robot: what the guard gets instead of a map."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle
from astra_local.types import NearestObstacle
from astra_local.voxel.occupancy import OccupancyView

__all__ = ["nearest_obstacle", "unknown_surroundings"]


def unknown_surroundings(num_sectors: int, stamp_ns: int = 0) -> NearestObstacle:
    """Return the record that means: the surroundings are not known, do not drive."""
    return NearestObstacle(
        stamp_ns, False, 0.0, 0.0, 0.0, 2.0 * math.pi / num_sectors, (0.0,) * num_sectors
    )


def nearest_obstacle(
    view: OccupancyView,
    pose: NDArray[np.float64],
    footprint_radius_m: float,
    num_sectors: int,
    max_range_m: float = 3.0,
    blind_sectors: NDArray[np.bool_] | None = None,
) -> NearestObstacle:
    """Summarise the occupied cells around the robot.

    Args:
        view: Occupancy in ``odom``.
        pose: ``(3,)`` of the robot in ``odom``.
        footprint_radius_m: Radius of the round footprint.
        num_sectors: Sector 0 is centred ahead, counter-clockwise.
        max_range_m: Cells farther than this from the robot's centre are left out.
        blind_sectors: ``(num_sectors,)`` where nobody sees who should; ``None`` is nowhere.

    Returns:
        Distances from the footprint to the near face of the cells (centre minus half a cell);
        ``inf`` where a sector is empty, ``-inf`` where it is blind.
    """
    sector_angle = 2.0 * math.pi / num_sectors
    rows, columns = np.nonzero(view.occupied)
    dx = (columns + 0.5) * view.resolution_m + view.origin_m[0] - pose[0]
    dy = (rows + 0.5) * view.resolution_m + view.origin_m[1] - pose[1]
    distance = np.hypot(dx, dy)
    near = distance < max_range_m
    distance = distance[near]
    bearing = np.asarray(wrap_angle(np.arctan2(dy[near], dx[near]) - pose[2]))
    edge = distance - 0.5 * view.resolution_m - footprint_radius_m
    sectors = np.full(num_sectors, np.inf)
    np.minimum.at(sectors, np.rint(bearing / sector_angle).astype(int) % num_sectors, edge)
    if blind_sectors is not None:
        sectors[blind_sectors] = -np.inf
    best = int(np.argmin(edge)) if edge.size else -1
    return NearestObstacle(
        stamp_ns=view.stamp_ns,
        valid=True,
        distance_m=float(edge[best]) if edge.size else math.inf,
        bearing_rad=float(bearing[best]) if edge.size else 0.0,
        resolution_m=view.resolution_m,
        sector_angle_rad=sector_angle,
        sector_distance_m=tuple(sectors.tolist()),
    )
