"""Edges: consecutive nodes, which the tour has driven, and neighbours with free space between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from astra_global.map.occupancy_file import occupancy_from_bytes
from astra_global.mapping.config import EdgeConfig
from astra_global.mapping.work import Work
from astra_global.types import MapEdge, OccupancyMap

__all__ = ["connect_nodes", "edges_stage", "segment_clearance_m"]


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
) -> list[MapEdge]:
    """Connect nodes.

    Args:
        ids: ``N`` names in tour order.
        xy_m: ``(N, 2)`` positions in ``map``.
        occupancy: Static free space; without it only consecutive nodes are connected.
        config: Lengths and margins.

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
        needed = config.robot_radius_m + config.margin_m
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


def edges_stage(work: Work, config: EdgeConfig) -> dict[str, int]:
    """Connect the key frames; writes ``edges.json``."""
    frames = work.key_frames()
    path = work.folder / "occupancy.npz"
    occupancy = occupancy_from_bytes(path.read_bytes(), path)
    edges = connect_nodes(frames.ids, frames.poses[:, :2, 3], occupancy, config)
    work.write_json("edges", [[edge.a, edge.b, edge.length_m] for edge in edges])
    return {"edges": len(edges)}
