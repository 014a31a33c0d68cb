"""Lines of straight pieces: routes, tours, the ways that scores are measured along.

Letters: ``N`` points of a line, ``M`` of another. A station is a distance along the line, metres.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Polyline", "evenly_spaced", "polyline_length_m", "resample"]

_ROUNDING_M = 1e-9


@dataclass(frozen=True, eq=False)
class Polyline:
    """A line through points.

    Attributes:
        points_m: ``(N, 2)``, N >= 2.
    """

    points_m: NDArray[np.float64]

    @cached_property
    def stations_m(self) -> NDArray[np.float64]:
        """Return the station ``(N,)`` of each point."""
        steps = np.linalg.norm(np.diff(self.points_m, axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length_m(self) -> float:
        """Return the length of the line."""
        return float(self.stations_m[-1])

    def project(
        self, xy_m: ArrayLike, from_m: float = 0.0, to_m: float = np.inf
    ) -> tuple[float, float]:
        """Return the station nearest to a point and the distance to it.

        Args:
            xy_m: ``(2,)`` in the frame of the line.
            from_m: Stations before it are not considered, so that crossings do not confuse.
            to_m: Stations after it are not considered.
        """
        point = np.asarray(xy_m, dtype=np.float64)[:2]
        start, end = self.points_m[:-1], self.points_m[1:]
        along = end - start
        squared = np.maximum(1e-12, (along**2).sum(axis=1))
        share = np.clip(((point - start) * along).sum(axis=1) / squared, 0.0, 1.0)
        station = self.stations_m[:-1] + share * np.sqrt(squared)
        away = np.linalg.norm(start + share[:, None] * along - point, axis=1)
        outside = (station < from_m - _ROUNDING_M) | (station > to_m + _ROUNDING_M)
        away_or_far = np.where(outside, np.inf, away)
        if not np.isfinite(away_or_far).any():
            station_m = float(np.clip(from_m, 0.0, self.length_m))
            return station_m, float(np.linalg.norm(self.point_at(station_m) - point))
        best = int(np.argmin(away_or_far))
        return float(station[best]), float(away[best])

    def point_at(self, station_m: float) -> NDArray[np.float64]:
        """Return the point ``(2,)`` at a station, clamped to the ends."""
        return np.array(
            [np.interp(station_m, self.stations_m, self.points_m[:, axis]) for axis in (0, 1)]
        )


def polyline_length_m(points_m: NDArray[np.float64]) -> float:
    """Return the length of a line ``(N, 2)``; 0 for a single point."""
    return float(np.linalg.norm(np.diff(points_m, axis=0), axis=1).sum())


def resample(line_m: ArrayLike, step_m: float) -> NDArray[np.float64]:
    """Return points ``(M, 2)`` at most ``step_m`` apart on a line ``(N, 2)``; its points stay."""
    line = np.asarray(line_m, dtype=np.float64)
    pieces = [line[:1]]
    for start, end in itertools.pairwise(line):
        count = max(1, int(np.ceil(np.linalg.norm(end - start) / step_m - _ROUNDING_M)))
        pieces.append(start + np.arange(1, count + 1)[:, None] / count * (end - start))
    return np.vstack(pieces)


def evenly_spaced(points_m: NDArray[np.float64], step_m: float) -> NDArray[np.float64]:
    """Return points ``(M, 2)`` equally far apart along a line ``(N, 2)``, at most ``step_m``.

    Both ends are kept; corners between are not, unlike with :func:`resample`.
    """
    lengths = np.hypot(*np.diff(points_m, axis=0).T)
    moves = lengths > _ROUNDING_M
    points: NDArray[np.float64] = points_m[np.concatenate([[True], moves])]
    if len(points) < 2:
        return points
    along = np.concatenate([[0.0], np.cumsum(lengths[moves])])
    count = max(2, int(np.ceil(along[-1] / step_m)) + 1)
    targets = np.linspace(0.0, along[-1], count)
    return np.stack([np.interp(targets, along, points[:, axis]) for axis in (0, 1)], axis=1)
