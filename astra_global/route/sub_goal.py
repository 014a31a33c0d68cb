"""The next local goal on a route: g_i from Tr and p_{i-1} in the paper's algorithm 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_global.route.config import RouteConfig
from astra_global.route.free_space import FreeSpace
from astra_global.route.route import Route

__all__ = ["LookAhead", "look_ahead"]


@dataclass(frozen=True, eq=False)
class LookAhead:
    """A local goal in ``map``.

    Attributes:
        pose: ``(3,)``; the heading is the route's there, or the goal's.
        station_m: Where on the route it lies.
        is_final: Whether it is the goal itself.
    """

    pose: NDArray[np.float64]
    station_m: float
    is_final: bool


def look_ahead(
    route: Route,
    station_m: float,
    robot_xy: NDArray[np.float64],
    config: RouteConfig,
    space: FreeSpace | None = None,
) -> LookAhead:
    """Choose the point ``look_ahead_m`` further along, nearer where a corner is in the way.

    The rule is ours (the paper states none): the straight line from the robot to the sub-goal must
    be free, so that Astra-Local is never asked to go through a wall.

    Args:
        route: The route.
        station_m: Where the robot is on it.
        robot_xy: ``(2,)`` in ``map``.
        config: Look-ahead distances and the robot's size.
        space: Free space; ``None`` skips the check.
    """
    distance_m = config.look_ahead_m
    if space is not None:
        # Half a cell of slack: the robot may stand closer to things than a route would lead.
        needed_m = config.robot_radius_m - 0.5 * space.resolution_m
        while distance_m > config.min_look_ahead_m:
            point = route.point_at(station_m + distance_m)
            if space.line_clearance(robot_xy, point) >= needed_m:
                break
            distance_m -= 0.2
        distance_m = max(distance_m, config.min_look_ahead_m)
    target_m = station_m + distance_m
    if target_m >= route.length_m:
        return LookAhead(route.goal_pose, route.length_m, True)
    point = route.point_at(target_m)
    return LookAhead(np.array([*point, route.heading_at(target_m)]), target_m, False)
