"""Which rooms an office has, and how they share the strips along the corridors."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from astra_sim.scenes.layout.office_frames import Frame, Strip
from astra_sim.scenes.layout.types import Rect

__all__ = ["ROOM_SIZES", "fill"]


@dataclass(frozen=True)
class RoomSize:
    """Usual area (from, to), square metres, and width along the corridor (from, to), metres."""

    area_m2: tuple[float, float]
    width_m: tuple[float, float]


ROOM_SIZES: dict[str, RoomSize] = {
    "reception": RoomSize((30.0, 46.0), (5.8, 9.0)),
    "open office": RoomSize((34.0, 76.0), (6.6, 15.0)),
    "kitchen": RoomSize((14.0, 26.0), (3.4, 6.0)),
    "toilets": RoomSize((10.0, 15.0), (2.7, 4.0)),
    "meeting room": RoomSize((14.0, 26.0), (3.4, 5.6)),
    "office": RoomSize((11.0, 19.0), (2.8, 4.2)),
    "print room": RoomSize((8.0, 12.0), (2.5, 3.4)),
    "server room": RoomSize((9.0, 13.0), (2.7, 3.4)),
    "storage": RoomSize((9.0, 14.0), (2.6, 3.6)),
    "mail room": RoomSize((9.0, 13.0), (2.7, 3.6)),
}
_LEAST_M = 2.8
#: Least side of a room between the middles of its walls.
_LEAST_SIDE_M = 2.45
#: What every office has; the rest of the program may yield where space is short.
_NEEDED = ("reception", "open office", "meeting room", "kitchen", "toilets")
#: What fills the length that the program leaves, and how often.
_FILL = {"office": 0.62, "meeting room": 0.14, "open office": 0.24}


def fill(
    rng: np.random.Generator, frame: Frame, area_m2: float
) -> tuple[list[Rect], list[str]] | None:
    """Cut the strips into rooms.

    Args:
        rng: Random stream.
        frame: Corridors, strips and blocks.
        area_m2: Area of the whole floor.

    Returns:
        Cells and kinds of all rooms, corridors first; None where the program does not fit.
    """
    cells, kinds = list(frame.corridors), ["corridor"] * len(frame.corridors)
    program = _program(rng, area_m2)
    blocks = sorted(frame.blocks, key=_area)
    for number, block in enumerate(blocks):
        cells.append(block)
        small = 24.0 < _area(block) < 90.0 and number == 0
        if small and "reception" in program and rng.random() < 0.55:
            kinds.append("reception")
            program.remove("reception")
        else:
            kinds.append("open office")
            if "open office" in program:
                program.remove("open office")
    shares: list[list[tuple[str, float]]] = [[] for _ in frame.strips]
    left = [strip.length_m for strip in frame.strips]
    for kind in sorted(program, key=lambda name: -ROOM_SIZES[name].width_m[0]):
        widths = [_width(rng, kind, strip) for strip in frame.strips]
        fits = [i for i, width in enumerate(widths) if width <= left[i] + 0.3]
        if not fits:
            if kind in _NEEDED and _is_missing(kind, kinds, shares):
                return None
            continue
        weight = np.asarray([left[i] for i in fits])
        index = fits[int(rng.choice(len(fits), p=weight / weight.sum()))]
        shares[index].append((kind, widths[index]))
        left[index] -= widths[index]
    for index, strip in enumerate(frame.strips):
        while left[index] >= _LEAST_M:
            kind = str(rng.choice(list(_FILL), p=list(_FILL.values())))
            width = _width(rng, kind, strip)
            if width > left[index] + 0.3:
                if ROOM_SIZES["office"].width_m[0] > left[index]:
                    break
                kind, width = "office", min(_width(rng, "office", strip), left[index])
            shares[index].append((kind, width))
            left[index] -= width
        if not shares[index]:
            return None
        rooms = _cut(rng, strip, shares[index])
        cells += [cell for cell, _ in rooms]
        kinds += [kind for _, kind in rooms]
    for cell, kind in zip(cells, kinds, strict=True):
        if kind != "corridor" and min(cell[2] - cell[0], cell[3] - cell[1]) < _LEAST_SIDE_M:
            return None
    return [_snapped(cell) for cell in cells], kinds


def _is_missing(kind: str, kinds: list[str], shares: list[list[tuple[str, float]]]) -> bool:
    return kind not in kinds and not any(kind == name for share in shares for name, _ in share)


def _program(rng: np.random.Generator, area_m2: float) -> list[str]:
    """Return the kinds of rooms that an office of this size cannot do without."""
    rooms = ["reception", "kitchen", "toilets", "open office", "meeting room"]
    rooms += ["meeting room"] * int(area_m2 / 170.0)
    rooms += ["office"] * int(area_m2 / 120.0)
    if area_m2 > 230.0:
        rooms += ["print room"] if rng.random() < 0.75 else []
        rooms.append(str(rng.choice(["server room", "storage", "mail room"])))
    if area_m2 > 380.0:
        rooms.append("toilets")
        more = [kind for kind in ("server room", "storage", "mail room") if kind not in rooms]
        rooms += [kind for kind in more if rng.random() < 0.7]
    return rooms


def _area(rect: Rect) -> float:
    return (rect[2] - rect[0]) * (rect[3] - rect[1])


def _width(rng: np.random.Generator, kind: str, strip: Strip) -> float:
    size = ROOM_SIZES[kind]
    return float(np.clip(rng.uniform(*size.area_m2) / strip.depth_m, *size.width_m))


def _cut(
    rng: np.random.Generator, strip: Strip, shares: list[tuple[str, float]]
) -> list[tuple[Rect, str]]:
    """Cut a strip in random order; what is left over widens all of its rooms."""
    order = [shares[i] for i in rng.permutation(len(shares))]
    edges = np.concatenate([[0.0], np.cumsum([width for _, width in order])])
    x0, y0, x1, y1 = strip.rect_m
    edges = edges * strip.length_m / edges[-1] + (x0 if strip.along_x else y0)
    rooms = []
    for (kind, _), (a, b) in zip(order, pairwise(edges.tolist()), strict=True):
        rooms.append(((a, y0, b, y1) if strip.along_x else (x0, a, x1, b), kind))
    return rooms


def _snapped(cell: Rect) -> Rect:
    return tuple(round(value, 1) for value in cell)  # type: ignore[return-value]
