"""Repeating places stand on a lattice: what two of them are apart, a third is apart from the next.

Retrieval names some of the places that look alike, never surely all of them: in a warehouse of
six equal aisles the right one may be ranked behind a hundred nodes of the others. But the poses
that stand differ by the same shifts again and again (an aisle, a bay), and these shifts, added to
the best poses, lead to the places that retrieval has missed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.angles import wrap_angle

__all__ = ["lattice_proposals", "repeated_shifts"]

_SAME_HEADING_RAD = 0.1
_SAME_SHIFT_M = 0.3
_LEAST_SHIFT_M = 1.0


def repeated_shifts(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shifts ``(S, 2)`` by which pairs of poses differ at least twice, frequent first.

    Args:
        poses: ``(H, 3)``; only pairs of one heading count. Both directions of a shift are returned.
    """
    first, second = np.nonzero(~np.eye(len(poses), dtype=bool))
    turned = np.abs(wrap_angle(poses[first, 2] - poses[second, 2]))
    shifts = (poses[second] - poses[first])[turned < _SAME_HEADING_RAD, :2]
    shifts = shifts[np.linalg.norm(shifts, axis=1) >= _LEAST_SHIFT_M]
    found: list[NDArray[np.float64]] = []
    counts: list[int] = []
    while len(shifts):
        alike = np.linalg.norm(shifts - shifts[0], axis=1) <= _SAME_SHIFT_M
        if np.count_nonzero(alike) >= 2:
            found.append(np.median(shifts[alike], axis=0))
            counts.append(int(np.count_nonzero(alike)))
        shifts = shifts[~alike]
    order = np.argsort(-np.array(counts, dtype=int), kind="stable")
    return np.array(found).reshape(-1, 2)[order]


def lattice_proposals(
    poses: NDArray[np.float64],
    shifts: NDArray[np.float64],
    node_xy_m: NDArray[np.float64],
    *,
    max_node_distance_m: float,
    count: int,
) -> list[NDArray[np.float64]]:
    """Return poses one shift away from some poses, where the map has nodes and no pose stands yet.

    Args:
        poses: ``(H, 3)`` poses that stand; the first three are shifted.
        shifts: ``(S, 2)``, most frequent first.
        node_xy_m: ``(M, 2)``.
        max_node_distance_m: How far a proposal may be from the nearest node.
        count: Proposals at most.
    """
    proposals: list[NDArray[np.float64]] = []
    for shift in shifts:
        for pose in poses[:3]:
            xy = pose[:2] + shift
            taken = [*poses[:, :2], *(other[:2] for other in proposals)]
            if min(np.linalg.norm(xy - other) for other in taken) < 2.0 * _SAME_SHIFT_M:
                continue
            if np.linalg.norm(node_xy_m - xy, axis=1).min() <= max_node_distance_m:
                proposals.append(np.array([*xy, pose[2]]))
            if len(proposals) >= count:
                return proposals
    return proposals
