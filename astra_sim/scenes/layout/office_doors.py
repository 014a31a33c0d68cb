"""Doors of an office: every room from a corridor, wide openings where people gather."""

from __future__ import annotations

import numpy as np

from astra_sim.scenes.layout.types import Doorway, Rect, shared_edge

__all__ = ["place_office_doors"]

_CORNER_M = 0.3
#: Kinds of rooms one enters through a wide opening, and its width (from, to).
_OPENINGS = {
    "reception": (1.5, 2.1),
    "open office": (1.2, 1.8),
    "kitchen": (0.95, 1.5),
    "print room": (0.95, 1.3),
}


def place_office_doors(
    rng: np.random.Generator, cells: list[Rect], kinds: list[str]
) -> list[Doorway] | None:
    """Join all rooms.

    Args:
        rng: Random stream.
        cells: Cells of the rooms.
        kinds: Kind of every room.

    Returns:
        Doors, or None where some room cannot be joined to the rest.
    """
    halls = [index for index, kind in enumerate(kinds) if kind == "corridor"]
    doors = []
    for i, a in enumerate(halls):
        for b in halls[i + 1 :]:
            wall = shared_edge(cells[a], cells[b])
            if wall is not None and wall[3] - wall[2] > 1.5:
                doors.append(_full(a, b, wall))
    for room in range(len(cells)):
        if kinds[room] == "corridor":
            continue
        walls = []
        for hall in halls:
            wall = shared_edge(cells[room], cells[hall])
            if wall is not None and wall[3] - wall[2] > 0.95 + 2.0 * _CORNER_M:
                walls.append((hall, wall))
        if not walls:
            return None
        doors += _room_doors(rng, room, kinds[room], walls)
    group = list(range(len(cells)))
    for door in doors:
        a, b = door.rooms
        group = [group[a] if value == group[b] else value for value in group]
    return doors if len(set(group)) == 1 else None


def _room_doors(
    rng: np.random.Generator,
    room: int,
    kind: str,
    walls: list[tuple[int, tuple[bool, float, float, float]]],
) -> list[Doorway]:
    order = [walls[i] for i in rng.permutation(len(walls))]
    # Open offices and receptions join all corridors they touch; other rooms have one door.
    passage = kind in ("open office", "reception")
    doors = []
    for hall, wall in order if passage else order[:1]:
        length = wall[3] - wall[2]
        narrow, wide = _OPENINGS.get(kind, (0.9, 1.0))
        width = round(float(min(rng.uniform(narrow, wide), length - 2.0 * _CORNER_M)), 2)
        if passage and length > 9.0:
            middle = wall[2] + length * rng.uniform(0.45, 0.55)
            halves = [(*wall[:3], middle), (*wall[:2], middle, wall[3])]
        else:
            halves = [wall]
        doors += [_doorway(rng, room, hall, half, width) for half in halves]
    return doors


def _doorway(
    rng: np.random.Generator,
    room: int,
    hall: int,
    wall: tuple[bool, float, float, float],
    width: float,
) -> Doorway:
    along_x, constant, start, end = wall
    low, high = start + width / 2.0 + _CORNER_M, end - width / 2.0 - _CORNER_M
    place = (start + end) / 2.0
    if high > low:
        # Near a corner, which leaves long free walls, or anywhere.
        near = low if rng.random() < 0.5 else high
        reach = 0.3 if rng.random() < 0.6 else 1.0
        place = near + reach * rng.random() * ((low + high) / 2.0 - near)
    center = (place, constant) if along_x else (constant, place)
    return Doorway((room, hall), (float(center[0]), float(center[1])), along_x, width)


def _full(a: int, b: int, wall: tuple[bool, float, float, float]) -> Doorway:
    """An opening as wide as the corridor but for a post on either side."""
    along_x, constant, start, end = wall
    place = (start + end) / 2.0
    center = (place, constant) if along_x else (constant, place)
    width = round(end - start - 0.24, 2)
    return Doorway((a, b), (float(center[0]), float(center[1])), along_x, width)
