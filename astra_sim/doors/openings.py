"""Passages as the walls leave them: clear width, height, and how much wall there is beside."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.parts import Footprint, solid_footprints
from astra_sim.scenes.types import Scene

__all__ = ["Opening", "find_openings"]

_REACH_M = 3.0
#: What counts as a doorway.
_NARROWEST_M, _WIDEST_M, _LOWEST_M, _HIGHEST_M = 0.7, 2.4, 1.8, 2.6
_FREE_AHEAD_M = 0.45
#: Walls stand on the floor and reach over the robot's head.
_WALL_BOTTOM_M, _WALL_TOP_M = 0.05, 1.9
_STEP_M = 0.01
_LEAF_HALF_M = 0.03
_THICKEST_M = 0.45
_SLACK_M = 0.003


@dataclass(frozen=True)
class Opening:
    """One doorway.

    Attributes:
        center_m: ``(2,)`` middle of the opening, in the middle of the wall.
        along: ``(2,)`` unit vector along the wall.
        width_m: Clear width.
        height_m: Clear height.
        beside_m: Solid wall behind the jamb on the side of ``-along`` and of ``+along``, where a
            leaf can slide in.
    """

    center_m: NDArray[np.float64]
    along: NDArray[np.float64]
    width_m: float
    height_m: float
    beside_m: tuple[float, float]


def find_openings(scene: Scene) -> list[Opening | None]:
    """Measure the passage at every door centre of a scene.

    Returns:
        One per door centre; ``None`` where the walls do not show a plain rectangular doorway.
    """
    solids = [foot for obj in scene.objects if obj.collides for foot in solid_footprints(obj)]
    return [_measure(np.asarray(center, float), solids) for center in scene.door_centers_m]


class _Solids:
    """Footprints near a place, asked about many points at once."""

    def __init__(self, feet: list[Footprint]) -> None:
        self._round = np.array([foot.round for foot in feet], bool)
        self._center = np.array([(foot.x_m, foot.y_m) for foot in feet]).reshape(-1, 2)
        self._half = np.array([(foot.half_x_m, foot.half_y_m) for foot in feet]).reshape(-1, 2)
        yaw = np.array([foot.yaw_rad for foot in feet])
        self._cos, self._sin = np.cos(yaw), np.sin(yaw)

    def cover(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points ``(N, 2)`` lie in something, give or take a few millimetres."""
        x, y = np.moveaxis(points[:, None] - self._center, -1, 0)
        along, across = self._cos * x + self._sin * y, self._cos * y - self._sin * x
        box = (np.abs(along) <= self._half[:, 0] + _SLACK_M) & (
            np.abs(across) <= self._half[:, 1] + _SLACK_M
        )
        disc = np.hypot(x, y) <= self._half[:, 0] + _SLACK_M
        covered: NDArray[np.bool_] = np.where(self._round, disc, box).any(axis=1)
        return covered


def _measure(center: NDArray[np.float64], solids: list[Footprint]) -> Opening | None:
    near = [foot for foot in solids if _gap_to_bounds(center, foot) < _REACH_M]
    # What the robot meets, and of that what reaches from the floor over its head.
    things = _Solids([foot for foot in near if foot.bottom_m < 1.0 < foot.top_m])
    walls = _Solids([f for f in near if f.bottom_m < _WALL_BOTTOM_M and f.top_m > _WALL_TOP_M])
    for along in (np.array([1.0, 0.0]), np.array([0.0, 1.0])):
        across = np.array([-along[1], along[0]])
        right, left = (_free_m(center, sign * along, walls) for sign in (1.0, -1.0))
        ahead = min(_free_m(center, sign * across, things, 1.0) for sign in (1.0, -1.0))
        if not _NARROWEST_M <= right + left <= _WIDEST_M or ahead < _FREE_AHEAD_M:
            continue
        middle = center + 0.5 * (right - left) * along
        half = 0.5 * (right + left)
        # The leaf runs in the middle of the wall's thickness, as measured inside each jamb.
        offsets = [
            _wall_middle(middle + sign * (half + 0.04) * along, across, walls)
            for sign in (1.0, -1.0)
        ]
        if not np.isfinite(offsets).all():
            continue
        middle = middle + float(np.mean(offsets)) * across
        over = [f for f in near if f.bottom_m > _LOWEST_M and _Solids([f]).cover(middle[None])[0]]
        height = min((foot.bottom_m for foot in over), default=np.inf)
        if height > _HIGHEST_M:
            continue
        minus, plus = (
            _solid_m(middle + sign * (half + 0.01) * along, sign * along, across, walls)
            for sign in (-1.0, 1.0)
        )
        return Opening(middle, along, 2.0 * half, float(height), (minus, plus))
    return None


def _gap_to_bounds(point: NDArray[np.float64], foot: Footprint) -> float:
    x0, y0, x1, y1 = foot.bounds()
    dx, dy = max(x0 - point[0], point[0] - x1, 0.0), max(y0 - point[1], point[1] - y1, 0.0)
    return math.hypot(dx, dy)


def _ray(
    start: NDArray[np.float64], direction: NDArray[np.float64], length_m: float
) -> NDArray[np.float64]:
    return start + np.arange(0.0, length_m + 1e-9, _STEP_M)[:, None] * direction


def _free_m(
    start: NDArray[np.float64],
    direction: NDArray[np.float64],
    solids: _Solids,
    limit_m: float = _REACH_M,
) -> float:
    """Return how far a ray goes before something solid, to a centimetre on the safe side."""
    hit = solids.cover(_ray(start, direction, limit_m))
    return max(0.0, (int(np.argmax(hit)) - 1) * _STEP_M) if hit.any() else limit_m


def _solid_m(
    start: NDArray[np.float64],
    direction: NDArray[np.float64],
    across: NDArray[np.float64],
    walls: _Solids,
) -> float:
    """Return how far a wall goes on, thick enough to hold a leaf."""
    ray = _ray(start, direction, _REACH_M)
    solid = walls.cover(ray + _LEAF_HALF_M * across) & walls.cover(ray - _LEAF_HALF_M * across)
    return _REACH_M if solid.all() else int(np.argmin(solid)) * _STEP_M


def _wall_middle(point: NDArray[np.float64], across: NDArray[np.float64], walls: _Solids) -> float:
    """Return where the middle of the wall is across it, NaN where there is no thin wall."""
    offsets = np.arange(-0.3, 0.3001, 0.005)
    inside = offsets[walls.cover(point + offsets[:, None] * across)]
    if not inside.size or inside[-1] - inside[0] > _THICKEST_M:
        return math.nan
    return float(0.5 * (inside[0] + inside[-1]))
