"""Which room becomes the kitchen: areas, proportions and neighbours decide."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from astra_sim.scenes.layout.types import Rect, shared_edge

__all__ = ["AREAS_M2", "assign_kinds"]

#: Kind of room to its usual area (from, to), square metres, and its least side, metres.
AREAS_M2: dict[str, tuple[float, float, float]] = {
    "living room": (19.0, 38.0, 3.6),
    "kitchen": (9.5, 19.0, 2.7),
    "bedroom": (10.5, 19.0, 3.0),
    "guest room": (9.5, 17.0, 2.8),
    "study": (7.5, 16.0, 2.5),
    "bathroom": (5.0, 11.0, 2.1),
    "laundry": (3.6, 8.0, 1.8),
}

_BY_COUNT: dict[int, tuple[tuple[str, ...], ...]] = {
    4: (("living room", "kitchen", "bedroom", "bathroom"),),
    5: (("study",), ("guest room",)),
    6: (("study", "laundry"), ("study", "guest room"), ("guest room", "laundry")),
    7: (("study", "guest room", "laundry"),),
}


_LIKE_TO_TOUCH = (
    ("living room", "kitchen", 0.5),
    ("kitchen", "laundry", 0.2),
    ("bedroom", "bathroom", 0.2),
)


def assign_kinds(
    rng: np.random.Generator, cells: list[Rect], hall: int
) -> tuple[list[str], float] | None:
    """Choose what every room is for.

    Args:
        rng: Random stream: picks the program and breaks near ties.
        cells: Cells of all rooms.
        hall: Index of the hall or corridor.

    Returns:
        Kind of every cell and the misfit (0 is perfect), or None where no program has that many
        rooms.
    """
    rooms = [index for index in range(len(cells)) if index != hall]
    if len(rooms) not in _BY_COUNT:
        return None
    options = _BY_COUNT[len(rooms)]
    extra = options[int(rng.integers(0, len(options)))]
    kinds = list(_BY_COUNT[4][0]) if len(rooms) == 4 else [*_BY_COUNT[4][0], *extra]
    misfit = np.asarray([[_misfit(cells[room], kind) for kind in kinds] for room in rooms])
    misfit += rng.uniform(0.0, 0.25, misfit.shape)
    # orders[n, r]: which kind room r gets in permutation n; where[n, k]: the inverse.
    orders = np.asarray(list(permutations(range(len(kinds)))))
    where = np.argsort(orders, axis=1)
    cost = misfit[np.arange(len(rooms)), orders].sum(axis=1)
    touches = np.asarray(
        [[shared_edge(cells[a], cells[b]) is not None for b in rooms] for a in rooms]
    )
    for first, second, bonus in _LIKE_TO_TOUCH:
        if first in kinds and second in kinds:
            a, b = where[:, kinds.index(first)], where[:, kinds.index(second)]
            cost = cost + np.where(touches[a, b], 0.0, bonus)
    best = int(np.argmin(cost))
    result = [""] * len(cells)
    result[hall] = "hall"
    for room, kind in zip(rooms, orders[best], strict=True):
        result[room] = kinds[kind]
    return result, float(cost[best])


def _misfit(cell: Rect, kind: str) -> float:
    low, high, least_side = AREAS_M2[kind]
    sides = (cell[2] - cell[0] - 0.12, cell[3] - cell[1] - 0.12)
    area = sides[0] * sides[1]
    cost = max(0.0, np.log(low / area), np.log(area / high)) * 4.0
    if min(sides) < least_side:
        cost += 2.0 + 6.0 * (least_side - min(sides))
    return float(cost + max(0.0, max(sides) / min(sides) - 2.0))
