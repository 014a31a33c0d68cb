"""Find places for labels where they cover neither each other nor foreign anchors."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["place_labels"]

_DIRECTIONS = 16
_RINGS = 5


def place_labels(
    anchors: Sequence[tuple[float, float]],
    extents: Sequence[tuple[float, float]],
    size: tuple[float, float],
    gap: float,
) -> list[tuple[float, float]]:
    """Choose the top left corner of each label, greedily and the same way every time.

    Args:
        anchors: What each label belongs to, pixels (x, y).
        extents: Width and height of each label, pixels.
        size: Width and height of the picture; labels stay inside.
        gap: Distance between anchor and label in the nearest ring.

    Returns:
        One (x, y) a label, in the order given. Where nothing is free, the least covered place.
    """
    corners: list[tuple[float, float]] = []
    for anchor, extent in zip(anchors, extents, strict=True):
        best, best_cost = (0.0, 0.0), math.inf
        for ring in range(_RINGS):
            for step in range(_DIRECTIONS):
                corner = _candidate(anchor, extent, size, gap * (1 + 2.5 * ring), step)
                cost = 0.02 * ring * extent[0] * extent[1]
                cost += sum(
                    _overlap(corner, extent, other, other_extent)
                    for other, other_extent in zip(corners, extents, strict=False)
                )
                cost += sum(_covers(corner, extent, point) for point in anchors) * gap * gap
                if cost < best_cost:
                    best, best_cost = corner, cost
        corners.append(best)
    return corners


def _candidate(
    anchor: tuple[float, float],
    extent: tuple[float, float],
    size: tuple[float, float],
    distance: float,
    step: int,
) -> tuple[float, float]:
    # Straight below comes first: there a label reads as a caption.
    angle = math.pi / 2 + 2 * math.pi * step / _DIRECTIONS
    cos, sin = math.cos(angle), math.sin(angle)
    x = anchor[0] + cos * (distance + extent[0] / 2) - extent[0] / 2
    y = anchor[1] + sin * (distance + extent[1] / 2) - extent[1] / 2
    return (
        min(max(x, 0.0), max(size[0] - extent[0], 0.0)),
        min(max(y, 0.0), max(size[1] - extent[1], 0.0)),
    )


def _overlap(
    a: tuple[float, float],
    a_extent: tuple[float, float],
    b: tuple[float, float],
    b_extent: tuple[float, float],
) -> float:
    width = min(a[0] + a_extent[0], b[0] + b_extent[0]) - max(a[0], b[0])
    height = min(a[1] + a_extent[1], b[1] + b_extent[1]) - max(a[1], b[1])
    return max(width, 0.0) * max(height, 0.0)


def _covers(
    corner: tuple[float, float], extent: tuple[float, float], point: tuple[float, float]
) -> bool:
    return (
        corner[0] <= point[0] <= corner[0] + extent[0]
        and corner[1] <= point[1] <= corner[1] + extent[1]
    )
