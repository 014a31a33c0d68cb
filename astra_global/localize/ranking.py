"""What a coarse stage answers: nodes of the map that are worth a look, the best first.

Letters: ``R`` ranked nodes, ``Q`` pictures of the query, ``I`` pictures of the map.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["NodeRanking"]


class NodeRanking:
    """Nodes in the order of likeness, and for each the pictures worth matching.

    Attributes:
        nodes: ``(R,)`` node numbers, best first.
        decided_by: Which coarse stage says so, by the name of its part: ``vlad``, ``mllm``.
        similarity: ``(Q, I)`` likeness of every query picture to every map picture; ``None`` where
            the stage compares nodes and not pictures.
    """

    def __init__(
        self,
        nodes: NDArray[np.intp],
        pictures_of: Sequence[NDArray[np.intp]],
        *,
        decided_by: str,
        similarity: NDArray[np.float32] | None = None,
    ) -> None:
        """Keep the ranking of one query.

        Args:
            nodes: See above.
            pictures_of: The pictures ``(n,)`` of every node of the map.
            decided_by: See above.
            similarity: See above.
        """
        self.nodes = nodes
        self.decided_by = decided_by
        self.similarity = similarity
        self._pictures_of = pictures_of

    def pictures(self, node: int, query: int, count: int) -> NDArray[np.intp]:
        """Return the ``count`` pictures of a node that look most like one query picture.

        All of them where nobody has compared pictures: the node was named for another reason.
        """
        pictures = self._pictures_of[node]
        if self.similarity is None:
            return pictures
        order = np.argsort(-self.similarity[query, pictures], kind="stable")
        return pictures[order[:count]]
