"""Coarse stage ``vlad``: which nodes of the map look like what the cameras see now.

The paper asks a language model for landmarks here (section 1.4); this is the classical part.
All cameras vote together: a node scores the sum over query cameras of its best picture, so that
one look-alike wall does not decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_global.localize.place_map import PlaceMap
from astra_global.localize.query import Query
from astra_global.localize.ranking import NodeRanking
from astra_global.localize.vlad import encode

__all__ = ["VladCoarse"]


class VladCoarse:
    """Ranks the nodes of one map by the VLAD vectors of their pictures."""

    def __init__(self, places: PlaceMap) -> None:
        """Prepare the vectors of the map's pictures for fast comparison."""
        index = places.index
        self._places = places
        self._vlad = np.ascontiguousarray(index.vlad.astype(np.float32))
        # Pictures sorted by node, for a segmented maximum.
        self._order = np.argsort(index.picture_node, kind="stable")
        self._used, self._starts = np.unique(index.picture_node[self._order], return_index=True)

    def nodes(
        self, query: Query, near: tuple[NDArray[np.floating], float] | None = None
    ) -> NodeRanking:
        """Rank nodes, see :class:`astra_global.ports.CoarseStage`."""
        words = self._places.index.words
        vectors = np.stack([encode(picture.descriptors, words) for picture in query.pictures])
        return self.rank(vectors, near)

    def rank(
        self, vectors: NDArray[np.float32], near: tuple[NDArray[np.floating], float] | None = None
    ) -> NodeRanking:
        """Rank nodes for the vectors ``(Q, K * D)`` of a query's pictures; ``near`` as above."""
        similarity = vectors @ self._vlad.T
        votes = np.full(len(self._places.nodes), -np.inf, dtype=np.float32)
        if len(self._starts):
            best = np.maximum.reduceat(similarity[:, self._order], self._starts, axis=1)
            votes[self._used] = best.sum(axis=0)
        if near is not None:
            center, radius_m = near
            away = self._places.node_poses[:, :2] - np.asarray(center)[:2]
            votes[np.linalg.norm(away, axis=1) > radius_m] = -np.inf
        order = np.argsort(-votes, kind="stable")
        return NodeRanking(
            order[np.isfinite(votes[order])],
            self._places.pictures_of,
            decided_by="vlad",
            similarity=similarity,
        )
