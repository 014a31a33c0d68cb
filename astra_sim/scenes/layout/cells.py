"""Three ways to cut a rectangle into rooms: along a corridor, around a hall, by splitting."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from astra_sim.scenes.layout.types import Rect

__all__ = ["PLANS", "corridor_cells", "pinwheel_cells", "split_cells"]


def corridor_cells(rng: np.random.Generator) -> tuple[list[Rect], int]:
    """Two rows of rooms along a corridor; often a living room closes one end of it.

    Returns:
        Cells in metres, on a grid of 0.1 m, and the index of the corridor.
    """
    width, hall = rng.uniform(10.2, 14.0), rng.uniform(1.5, 2.0)
    upper, lower = rng.uniform(3.4, 4.6), rng.uniform(3.2, 4.4)
    depth = lower + hall + upper
    start, cells = 0.0, []
    if rng.random() < 0.6:
        start = rng.uniform(4.2, 5.2)
        if rng.random() < 0.4:
            cells.append((0.0, 0.0, start, depth))
        else:
            # The end block is cut so that the corridor opens into the larger part.
            cut = lower + hall if rng.random() < 0.5 else lower
            cells += [(0.0, 0.0, start, cut), (0.0, cut, start, depth)]
    left = 7 - len(cells)
    count_up = int(rng.integers(2, 4)) if width - start > 7.4 else 2
    count_low = min(left - count_up, 3 if width - start > 7.0 and rng.random() < 0.65 else 2)
    for count, y0, y1 in ((count_up, lower + hall, depth), (count_low, 0.0, lower)):
        edges = _cuts(rng, start, width, count)
        cells += [(a, y0, b, y1) for a, b in pairwise(edges)]
    cells.append((start, lower, width, lower + hall))
    return _snapped(cells), len(cells) - 1


def pinwheel_cells(rng: np.random.Generator) -> tuple[list[Rect], int]:
    """Four arms turn around a central hall; the longer arms are cut in two."""
    width, depth = rng.uniform(9.4, 12.0), rng.uniform(9.0, 11.0)
    x1, y1 = width * rng.uniform(0.3, 0.38), depth * rng.uniform(0.32, 0.4)
    x2, y2 = x1 + rng.uniform(2.2, 3.0), y1 + rng.uniform(2.0, 2.8)
    arms = [
        (0.0, 0.0, x2, y1),
        (x2, 0.0, width, y2),
        (x1, y2, width, depth),
        (0.0, y1, x1, depth),
    ]
    cut_first = rng.permutation(4)[: int(rng.integers(1, 4))]
    cells = []
    for index, (a, b, c, d) in enumerate(arms):
        long_x = c - a > d - b
        length = (c - a) if long_x else (d - b)
        if index in cut_first and length > 5.0:
            # The far end of the arm becomes the small room: a bathroom, a laundry.
            part = rng.uniform(2.1, 2.7)
            if index in (0, 3):
                cut = (a + part, b) if long_x else (a, d - part)
            else:
                cut = (c - part, b) if long_x else (a, b + part)
            if long_x:
                cells += [(a, b, cut[0], d), (cut[0], b, c, d)]
            else:
                cells += [(a, b, c, cut[1]), (a, cut[1], c, d)]
        else:
            cells.append((a, b, c, d))
    cells.append((x1, y1, x2, y2))
    return _snapped(cells), len(cells) - 1


def split_cells(rng: np.random.Generator) -> tuple[list[Rect], int]:
    """Split a rectangle again and again; the best connected smaller room becomes the hall."""
    width, depth = rng.uniform(9.6, 12.4), rng.uniform(8.6, 11.0)
    target = int(rng.integers(6, 9))
    cells: list[Rect] = [(0.0, 0.0, width, depth)]
    while len(cells) < target:
        areas = [(c - a) * (d - b) for a, b, c, d in cells]
        a, b, c, d = cells.pop(int(np.argmax(areas)))
        share = rng.uniform(0.36, 0.64)
        if (c - a) * rng.uniform(0.85, 1.15) > d - b:
            cut = a + (c - a) * share
            cells += [(a, b, cut, d), (cut, b, c, d)]
        else:
            cut = b + (d - b) * share
            cells += [(a, b, c, cut), (a, cut, c, d)]
    centre = np.asarray([width / 2.0, depth / 2.0])
    middle = [np.asarray([(a + c) / 2.0, (b + d) / 2.0]) for a, b, c, d in cells]
    area = np.asarray([(c - a) * (d - b) for a, b, c, d in cells])
    distance = [float(np.linalg.norm(point - centre)) for point in middle]
    cost = np.asarray(distance) + 0.12 * area
    return _snapped(cells), int(np.argmin(cost))


#: Plans by name with how often they are tried.
PLANS = {
    "corridor": (corridor_cells, 0.5),
    "pinwheel": (pinwheel_cells, 0.3),
    "split": (split_cells, 0.2),
}


def _cuts(rng: np.random.Generator, start: float, end: float, count: int) -> list[float]:
    shares = rng.uniform(0.65, 1.5, count)
    edges = start + (end - start) * np.concatenate([[0.0], np.cumsum(shares) / shares.sum()])
    return [float(edge) for edge in edges]


def _snapped(cells: list[Rect]) -> list[Rect]:
    return [tuple(round(value, 1) for value in cell) for cell in cells]  # type: ignore[misc]
