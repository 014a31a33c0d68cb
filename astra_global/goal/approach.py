"""Where to stop: a free place at a landmark, facing it (the goal pose p_G of the paper)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from astra_core.errors import GoalUnreachable
from astra_global.goal.config import ApproachConfig
from astra_global.goal.geometry import footprint, nearest_point, point_gap_m
from astra_global.route.config import RouteConfig
from astra_global.route.free_space import Blockage, FreeSpace
from astra_global.route.grid_path import path_distance
from astra_global.types import AstraMap, Landmark, MapNode

__all__ = ["approach_pose", "free_pose_near"]

# A ray may end inside the landmark's own cells, but must not pass through a wall behind it.
_SURFACE_M = 0.1
_DETOUR_WEIGHT, _CLEARANCE_WEIGHT, _LOOK_MARGIN_M = 0.15, 0.5, 0.35


def approach_pose(
    map: AstraMap,
    landmark: Landmark,
    space: FreeSpace | None,
    config: ApproachConfig | None = None,
    blockages: Sequence[Blockage] = (),
) -> NDArray[np.float64]:
    """Return the pose ``(3,)`` in ``map`` at which the robot stands at a landmark.

    A cell qualifies if the robot fits with a margin and a free way leads there from a node that is
    linked to the landmark. Among those the best one sees the landmark, is near the preferred gap, a
    short way from the node (which rules out the other side of a wall), and roomy.

    Raises:
        GoalUnreachable: No such place within ``max_gap_m``.
    """
    config = config or ApproachConfig()
    nodes = _nodes_of(map, landmark)
    if space is None:
        pose = nodes[0].pose[:2]
        return _facing(pose, landmark)
    space = space.blocked_by(blockages)
    candidates = _cells_around(space, landmark, config)
    if len(candidates):
        for node in nodes[:4]:
            detour = _way_from(space, node, candidates, config)
            best = _best(space, landmark, candidates, detour, config)
            if best is not None:
                return _facing(best, landmark)
    raise GoalUnreachable(
        f"no free place within {config.max_gap_m} m of {landmark.id} that can be reached"
    )


def free_pose_near(
    space: FreeSpace | None, pose: ArrayLike, config: ApproachConfig | None = None
) -> NDArray[np.float64]:
    """Return a pose ``(3,)``, moved to the nearest free place if it is not free itself.

    Raises:
        GoalUnreachable: Nothing is free within ``goal_snap_m``.
    """
    config = config or ApproachConfig()
    wanted = np.asarray(pose, dtype=np.float64)
    if not np.isfinite(wanted).all():
        raise GoalUnreachable(f"the goal pose is not finite: {wanted}")
    needed_m = config.robot_radius_m + config.margin_m
    if space is None or float(space.clearance_at(wanted[:2])) >= needed_m:
        return wanted
    cells = np.argwhere(space.clearance_m >= needed_m)
    centers = space.occupancy.center_of(cells)
    away = np.linalg.norm(centers - wanted[:2], axis=1)
    if not len(away) or away.min() > config.goal_snap_m:
        raise GoalUnreachable(
            f"the goal ({wanted[0]:.2f}, {wanted[1]:.2f}) is not in free space, and nothing within "
            f"{config.goal_snap_m} m is"
        )
    return np.array([*centers[int(np.argmin(away))], wanted[2]])


def _nodes_of(map: AstraMap, landmark: Landmark) -> list[MapNode]:
    """Return linked nodes, nearest to the landmark first; the nearest node where none is linked."""
    linked = [map.node_by_id[name] for name in landmark.node_ids if name in map.node_by_id]
    linked = linked or [map.nearest_node(np.asarray(landmark.position_m[:2]))]
    return sorted(linked, key=lambda node: float(point_gap_m(landmark, node.pose[:2])))


def _cells_around(
    space: FreeSpace, landmark: Landmark, config: ApproachConfig
) -> NDArray[np.float64]:
    """Return the centres ``(N, 2)`` of cells around a landmark where the robot fits."""
    low, high = footprint(landmark)
    first = np.maximum(0, space.occupancy.cell_of(low - config.max_gap_m))
    last = np.minimum(
        np.array(space.clearance_m.shape), space.occupancy.cell_of(high + config.max_gap_m) + 1
    )
    if (last <= first).any():
        return np.empty((0, 2))
    window = space.clearance_m[first[0] : last[0], first[1] : last[1]]
    fits = np.argwhere(window >= config.robot_radius_m + config.margin_m) + first
    centers = space.occupancy.center_of(fits)
    gap = point_gap_m(landmark, centers)
    return centers[(gap > 0.0) & (gap <= config.max_gap_m)]


def _way_from(
    space: FreeSpace,
    node: MapNode,
    candidates: NDArray[np.float64],
    config: ApproachConfig,
) -> NDArray[np.float64]:
    """Return the cost ``(N,)`` of the way from a node to each candidate; infinite = no way."""
    route = RouteConfig(robot_radius_m=config.robot_radius_m)
    return path_distance(space, node.pose[:2], candidates, route, config.window_m)


def _best(
    space: FreeSpace,
    landmark: Landmark,
    candidates: NDArray[np.float64],
    detour: NDArray[np.float64],
    config: ApproachConfig,
) -> NDArray[np.float64] | None:
    """Return the best candidate ``(2,)``, one that sees the landmark first; ``None`` = no way."""
    gap = point_gap_m(landmark, candidates)
    clearance = space.clearance_at(candidates)
    lack = np.maximum(0.0, config.robot_radius_m + _LOOK_MARGIN_M - clearance)
    cost = (
        np.abs(gap - config.preferred_gap_m)
        + 2.0 * np.maximum(0.0, gap - config.near_gap_m)
        + _CLEARANCE_WEIGHT * lack
        + _DETOUR_WEIGHT * detour
    )
    # Standing square in front of a thing beats standing at its corner.
    center = np.asarray(landmark.position_m[:2])
    cost = cost + 0.1 * np.linalg.norm(candidates - center, axis=1)
    order = [number for number in np.argsort(cost, kind="stable") if np.isfinite(cost[number])]
    for number in order:
        target = nearest_point(landmark, candidates[number])
        if space.sees(candidates[number], target, end_margin_m=_SURFACE_M):
            return np.asarray(candidates[number])
    # A picture above a sofa is hidden on the floor plan; the short way from a node that saw it
    # still tells the right side of the wall. Without such a node nothing does.
    return candidates[order[0]] if order and landmark.node_ids else None


def _facing(xy: NDArray[np.float64], landmark: Landmark) -> NDArray[np.float64]:
    # Long things (sofas, counters) are faced squarely: look at the nearest point, not the centre.
    target = nearest_point(landmark, xy)
    if np.linalg.norm(target - xy) < 1e-6:
        target = np.asarray(landmark.position_m[:2])
    return np.array([*xy, np.arctan2(target[1] - xy[1], target[0] - xy[0])])
