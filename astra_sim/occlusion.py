"""What walls hide from a level camera, on the safe side: what is said to be hidden has no pixel.

Letters: ``W`` walls, ``M`` things that may be hidden, ``N`` columns of a picture. Places in the
plane of the floor are (across, ahead): metres to the right of the camera and in front of it. The
ray of place x of a picture is depth * (x, 1), so that lengths along rays are depths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from astra_sim.scenes.model import OPAQUE

if TYPE_CHECKING:
    import mujoco

__all__ = ["Footprints", "Occluders"]

_COLUMNS = 80
_MOST_WALLS = 64
_THICKER_M = 1e-3
_NEAREST_M = 0.05
_SLACK_M = 1e-6
_TALL_M = 1.5
_TRIAL = 5_000
_WORTHWHILE = 0.25
_SIGNS = np.array(((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)))
_CUBE = np.array([(x, y, z) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])


@dataclass(frozen=True, eq=False)
class Footprints:
    """Upright boxes around things, along the axes of ``map``.

    Attributes:
        centers: ``(M, 2)`` in ``map``.
        halves: ``(M, 2)`` half of their sides.
        low_m: ``(M,)`` where they begin.
        high_m: ``(M,)`` where they end.
    """

    centers: NDArray[np.float64]
    halves: NDArray[np.float64]
    low_m: NDArray[np.float64]
    high_m: NDArray[np.float64]

    @classmethod
    def around(
        cls, model: mujoco.MjModel, data: mujoco.MjData, geoms: NDArray[np.intp]
    ) -> Footprints:
        """Measure geoms where they are now."""
        import mujoco

        low, high = np.empty((len(geoms), 3)), np.empty((len(geoms), 3))
        for row, geom in enumerate(geoms):
            if model.geom_type[geom] == mujoco.mjtGeom.mjGEOM_MESH:
                mesh = model.geom_dataid[geom]
                start = model.mesh_vertadr[mesh]
                points = model.mesh_vert[start : start + model.mesh_vertnum[mesh]]
            else:
                points = model.geom_aabb[geom, :3] + _CUBE * model.geom_aabb[geom, 3:]
            points = points @ data.geom_xmat[geom].reshape(3, 3).T + data.geom_xpos[geom]
            low[row], high[row] = points.min(axis=0), points.max(axis=0)
        middle, half = 0.5 * (low + high), 0.5 * (high - low)
        return cls(middle[:, :2], half[:, :2], low[:, 2], high[:, 2])

    def __getitem__(self, chosen: NDArray[np.intp]) -> Footprints:
        """Return some of them."""
        return Footprints(
            self.centers[chosen], self.halves[chosen], self.low_m[chosen], self.high_m[chosen]
        )


class Occluders:
    """Opaque upright boxes that stand still."""

    def __init__(self, model: mujoco.MjModel, data: mujoco.MjData, things: Footprints) -> None:
        """Choose the walls.

        Args:
            model: The world; its geoms marked :data:`OPAQUE` are boxes that hide.
            data: Any state of it with positions up to date.
            things: What may be hidden.
        """
        chosen = np.zeros(0, dtype=np.intp)
        if model.nuser_geom:
            chosen = np.flatnonzero((model.geom_user[:, 0] == OPAQUE) & (model.geom_bodyid == 0))
        half, height = model.geom_size[chosen], data.geom_xpos[chosen, 2]
        low, high = height - half[:, 2], height + half[:, 2]
        tall = (low <= _SLACK_M) & (high >= _TALL_M)
        tops = np.unique(np.round(high[tall], 6)) - _SLACK_M
        # Walls of one height serve: the height that hides the most things with the most wall.
        worth = [
            half[tall & (high >= top), :2].sum() * np.sum(things.high_m <= top + 2.0 * _SLACK_M)
            for top in tops
        ]
        self._top_m = float(tops[int(np.argmax(worth))]) if len(tops) else 0.0
        kept = tall & (high >= self._top_m) & (half.min(axis=1) > _THICKER_M)
        self._centers = data.geom_xpos[chosen[kept], :2]
        # Rows are the unit vectors along the sides of a box.
        self._axes = data.geom_xmat[chosen[kept]].reshape(-1, 3, 3)[:, :2, :2].swapaxes(1, 2)
        self._halves = half[kept, :2]
        self._radii = np.hypot(self._halves[:, 0], self._halves[:, 1])
        self._asked = self._hid = 0

    @property
    def worthwhile(self) -> bool:
        """Whether hiding pays: in an open hall asking costs more than drawing."""
        return self._asked < _TRIAL or self._hid > _WORTHWHILE * self._asked

    def hide(
        self,
        things: Footprints,
        position: NDArray[np.float64],
        plane: NDArray[np.float64],
        slope: float,
    ) -> NDArray[np.bool_]:
        """Return which things ``(M,)`` walls hide.

        Args:
            things: What may be hidden.
            position: ``(3,)`` of a level camera in ``map``.
            plane: ``(2, 2)``; its columns are the unit vectors across and ahead.
            slope: Place of the picture's right edge; the left one is ``-slope``.
        """
        height = position[2]
        if not (_SLACK_M < height < self._top_m and len(self._halves)):
            return np.zeros(len(things.low_m), dtype=bool)
        rays = np.stack([np.linspace(-slope, slope, _COLUMNS + 1), np.ones(_COLUMNS + 1)])
        # What begins inside of a wall, just before its far side, is hidden as well.
        walls = self._depths_m(position[:2], plane, rays) - _THICKER_M
        centers = (things.centers - position[:2]) @ plane
        # A line of sight to what is lower than a wall passes below the top of the wall; the line
        # to something higher does so where the wall is near enough, by this factor.
        with np.errstate(divide="ignore"):
            above = (self._top_m - height) / np.maximum(things.high_m - height, 0.0)
            below = (height - _SLACK_M) / np.maximum(height - things.low_m, 0.0)
        share = np.minimum(np.minimum(above, below), 1.0)
        first, last, nearest = _span(centers, plane, things.halves, slope)
        ends = np.stack([first, last + 1], axis=1).ravel()
        deepest = np.maximum.reduceat(np.append(walls, -np.inf), ends)[::2]
        hidden: NDArray[np.bool_] = (deepest <= nearest * share) | (first > last)
        # Of the others one end may be nearer than what hides the other end: column by column.
        left = np.flatnonzero(~hidden & np.isfinite(walls).any())
        enter, _, rate = _strips(centers[left], plane, things.halves[left], rays)
        start = np.minimum(enter[..., :-1], enter[..., 1:])
        start[:, _turns(rate)] = -np.inf
        start = start.max(axis=1)
        column = np.arange(_COLUMNS)
        beside = (column < first[left, None]) | (column > last[left, None])
        hidden[left] = (beside | (walls <= start * share[left, None])).all(axis=1)
        self._asked += len(hidden)
        self._hid += int(np.count_nonzero(hidden))
        return hidden

    def _depths_m(
        self,
        position: NDArray[np.float64],
        plane: NDArray[np.float64],
        rays: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """Return ``(N,)``: depths at which a wall has closed each column, infinite without one."""
        centers = (self._centers - position) @ plane
        slope = rays[0, -1]
        edge = np.abs(centers[:, 0]) - slope * centers[:, 1]
        near = (centers[:, 1] > -self._radii) & (edge < self._radii * np.hypot(1.0, slope))
        chosen = np.flatnonzero(near)
        if len(chosen) > _MOST_WALLS:
            order = np.argpartition(centers[chosen, 1] - self._radii[chosen], _MOST_WALLS)
            chosen = chosen[order[:_MOST_WALLS]]
        if not len(chosen):
            return np.full(rays.shape[1] - 1, np.inf)
        enter, leave, rate = _strips(
            centers[chosen], self._axes[chosen] @ plane, self._halves[chosen], rays
        )
        enter = enter.max(axis=1)
        hit = (enter <= leave.min(axis=1)) & (enter > _NEAREST_M)
        # A box is convex: rays between two that hit it hit it as well.
        leave = np.maximum(leave[..., :-1], leave[..., 1:])
        leave[_turns(rate)] = np.inf
        closed = np.where(hit[:, :-1] & hit[:, 1:], leave.min(axis=1), np.inf)
        return np.asarray(closed.min(axis=0))


def _span(
    centers: NDArray[np.float64],
    plane: NDArray[np.float64],
    halves: NDArray[np.float64],
    slope: float,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return the first and last column ``(M,)`` of footprints and the depth they begin at."""
    corners = centers[:, None] + (_SIGNS * halves[:, None]) @ plane
    nearest = corners[..., 1].min(axis=1)
    place = corners[..., 0] / np.maximum(corners[..., 1], _NEAREST_M)
    columns = (np.stack([place.min(axis=1), place.max(axis=1)]) / slope + 1.0) * (0.5 * _COLUMNS)
    # A ray may run along a side: both columns beside it count. What is beside the camera has all.
    first = np.clip(np.floor(columns[0] - _SLACK_M), 0, _COLUMNS)
    last = np.clip(np.floor(columns[1] + _SLACK_M), -1, _COLUMNS - 1)
    beside = nearest <= _NEAREST_M
    first[beside], last[beside], nearest[beside] = 0, _COLUMNS - 1, -np.inf
    return first.astype(np.intp), last.astype(np.intp), nearest


def _strips(
    centers: NDArray[np.float64],
    axes: NDArray[np.float64],
    halves: NDArray[np.float64],
    rays: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return depths ``(M, 2, N + 1)`` at which rays enter and leave the strips of boxes.

    A strip is what lies between two opposite sides. The third result says how fast a ray crosses
    it. Depths of a straight side are extreme at the edges of a column, unless that changes sign.
    """
    rate = axes @ rays
    offset = axes @ centers[:, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (offset - halves[:, :, None]) / rate, (offset + halves[:, :, None]) / rate
    return np.minimum(one, two), np.maximum(one, two), rate


def _turns(rate: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return in which columns a ray runs along a strip."""
    return np.asarray((rate[..., :-1] > 0.0) != (rate[..., 1:] > 0.0))
