"""The bones of an office floor: where its corridors run, and the strips of rooms along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from astra_sim.scenes.layout.types import Rect

__all__ = ["FRAMES", "Frame", "Strip", "ring_frame", "spine_frame", "tee_frame"]


@dataclass(frozen=True)
class Strip:
    """A rectangle to be cut into rooms, across x or across y."""

    rect_m: Rect
    along_x: bool

    @property
    def length_m(self) -> float:
        """Extent in the direction in which rooms follow each other."""
        return self.rect_m[2] - self.rect_m[0] if self.along_x else self.rect_m[3] - self.rect_m[1]

    @property
    def depth_m(self) -> float:
        """Extent across."""
        return self.rect_m[3] - self.rect_m[1] if self.along_x else self.rect_m[2] - self.rect_m[0]


@dataclass(frozen=True)
class Frame:
    """Corridors, strips of rooms, and blocks that stay one large room each."""

    corridors: tuple[Rect, ...]
    strips: tuple[Strip, ...]
    blocks: tuple[Rect, ...]


def spine_frame(rng: np.random.Generator, area_m2: float) -> Frame:
    """One corridor between two strips; often a large room closes one end of it."""
    low, hall, high = rng.uniform(4.2, 5.8), rng.uniform(1.7, 2.4), rng.uniform(4.2, 6.2)
    depth = low + hall + high
    width = area_m2 / depth
    block = rng.uniform(5.5, 7.5) if width > 16.0 and rng.random() < 0.65 else 0.0
    end = width - block
    blocks = ((end, 0.0, width, depth),) if block else ()
    strips = (Strip((0.0, 0.0, end, low), True), Strip((0.0, low + hall, end, depth), True))
    return Frame(((0.0, low, end, low + hall),), strips, blocks)


def tee_frame(rng: np.random.Generator, area_m2: float) -> Frame:
    """A corridor that ends in one across, behind which a column of rooms stands."""
    low, hall, high = rng.uniform(4.6, 6.2), rng.uniform(1.8, 2.4), rng.uniform(4.6, 6.4)
    across, column = rng.uniform(1.8, 2.4), rng.uniform(4.4, 6.4)
    depth = low + hall + high
    width = area_m2 / depth
    end = width - across - column
    strips = [
        Strip((0.0, 0.0, end, low), True),
        Strip((0.0, low + hall, end, depth), True),
        Strip((end + across, 0.0, width, depth), False),
    ]
    blocks = []
    if end > 15.0 and rng.random() < 0.6:
        block = rng.uniform(5.5, 7.0)
        blocks.append((0.0, 0.0, block, depth))
        strips[0] = Strip((block, 0.0, end, low), True)
        strips[1] = Strip((block, low + hall, end, depth), True)
    start = blocks[0][2] if blocks else 0.0
    corridors = ((start, low, end, low + hall), (end, 0.0, end + across, depth))
    return Frame(corridors, tuple(strips), tuple(blocks))


def ring_frame(rng: np.random.Generator, area_m2: float) -> Frame:
    """Two long corridors around a core, joined across at two or more places."""
    low, high, core = rng.uniform(4.4, 6.2), rng.uniform(4.4, 6.2), rng.uniform(3.8, 5.2)
    first, second = rng.uniform(1.7, 2.3), rng.uniform(1.7, 2.3)
    y1, y2 = low, low + first
    y3, y4 = low + first + core, low + first + core + second
    depth = y4 + high
    width = area_m2 / depth
    left = rng.uniform(5.5, 8.5) if width > 22.0 and rng.random() < 0.7 else 0.0
    right = rng.uniform(5.5, 8.5) if width - left > 22.0 and rng.random() < 0.5 else 0.0
    start, end = left, width - right
    blocks = []
    for a, b in ((0.0, left), (end, width)):
        if b - a > 1.0:
            cut = rng.uniform(0.4, 0.6) * depth
            if depth * (b - a) > 130.0 and rng.random() < 0.5:
                # Two rooms, cut in the core so that each of them ends a corridor.
                cut = float(np.clip(cut, y2 + 0.4, y3 - 0.4))
                blocks += [(a, 0.0, b, cut), (a, cut, b, depth)]
            else:
                blocks.append((a, 0.0, b, depth))
    across = rng.uniform(1.8, 2.4)
    cuts = []
    if not left or rng.random() < 0.3:
        cuts.append(start)
    if not right or rng.random() < 0.3:
        cuts.append(end - across)
    if len(cuts) < 2 and (end - start > 16.0 or not cuts):
        cuts.append(start + (end - start) * rng.uniform(0.4, 0.6) - across / 2.0)
    cuts.sort()
    corridors = [(start, y1, end, y2), (start, y3, end, y4)]
    corridors += [(x, y2, x + across, y3) for x in cuts]
    strips = [Strip((start, 0.0, end, y1), True), Strip((start, y4, end, depth), True)]
    edges = [start, *(value for x in cuts for value in (x, x + across)), end]
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if b - a > 1.0:
            strips.append(Strip((a, y2, b, y3), True))
    return Frame(tuple(corridors), tuple(strips), tuple(blocks))


#: Frame, the areas it is made for (from, to), and how often it is tried.
FRAMES = (
    (spine_frame, (0.0, 330.0), 1.0),
    (tee_frame, (230.0, 520.0), 1.0),
    (ring_frame, (380.0, 1000.0), 1.2),
)
