"""What the rooms of an office are called; the signs beside their doors say the same."""

from __future__ import annotations

import numpy as np

from astra_sim.scenes.layout.types import Rect

__all__ = ["room_names"]

_WORDS = {
    "kitchen": ("kitchen", "break room", "cafeteria"),
    "print room": ("print room", "copy room"),
    "server room": ("server room",),
    "storage": ("storage", "archive"),
    "mail room": ("mail room",),
    "reception": ("reception",),
}


def room_names(rng: np.random.Generator, cells: list[Rect], kinds: list[str]) -> list[str]:
    """Name every room, no name twice.

    Offices get numbers such as ``room 2.07`` counted along the floor; meeting rooms and open
    offices are counted by themselves.

    Args:
        rng: Random stream: picks the floor and the words.
        cells: Cells of the rooms.
        kinds: Their kinds.
    """
    floor = int(rng.integers(0, 6))
    names = [""] * len(cells)
    order = sorted(range(len(cells)), key=lambda i: (cells[i][1] > 0.0, cells[i][0], cells[i][1]))
    for kind in sorted(set(kinds)):
        rooms = [i for i in order if kinds[i] == kind]
        for number, index in enumerate(rooms):
            names[index] = _name(rng, kind, number, len(rooms), floor)
    return names


def _name(rng: np.random.Generator, kind: str, number: int, count: int, floor: int) -> str:
    if kind == "office":
        return f"room {floor}.{number + 1:02d}"
    if kind == "toilets":
        return "toilets" if count == 1 else ("women", "men")[number % 2]
    if kind == "corridor":
        return f"corridor {chr(ord('a') + number)}"
    if kind in ("meeting room", "open office"):
        return f"{kind} {number + 1}" if count > 1 or kind == "meeting room" else kind
    return str(rng.choice(_WORDS[kind]))
