"""A short round trip through all stops: nearest neighbour, then 2-opt and or-opt (Or 1976)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["round_trip"]

_EPSILON = 1e-9
_LONGEST_RUN = 3


def round_trip(cost: NDArray[np.float64], rng: np.random.Generator, tries: int = 8) -> list[int]:
    """Order stops into a short closed tour.

    Args:
        cost: ``(K, K)`` symmetric cost between stops.
        rng: Chooses where the tries start.
        tries: Number of starts; the best tour wins.

    Returns:
        A permutation of 0..K-1 that starts at 0.
    """
    count = len(cost)
    best: list[int] = list(range(count))
    if count < 4:
        return best
    for first in rng.permutation(count)[:tries]:
        tour = _improved(cost, _nearest_neighbour(cost, int(first)))
        if _length(cost, tour) < _length(cost, best) - _EPSILON:
            best = tour
    turn = best.index(0)
    return best[turn:] + best[:turn]


def _length(cost: NDArray[np.float64], tour: list[int]) -> float:
    return float(cost[tour, np.roll(tour, -1)].sum())


def _nearest_neighbour(cost: NDArray[np.float64], first: int) -> list[int]:
    left = set(range(len(cost))) - {first}
    tour = [first]
    while left:
        tour.append(min(left, key=lambda stop: (cost[tour[-1], stop], stop)))
        left.remove(tour[-1])
    return tour


def _improved(cost: NDArray[np.float64], tour: list[int]) -> list[int]:
    order = np.array(tour)
    while True:
        shorter = _uncrossed(cost, order) | _moved(cost, order)
        if not shorter:
            return [int(stop) for stop in order]


def _uncrossed(cost: NDArray[np.float64], order: NDArray[np.intp]) -> bool:
    """Reverse parts of a tour where that makes it shorter; changes it in place."""
    better = False
    for i in range(len(order) - 2):
        a, b = order[i], order[i + 1]
        # For the first stop the last edge is its own neighbour.
        c = order[i + 2 : len(order) - (i == 0)]
        d = np.append(order[i + 3 :], order[0])[: len(c)]
        gain = cost[a, b] + cost[c, d] - cost[a, c] - cost[b, d]
        if not len(gain):
            continue
        best = int(np.argmax(gain))
        if gain[best] > _EPSILON:
            end = i + 2 + best
            order[i + 1 : end + 1] = order[i + 1 : end + 1][::-1].copy()
            better = True
    return better


def _moved(cost: NDArray[np.float64], order: NDArray[np.intp]) -> bool:
    """Move short runs of stops to where they fit better, either way round; in place."""
    better = False
    for length in range(1, min(_LONGEST_RUN, len(order) - 3) + 1):
        for i in range(len(order)):
            # The run first: a tour is a ring.
            ring = np.roll(order, -i)
            first, last, rest = ring[0], ring[length - 1], ring[length:]
            saved = cost[rest[-1], first] + cost[last, rest[0]] - cost[rest[-1], rest[0]]
            here, there = rest[:-1], rest[1:]
            between = cost[here, there]
            forward = cost[here, first] + cost[last, there] - between
            backward = cost[here, last] + cost[first, there] - between
            place = int(np.argmin(np.minimum(forward, backward)))
            if min(forward[place], backward[place]) < saved - _EPSILON:
                run = ring[:length] if forward[place] <= backward[place] else ring[:length][::-1]
                order[:] = np.concatenate([rest[: place + 1], run, rest[place + 1 :]])
                better = True
    return better
