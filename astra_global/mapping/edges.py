"""Edges: consecutive nodes, which the tour has driven, and neighbours with free space between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astra_global.map.occupancy_file import occupancy_from_bytes
from astra_global.mapping.config import EdgeConfig
from astra_global.mapping.work import Work
from astra_global.types import FREE, UNKNOWN, MapEdge, OccupancyMap

__all__ = ["connect_nodes", "driven_area", "edges_stage", "segment_clearance_m"]

_DRIVEN_CELL_M = 0.025


def segment_clearance_m(
    occupancy: OccupancyMap,
    clearance_m: NDArray[np.float64],
    start_m: NDArray[np.float64],
    end_m: NDArray[np.float64],
) -> float:
    """Return the smallest clearance along a straight line, 0 where it leaves the grid.

    Args:
        occupancy: For the geometry of the grid.
        clearance_m: ``(H, W)`` of :meth:`OccupancyMap.clearance_m`.
        start_m: ``(2,)`` in ``map``.
        end_m: ``(2,)`` in ``map``.
    """
    length = float(np.linalg.norm(end_m - start_m))
    steps = max(2, int(np.ceil(length / (0.5 * occupancy.resolution_m))) + 1)
    points = start_m + np.linspace(0.0, 1.0, steps)[:, None] * (end_m - start_m)
    rows, columns = occupancy.cell_of(points).T
    height, width = clearance_m.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    if not inside.all():
        return 0.0
    return float(clearance_m[rows, columns].min())


def connect_nodes(
    ids: Sequence[str],
    xy_m: NDArray[np.float64],
    occupancy: OccupancyMap | None,
    config: EdgeConfig,
    needed_m: float | None = None,
) -> list[MapEdge]:
    """Connect nodes.

    Args:
        ids: ``N`` names in tour order.
        xy_m: ``(N, 2)`` positions in ``map``.
        occupancy: Static free space; without it only consecutive nodes are connected.
        config: Lengths and margins.
        needed_m: Clearance along an edge between neighbours; the robot's radius and the margin by
            default.

    Returns:
        Edges without doubles, each from the earlier to the later node.
    """
    count = len(ids)
    distance = np.linalg.norm(xy_m[:, None] - xy_m[None], axis=2)
    pairs = {
        (i, i + 1) for i in range(count - 1) if distance[i, i + 1] <= config.max_driven_length_m
    }
    if occupancy is not None:
        clearance = occupancy.clearance_m()
        needed = config.robot_radius_m + config.margin_m if needed_m is None else needed_m
        for i in range(count):
            order = np.argsort(distance[i], kind="stable")
            added = 0
            for j in (int(k) for k in order if k != i):
                if added >= config.max_neighbours or distance[i, j] > config.max_length_m:
                    break
                pair = (min(i, j), max(i, j))
                if pair in pairs:
                    added += 1
                elif segment_clearance_m(occupancy, clearance, xy_m[i], xy_m[j]) >= needed:
                    pairs.add(pair)
                    added += 1
    return [MapEdge(ids[i], ids[j], float(distance[i, j])) for i, j in sorted(pairs)]


def driven_area(track: NDArray[np.float64], config: EdgeConfig) -> OccupancyMap:
    """Return the floor that the robot's body has swept as free, all else as unknown.

    Args:
        track: ``(S, 2)`` where the robot was, in time order; NaN where that is not known.
        config: The robot's radius, and how far apart two places may be to believe that the robot
            drove straight from one to the other.
    """
    radius_m, side_m = config.robot_radius_m, _DRIVEN_CELL_M
    known = track[np.isfinite(track).all(axis=1)]
    low = known.min(axis=0) - radius_m - 2.0 * side_m
    size = np.ceil((known.max(axis=0) + radius_m + 2.0 * side_m - low) / side_m).astype(int)
    area = OccupancyMap(
        np.full((size[1], size[0]), UNKNOWN, np.int8), (float(low[0]), float(low[1])), side_m
    )
    for start, end in zip(track, np.vstack([track[1:], track[-1:]]), strict=True):
        if not np.isfinite(start).all():
            continue
        far = not np.linalg.norm(end - start) <= config.max_driven_length_m
        end = start if far else end
        first = area.cell_of(np.minimum(start, end) - radius_m)
        last = area.cell_of(np.maximum(start, end) + radius_m) + 1
        window = (slice(first[0], last[0]), slice(first[1], last[1]))
        rows, columns = np.mgrid[window]
        centers = area.center_of(np.stack([rows, columns], axis=-1))
        along = end - start
        share = np.clip((centers - start) @ along / max(float(along @ along), 1e-12), 0.0, 1.0)
        away = np.linalg.norm(centers - start - share[..., None] * along, axis=-1)
        area.cells[window][away <= radius_m] = FREE
    return area


def edges_stage(work: Work, config: EdgeConfig) -> dict[str, int]:
    """Connect the key frames; writes ``edges.json``.

    Without depth, neighbours are connected where the body has swept all of the way between them.
    """
    frames, path = work.key_frames(), work.occupancy_path
    if path.is_file():
        space, needed_m = occupancy_from_bytes(path.read_bytes(), path), None
    else:
        space = driven_area(work.read_arrays("poses")["poses"][:, :2, 3], config)
        # On its own track the robot has just its radius, less what cells cut off at the rim.
        needed_m = config.robot_radius_m - 2.0 * space.resolution_m
    edges = connect_nodes(frames.ids, frames.poses[:, :2, 3], space, config, needed_m)
    work.write_json("edges", [[edge.a, edge.b, edge.length_m] for edge in edges])
    return {"edges": len(edges)}
