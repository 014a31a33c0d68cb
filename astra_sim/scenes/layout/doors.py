"""Where to pass: every room reachable, no bathroom as a thoroughfare, often a loop."""

from __future__ import annotations

import numpy as np

from astra_sim.scenes.layout.types import Doorway, Rect, shared_edge

__all__ = ["place_doors"]

#: How unusual a door between two kinds of rooms is (hall to anything is 0.1), and how often it
#: is added where a way exists already.
_PAIRS: dict[frozenset[str], tuple[float, float]] = {
    frozenset(("living room", "kitchen")): (0.2, 0.9),
    frozenset(("kitchen", "laundry")): (0.3, 0.6),
    frozenset(("bedroom", "bathroom")): (0.6, 0.4),
    frozenset(("living room", "study")): (0.5, 0.5),
    frozenset(("bathroom", "laundry")): (0.6, 0.35),
    frozenset(("living room", "guest room")): (0.9, 0.15),
    frozenset(("living room", "bedroom")): (0.9, 0.1),
    frozenset(("study", "guest room")): (1.0, 0.2),
    frozenset(("study", "bedroom")): (1.0, 0.25),
    frozenset(("living room", "laundry")): (1.2, 0.0),
    frozenset(("living room", "bathroom")): (1.4, 0.0),
    frozenset(("kitchen", "study")): (1.5, 0.1),
}
_UNUSUAL = (2.2, 0.0)
_CORNER_M = 0.28


def place_doors(
    rng: np.random.Generator, cells: list[Rect], kinds: list[str]
) -> list[Doorway] | None:
    """Join all rooms by openings of 0.9 to 1.0 m.

    Args:
        rng: Random stream.
        cells: Cells of the rooms.
        kinds: Kind of every room.

    Returns:
        Doors, or None where some room cannot be joined.
    """
    edges = []
    for a in range(len(cells)):
        for b in range(a + 1, len(cells)):
            wall = shared_edge(cells[a], cells[b])
            if wall is None or wall[3] - wall[2] < 0.95 + 2.0 * _CORNER_M:
                continue
            if "hall" in (kinds[a], kinds[b]):
                cost, again = 0.1, 1.0
            else:
                cost, again = _PAIRS.get(frozenset((kinds[a], kinds[b])), _UNUSUAL)
            edges.append((cost, a, b, again, wall))
    edges.sort(key=lambda edge: edge[:3])
    group = list(range(len(cells)))
    doors = []
    for _, a, b, again, wall in edges:
        joined = group[a] == group[b]
        if joined and rng.random() >= again:
            continue
        doors.append(_doorway(rng, kinds, a, b, wall))
        group = [group[a] if value == group[b] else value for value in group]
    return doors if len(set(group)) == 1 else None


def _doorway(
    rng: np.random.Generator,
    kinds: list[str],
    a: int,
    b: int,
    wall: tuple[bool, float, float, float],
) -> Doorway:
    along_x, constant, start, end = wall
    width = float(rng.choice([0.9, 0.95, 1.0]))
    margin = width / 2.0 + _CORNER_M
    low, high = start + margin, end - margin
    if high <= low:
        low = high = (start + end) / 2.0
    if rng.random() < 0.55:
        # Near a corner, which leaves long free walls for furniture.
        near = low if rng.random() < 0.5 else high
        position = near + (0.25 * rng.random()) * ((low + high) / 2.0 - near)
    else:
        position = rng.uniform(low, high)
    center = (position, constant) if along_x else (constant, position)
    owner, other = (b, a) if kinds[a] in ("hall", "living room") and kinds[b] != "hall" else (a, b)
    return Doorway((owner, other), (float(center[0]), float(center[1])), along_x, width)
