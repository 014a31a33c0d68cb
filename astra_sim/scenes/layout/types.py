"""A floor plan before anything stands in it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WALL_M", "Doorway", "Layout", "Rect", "RoomPlan", "shared_edge"]

#: Thickness of a wall between two rooms; each room owns the half on its side.
WALL_M = 0.12

#: (x_min, y_min, x_max, y_max), metres.
Rect = tuple[float, float, float, float]


@dataclass(frozen=True)
class RoomPlan:
    """A room: name, kind, and its cell of the plan up to the middle of the walls."""

    name: str
    kind: str
    cell_m: Rect

    @property
    def bounds_m(self) -> Rect:
        """The room inside its walls."""
        x0, y0, x1, y1 = self.cell_m
        half = WALL_M / 2.0
        return x0 + half, y0 + half, x1 - half, y1 - half

    @property
    def area_m2(self) -> float:
        """Floor area inside the walls."""
        x0, y0, x1, y1 = self.bounds_m
        return (x1 - x0) * (y1 - y0)


@dataclass(frozen=True)
class Doorway:
    """An opening in the wall between two rooms.

    Attributes:
        rooms: Indices of the two rooms; the first one is the one the door belongs to.
        center_m: (x, y) in ``map``.
        along_x: Whether the wall runs along x (one passes in the direction of y).
        width_m: Clear width.
    """

    rooms: tuple[int, int]
    center_m: tuple[float, float]
    along_x: bool
    width_m: float


@dataclass(frozen=True)
class Layout:
    """Rooms and doors of one building; ``bounds_m`` includes the outer walls."""

    rooms: tuple[RoomPlan, ...]
    doors: tuple[Doorway, ...]
    bounds_m: Rect


def shared_edge(a: Rect, b: Rect) -> tuple[bool, float, float, float] | None:
    """Return the wall that two cells share: (along x?, its constant coordinate, from, to)."""
    for along_x in (False, True):
        axis, other = (1, 0) if along_x else (0, 1)
        for low, high in ((a, b), (b, a)):
            if abs(low[axis + 2] - high[axis]) < 1e-6:
                start, end = max(a[other], b[other]), min(a[other + 2], b[other + 2])
                if end - start > 1e-6:
                    return along_x, low[axis + 2], start, end
    return None
