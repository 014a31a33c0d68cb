"""A short round trip through all stops: nearest neighbour, then 2-opt and or-opt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["round_trip"]

_EPSILON = 1e-9


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
    count = len(tour)
    better = True
    while better:
        better = False
        for i in range(count - 1):
            for j in range(i + 2, count - (i == 0)):
                a, b, c, d = tour[i], tour[i + 1], tour[j], tour[(j + 1) % count]
                if cost[a, c] + cost[b, d] < cost[a, b] + cost[c, d] - _EPSILON:
                    tour[i + 1 : j + 1] = tour[i + 1 : j + 1][::-1]
                    better = True
        for i in range(count):
            moved = _move_one(cost, tour, i)
            if moved is not None:
                tour, better = moved, True
    return tour


def _move_one(cost: NDArray[np.float64], tour: list[int], i: int) -> list[int] | None:
    stop, before, after = tour[i], tour[i - 1], tour[(i + 1) % len(tour)]
    saved = cost[before, stop] + cost[stop, after] - cost[before, after]
    rest = tour[:i] + tour[i + 1 :]
    following = np.roll(rest, -1)
    added = cost[rest, stop] + cost[stop, following] - cost[rest, following]
    place = int(np.argmin(added))
    if added[place] >= saved - _EPSILON:
        return None
    return [*rest[: place + 1], stop, *rest[place + 1 :]]
