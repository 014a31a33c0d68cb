"""Sightings of one thing from many places become one landmark.

Every known depth and every crossing of two lines of sight proposes a point. The point that explains
sightings from most nodes is a thing; what it explains is taken away, and so on. Two things seen in
one picture are never one: of a picture's sightings a thing takes the one that fits it best.

Letters: ``N`` sightings of one category, ``H`` proposals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_global.mapping.bearings import Bearings
from astra_global.mapping.config import PlacingConfig
from astra_global.mapping.triangulation import meet, parallax_rad

__all__ = ["Cluster", "explained_by", "merge_sightings"]

_PARTNERS = 20  # lines of sight that one is crossed with, nearest first
_ROUNDS = 2  # of moving a point to the middle of what it explains


@dataclass(frozen=True, eq=False)
class Cluster:
    """Sightings of one thing.

    Attributes:
        members: ``(M,)`` their numbers.
        position_m: ``(3,)`` in ``map``.
        size_m: ``(3,)`` (width, width, height) as it is seen.
    """

    members: NDArray[np.intp]
    position_m: NDArray[np.float64]
    size_m: NDArray[np.float64]


def merge_sightings(bearings: Bearings, config: PlacingConfig) -> list[Cluster]:
    """Find the things behind sightings of one category.

    Returns:
        Clusters, best supported first; sightings from too few nodes are in none.
    """
    proposals = _proposals(bearings, config)
    misfit = bearings.misfit(proposals, config.gap_m, config.max_range_m)
    free, alive = np.ones(len(bearings), dtype=bool), np.ones(len(proposals), dtype=bool)
    clusters: list[Cluster] = []
    while alive.any():
        cluster = _best(bearings, proposals, misfit, free, alive, config)
        if cluster is None:
            break
        free[cluster.members] = False
        clusters.append(cluster)
    return clusters


def explained_by(
    bearings: Bearings,
    position_m: NDArray[np.float64],
    free: NDArray[np.bool_],
    config: PlacingConfig,
) -> NDArray[np.intp]:
    """Return which free sightings a thing at a point ``(3,)`` explains, one a picture at most."""
    (misfit,) = bearings.misfit(position_m[None], config.gap_m, config.max_range_m)
    return _one_a_picture(np.where(free, misfit, np.inf), bearings.picture)


def _best(
    bearings: Bearings,
    proposals: NDArray[np.float64],
    misfit: NDArray[np.float64],
    free: NDArray[np.bool_],
    alive: NDArray[np.bool_],
    config: PlacingConfig,
) -> Cluster | None:
    """Return the thing that explains free sightings from most nodes; others are crossed off."""
    usable = np.where(free & alive[:, None], misfit, np.inf)
    # The best sighting of each picture (H, pictures): others in it are other things.
    order = np.argsort(bearings.picture, kind="stable")
    _, starts = np.unique(bearings.picture[order], return_index=True)
    best = np.minimum.reduceat(usable[:, order], starts, axis=1)
    fits = np.isfinite(best)
    nodes = np.zeros((len(proposals), int(bearings.node.max()) + 1), dtype=bool)
    rows, pictures = np.nonzero(fits)
    nodes[rows, bearings.node[order[starts]][pictures]] = True
    votes = nodes.sum(axis=1)
    # Of equal ones the proposal that lies in the middle of what it explains.
    worst = np.where(fits, best, 0.0).sum(axis=1) / np.maximum(fits.sum(axis=1), 1)
    for proposal in np.lexsort((worst, -votes)):
        if votes[proposal] < config.min_nodes:
            return None
        cluster = _cluster(bearings, proposals[proposal], free, config)
        if cluster is not None:
            return cluster
        alive[proposal] = False  # fewer sightings will be free later, never more
    return None


def _cluster(
    bearings: Bearings,
    position: NDArray[np.float64],
    free: NDArray[np.bool_],
    config: PlacingConfig,
) -> Cluster | None:
    members = explained_by(bearings, position, free, config)
    for _ in range(_ROUNDS):
        if len(set(bearings.node[members].tolist())) < config.min_nodes:
            return None
        moved = _position(bearings, members)
        if moved is None:
            return None
        position = moved
        members = explained_by(bearings, position, free, config)
    if len(set(bearings.node[members].tolist())) < config.min_nodes:
        return None
    z = bearings.seen_at(position[None])[0, members, 2]
    width, height = np.median(2.0 * bearings.half[members] * z[:, None], axis=0)
    return Cluster(members, position, np.array([width, width, height]))


def _position(bearings: Bearings, members: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """Return where a thing is: the middle of its lifted sightings, else where the rays meet."""
    lifted = bearings.lifted[members]
    known = np.isfinite(lifted[:, 0])
    if known.any():
        return np.asarray(np.median(lifted[known], axis=0))
    origins, directions = bearings.origins[members], bearings.directions[members]
    together = np.zeros(len(members), dtype=np.intp)
    point = meet(origins, directions, together, 1)
    # Pixels are equally exact from near and far, metres are not: weigh by the distance and again.
    distance = np.maximum(np.linalg.norm(point - origins, axis=1), 0.1)
    (point,) = meet(origins, directions, together, 1, distance**-2)
    return point if np.isfinite(point).all() else None


def _one_a_picture(misfit: NDArray[np.float64], picture: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the best sighting of each picture, of those that fit at all, in ascending order."""
    order = np.lexsort((misfit, picture))
    order = order[np.isfinite(misfit[order])]
    _, first = np.unique(picture[order], return_index=True)
    return np.sort(order[first])


def _proposals(bearings: Bearings, config: PlacingConfig) -> NDArray[np.float64]:
    """Return points ``(H, 3)`` at which a thing may be."""
    lifted = bearings.lifted
    known = np.isfinite(lifted[:, 0])
    blind = np.flatnonzero(~known)
    origins, directions = bearings.origins, bearings.directions
    pairs: set[tuple[int, int]] = set()
    for one in blind:
        others = blind[bearings.node[blind] != bearings.node[one]]
        away = np.linalg.norm(origins[others] - origins[one], axis=1)
        for other in others[np.argsort(away, kind="stable")[:_PARTNERS]]:
            pairs.add((min(int(one), int(other)), max(int(one), int(other))))
    if not pairs:
        return lifted[known]
    ends = np.array(sorted(pairs)).reshape(-1)
    crossings = meet(
        origins[ends], directions[ends], np.repeat(np.arange(len(pairs)), 2), len(pairs)
    )
    good = np.isfinite(crossings[:, 0])
    angle = parallax_rad(crossings, origins[ends[0::2]], origins[ends[1::2]])
    good &= (angle >= config.min_parallax_rad) & (angle <= np.pi - config.min_parallax_rad)
    return np.concatenate([lifted[known], crossings[good]])
