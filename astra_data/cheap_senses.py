"""Occupancy as the stack would have it, made from a floor plan instead of pictures.

The same log-odds as :class:`astra_local.voxel.occupancy.RollingOccupancy`, on one layer, fed by
what a :class:`~astra_data.viewshed.Viewshed` sees of the building and of who walks in it: near
sides only, memory of what was passed, a trail behind walkers, nothing new in the ring under the
cameras, pixels lost and misplaced. Much cheaper than depth images, and alike enough for the first
two thirds of the training of a planner.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_data.viewshed import View, Viewshed
from astra_local.config import MotionConfig, OccupancyConfig
from astra_local.voxel.ego_window import EgoWindow
from astra_sim.disc import Segment

__all__ = ["CheapSenses", "Walker"]

#: Share of seen cells that go unmarked each time, share that is marked beside its place.
_LOST, _MISPLACED, _MISPLACED_FROM_M = 0.06, 0.03, 1.5
_PERSON_M, _LEAF_M, _LEAF_HALF_M = 1.7, 2.0, 0.03
_CHEST_M = 1.4
#: What is left of a tracked position and velocity's error, per axis.
_POSITION_M, _VELOCITY_MPS, _SMOOTHING = 0.05, 0.15, 0.35
_FOOTPRINT_SLACK_CELLS = 0.5


@dataclass(frozen=True, eq=False)
class Walker:
    """A person as the cameras meet one: position and velocity ``(2,)``, radius."""

    xy_m: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]
    radius_m: float


@dataclass(eq=False)
class _Track:
    """How long somebody has been watched, and where that began."""

    hits: int
    unseen: int
    began_m: NDArray[np.float64]
    velocity_mps: NDArray[np.float64]


class CheapSenses:
    """Remembers what was seen, tenth of a second by tenth of a second.

    Attributes:
        history: The newest last: occupied, known and the corner (row, column) of the squares that
            they cover.
    """

    def __init__(
        self,
        heights_m: NDArray[np.float32],
        origin_m: tuple[float, float],
        resolution_m: float,
        footprint_radius_m: float,
        rng: np.random.Generator,
        *,
        tick_s: float,
        odom_yaw_rad: float = 0.0,
        keep: int = 17,
    ) -> None:
        """Start with nothing known.

        Args:
            heights_m: ``(H, W)`` of what stands, see :class:`astra_data.cut_building.Cut`.
            origin_m: Outer corner of cell [0, 0].
            resolution_m: Side of a cell.
            footprint_radius_m: Of the robot.
            rng: Of what is lost and misplaced.
            tick_s: Time between looks.
            odom_yaw_rad: Of the stack's grid, whose square ends what is remembered.
            keep: Looks to remember.
        """
        self._view = Viewshed(resolution_m)
        self._pad = self._view.reach + 1
        self._heights = np.pad(heights_m, self._pad, constant_values=np.float32(2.5))
        shape = self._heights.shape
        self._level = np.zeros(shape, dtype=np.float32)
        self._floor = np.zeros(shape, dtype=bool)
        self._origin = np.asarray(origin_m) - self._pad * resolution_m
        self._resolution_m, self._radius_m, self._rng = resolution_m, footprint_radius_m, rng
        self._config, self._motion = OccupancyConfig(), MotionConfig()
        self._tick_s, self._yaw = tick_s, odom_yaw_rad
        self._tracks: dict[int, _Track] = {}
        self.history: deque[tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[int, int]]] = deque(
            maxlen=keep
        )

    def look(
        self,
        pose: NDArray[np.float64],
        people: Sequence[Walker],
        leaves: Sequence[Segment],
    ) -> None:
        """See, remember, and follow who walks.

        Args:
            pose: ``(3,)`` of the robot in ``map``.
            people: Everybody; the same place in the sequence is the same person.
            leaves: Door leaves that stand in the open.
        """
        row, column = self._cell(pose[:2])
        changed = [self._stamp_disc(person) for person in people]
        changed += [self._stamp_leaf(leaf) for leaf in leaves]
        seen = self._view.look(self._heights, row, column, float(pose[2]))
        for index, heights in reversed(changed):
            self._heights.ravel()[index] = heights
        self._remember(seen)
        self._clear_footprint(pose[:2])
        self._follow(pose[:2], people)
        window = self._square(seen.corner)
        occupied = self._level[window] > self._config.occupied_log_odds
        self.history.append((occupied, occupied | self._floor[window], seen.corner))

    def window(
        self, ago: int, pose: NDArray[np.float64], ego: EgoWindow
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return what was occupied and known some looks ago, in the frame of the robot now.

        Args:
            ago: 0 is the newest look; the oldest there is stands for older ones.
            pose: ``(3,)`` of the robot now.
            ego: The window.
        """
        occupied, known, corner = self.history[-1 - min(ago, len(self.history) - 1)]
        origin = self._origin + np.array([corner[1], corner[0]]) * self._resolution_m
        # The stack's grid is a square along the axes of odom about the robot.
        middle = origin + (self._view.reach + 0.5) * self._resolution_m
        centers = ego.centers()
        cos, sin = np.cos(pose[2]), np.sin(pose[2])
        x = pose[0] + cos * centers[..., 0] - sin * centers[..., 1] - middle[0]
        y = pose[1] + sin * centers[..., 0] + cos * centers[..., 1] - middle[1]
        cos, sin = np.cos(self._yaw), np.sin(self._yaw)
        half_m = 0.5 * self._config.size_m
        inside = (np.abs(cos * x + sin * y) < half_m) & (np.abs(cos * y - sin * x) < half_m)
        taken, seen = ego.sample(
            occupied, known, (float(origin[0]), float(origin[1])), self._resolution_m, pose
        )
        return taken & inside, seen & inside

    def movers(self, people: Sequence[Walker]) -> NDArray[np.float64]:
        """Return who is known to walk ``(M, 5)``: x, y, vx, vy in ``map``, radius."""
        c = self._motion
        found = []
        for number, track in self._tracks.items():
            person = people[number]
            way_m = float(np.hypot(*(person.xy_m - track.began_m)))
            if track.hits < c.confirm_hits or way_m < c.confirm_distance_m:
                continue
            if float(np.hypot(*track.velocity_mps)) < c.slowest_mps:
                continue
            xy = person.xy_m + self._rng.normal(0.0, _POSITION_M, 2)
            found.append([*xy, *track.velocity_mps, c.body_radius_m])
        return np.array(found).reshape(-1, 5)

    def _remember(self, seen: View) -> None:
        c = self._config
        window = self._square(seen.corner)
        level, floor = self._level[window], self._floor[window]
        chance = self._rng.random(seen.hit.shape, dtype=np.float32)
        hit = seen.hit & (chance > _LOST)
        self._misplace(hit, chance)
        passed = seen.through & ~hit & (chance < 1.0 - _LOST)
        was = level > c.occupied_log_odds
        level += np.where(hit, np.float32(c.hit_log_odds), np.float32(0.0))
        level -= np.where(passed, np.float32(c.miss_log_odds), np.float32(0.0))
        stray = (level > 0.0) & (level <= 1.5 * c.hit_log_odds) & ~hit & ~passed
        level -= np.where(stray, np.float32(c.stray_log_odds), np.float32(0.0))
        np.clip(level, -c.max_log_odds, c.max_log_odds, out=level)
        left = was & (level <= c.occupied_log_odds)
        floor |= (seen.floor & ~hit) | left

    def _misplace(self, hit: NDArray[np.bool_], chance: NDArray[np.float32]) -> None:
        """Move some of the farther hits by a cell; ``hit`` is changed in place."""
        far = self._view.distance_m > _MISPLACED_FROM_M
        rows, columns = np.nonzero(hit & far & (chance > 1.0 - _MISPLACED))
        shift = self._rng.integers(-1, 2, (2, rows.size))
        hit[rows, columns] = False
        last = hit.shape[0] - 1
        hit[np.clip(rows + shift[0], 0, last), np.clip(columns + shift[1], 0, last)] = True

    def _clear_footprint(self, xy_m: NDArray[np.float64]) -> None:
        row, column = self._cell(xy_m)
        reach = math.ceil(self._radius_m / self._resolution_m) + 1
        rows = np.arange(row - reach, row + reach + 1)
        columns = np.arange(column - reach, column + reach + 1)
        y = (rows + 0.5) * self._resolution_m + self._origin[1] - xy_m[1]
        x = (columns + 0.5) * self._resolution_m + self._origin[0] - xy_m[0]
        radius = self._radius_m - _FOOTPRINT_SLACK_CELLS * self._resolution_m
        under = y[:, None] ** 2 + x[None, :] ** 2 < radius**2
        window = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
        self._level[window][under] = -self._config.max_log_odds
        self._floor[window][under] = True

    def _follow(self, xy_m: NDArray[np.float64], people: Sequence[Walker]) -> None:
        c = self._motion
        row, column = self._cell(xy_m)
        middle = self._origin + (np.array([column, row]) + 0.5) * self._resolution_m
        for number, person in enumerate(people):
            seen = self._view.sees(person.xy_m - middle, _CHEST_M, person.radius_m + 0.15)
            track = self._tracks.get(number)
            if track is None:
                if seen:
                    self._tracks[number] = _Track(1, 0, person.xy_m.copy(), np.zeros(2))
                continue
            if not seen:
                track.unseen += 1
                if track.unseen * self._tick_s > c.forget_s:
                    del self._tracks[number]
                continue
            track.hits, track.unseen = track.hits + 1, 0
            noise = self._rng.normal(0.0, _VELOCITY_MPS, 2)
            track.velocity_mps += _SMOOTHING * (person.velocity_mps + noise - track.velocity_mps)

    def _stamp_disc(self, person: Walker) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        # Legs and arms: sometimes wider than the cylinder that the robot can touch, mostly not.
        radius = person.radius_m * float(self._rng.uniform(0.75, 1.1))
        return self._stamp(person.xy_m, person.xy_m, radius, _PERSON_M)

    def _stamp_leaf(self, leaf: Segment) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        return self._stamp(leaf.a_m, leaf.b_m, _LEAF_HALF_M, _LEAF_M)

    def _stamp(
        self, a_m: NDArray[np.float64], b_m: NDArray[np.float64], radius_m: float, height_m: float
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Raise the cells of a capsule; return their flat indices and what was there before."""
        reach = radius_m + self._resolution_m
        low, high = (
            self._cell(np.minimum(a_m, b_m) - reach),
            self._cell(np.maximum(a_m, b_m) + reach),
        )
        height, width = self._heights.shape
        rows = np.arange(max(low[0], 0), min(high[0] + 1, height))
        columns = np.arange(max(low[1], 0), min(high[1] + 1, width))
        x = (columns[None, :] + 0.5) * self._resolution_m + self._origin[0] - a_m[0]
        y = (rows[:, None] + 0.5) * self._resolution_m + self._origin[1] - a_m[1]
        along = b_m - a_m
        share = np.clip((x * along[0] + y * along[1]) / max(float(along @ along), 1e-9), 0.0, 1.0)
        near = np.hypot(x - share * along[0], y - share * along[1])
        inside = near <= radius_m + 0.25 * self._resolution_m
        index = (rows[:, None] * width + columns[None, :])[inside]
        before = self._heights.ravel()[index]
        self._heights.ravel()[index] = np.maximum(before, np.float32(height_m))
        return index, before

    def _square(self, corner: tuple[int, int]) -> tuple[slice, slice]:
        side = 2 * self._view.reach + 1
        return slice(corner[0], corner[0] + side), slice(corner[1], corner[1] + side)

    def _cell(self, xy_m: NDArray[np.float64]) -> tuple[int, int]:
        column, row = np.floor((xy_m - self._origin) / self._resolution_m)
        return int(row), int(column)
