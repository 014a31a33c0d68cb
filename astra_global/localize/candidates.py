"""Which places are worth a look: the ranking of nodes, thinned so that look-alikes get a turn.

The nodes most like the query crowd around one place. Its rivals are places far from it that look
the same; they stand further down. Greedy suppression in space turns the ranking of nodes into one
of places: the best node opens a place and takes the nodes around it along.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["candidate_places"]


def candidate_places(
    ranking: NDArray[np.intp],
    node_xy_m: NDArray[np.float64],
    *,
    radius_m: float,
    max_places: int,
    nodes_per_place: int,
) -> list[NDArray[np.intp]]:
    """Group ranked nodes into places.

    Args:
        ranking: ``(R,)`` node numbers, most alike first.
        node_xy_m: ``(M, 2)`` positions of all nodes.
        radius_m: Nodes this close to the first of a place belong to it.
        max_places: Places returned at most.
        nodes_per_place: Nodes returned of one place at most.

    Returns:
        Node numbers of each place, in the order of the ranking.
    """
    open_nodes = np.ones(len(ranking), dtype=bool)
    xy = node_xy_m[ranking]
    places: list[NDArray[np.intp]] = []
    while len(places) < max_places and open_nodes.any():
        first = int(open_nodes.argmax())
        here = open_nodes & (np.linalg.norm(xy - xy[first], axis=1) <= radius_m)
        places.append(ranking[np.flatnonzero(here)[:nodes_per_place]])
        open_nodes &= ~here
    return places
