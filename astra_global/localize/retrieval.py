"""Coarse step: which nodes of the map look like what the cameras see now.

The paper asks a language model for landmarks here (section 1.4); this is the classical stand-in.
All cameras vote together: a node scores the sum over query cameras of its best picture, so that
one look-alike wall does not decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_global.localize.index import LocalizationIndex

__all__ = ["NodeRanking", "Retriever"]


class NodeRanking:
    """Nodes in the order of likeness, and for each the pictures worth matching.

    Attributes:
        nodes: Node numbers, best first.
        similarity: ``(Q, I)`` likeness of every query picture to every map picture.
    """

    def __init__(
        self,
        nodes: NDArray[np.intp],
        similarity: NDArray[np.float32],
        pictures_of: list[NDArray[np.intp]],
    ) -> None:
        """Keep the ranking of one query."""
        self.nodes = nodes
        self.similarity = similarity
        self._pictures_of = pictures_of

    def pictures(self, node: int, query: int, count: int) -> NDArray[np.intp]:
        """Return the ``count`` pictures of a node that look most like one query picture."""
        pictures = self._pictures_of[node]
        order = np.argsort(-self.similarity[query, pictures], kind="stable")
        return pictures[order[:count]]


class Retriever:
    """Ranks the nodes of one map."""

    def __init__(self, index: LocalizationIndex) -> None:
        """Prepare the vectors of the map's pictures for fast comparison."""
        self._vlad = np.ascontiguousarray(index.vlad.astype(np.float32))
        self._num_nodes = len(index.node_ids)
        self._pictures_of = [
            np.flatnonzero(index.picture_node == node) for node in range(self._num_nodes)
        ]
        # Pictures sorted by node, for a segmented maximum.
        self._order = np.argsort(index.picture_node, kind="stable")
        self._used, self._starts = np.unique(index.picture_node[self._order], return_index=True)

    def rank(
        self, query: NDArray[np.float32], allowed: NDArray[np.bool_] | None = None
    ) -> NodeRanking:
        """Rank nodes for the vectors ``(Q, K * D)`` of one moment's pictures.

        Args:
            query: One VLAD vector per camera.
            allowed: ``(num_nodes,)`` mask of nodes that may be used; all by default.
        """
        similarity = query @ self._vlad.T
        votes = np.full(self._num_nodes, -np.inf, dtype=np.float32)
        if len(self._starts):
            best = np.maximum.reduceat(similarity[:, self._order], self._starts, axis=1)
            votes[self._used] = best.sum(axis=0)
        if allowed is not None:
            votes[~allowed] = -np.inf
        order = np.argsort(-votes, kind="stable")
        return NodeRanking(order[np.isfinite(votes[order])], similarity, self._pictures_of)
