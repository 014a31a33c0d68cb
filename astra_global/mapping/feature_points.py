"""Features without depth: matched with pictures from near by, and placed where the rays meet.

With known poses every match is a pair of rays. A feature is kept where its own ray and those of
what it matches meet in one point, at an angle that says how far away it is.

Letters: ``I`` pictures, ``F`` features of all pictures, ``M`` matches, ``R`` rays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera
from astra_global.localize.features import Features, to_float
from astra_global.localize.matching import match
from astra_global.mapping.config import TriangulationConfig
from astra_global.mapping.triangulation import meet, parallax_rad

__all__ = ["LookedAt", "triangulate"]

# Rays that miss by so many times the limit are left out, round by round: one wrong match must not
# throw out the right ones.
_ROUNDS = (8.0, 3.0, 1.0)


@dataclass(frozen=True, eq=False)
class LookedAt:
    """A picture: its features, and where it was taken.

    Attributes:
        features: Of the picture.
        camera: That took it.
        t_map_optical: ``(4, 4)`` pose of the camera.
        node: Number of its node; pictures of one node are not crossed with each other.
    """

    features: Features
    camera: Camera
    t_map_optical: NDArray[np.float64]
    node: int


def triangulate(
    pictures: Sequence[LookedAt],
    wanted: NDArray[np.bool_],
    config: TriangulationConfig,
    progress: Callable[[float], None] = lambda share: None,
) -> list[tuple[NDArray[np.float64], NDArray[np.bool_]]]:
    """Place the features of some pictures.

    Args:
        pictures: ``I`` of them.
        wanted: ``(I,)`` whose features are to be placed; all may help.
        config: Settings.
        progress: Called with the share done.

    Returns:
        For each picture the points ``(N, 3)`` in ``map`` of its features and which of them may be
        used ``(N,)``; none may where the picture is not wanted.
    """
    rays = _Rays.of(pictures)
    first, second = _matches(pictures, rays, wanted, config, progress)
    points, usable = _place(rays, first, second, config)
    usable &= wanted[rays.picture]
    parts = np.split(np.arange(len(points)), rays.offsets[1:-1])
    return [(points[part], usable[part]) for part in parts]


@dataclass(frozen=True, eq=False)
class _Rays:
    """All features as rays in ``map``."""

    offsets: NDArray[np.intp]  # (I + 1,) features of picture i are offsets[i]:offsets[i + 1]
    picture: NDArray[np.intp]  # (F,)
    pixels: NDArray[np.float64]  # (F, 2)
    origins: NDArray[np.float64]  # (F, 3)
    directions: NDArray[np.float64]  # (F, 3) of length 1
    t_optical_map: NDArray[np.float64]  # (I, 4, 4)
    focal: NDArray[np.float64]  # (I, 2)
    middle: NDArray[np.float64]  # (I, 2)

    @classmethod
    def of(cls, pictures: Sequence[LookedAt]) -> _Rays:
        counts = [len(one.features.pixels) for one in pictures]
        picture = np.repeat(np.arange(len(pictures)), counts)
        pixels = np.concatenate([one.features.pixels for one in pictures]).astype(np.float64)
        lenses = [one.camera.intrinsics for one in pictures]
        focal = np.array([(k.fx_px, k.fy_px) for k in lenses]).reshape(-1, 2)
        middle = np.array([(k.cx_px, k.cy_px) for k in lenses]).reshape(-1, 2)
        poses = np.array([one.t_map_optical for one in pictures]).reshape(-1, 4, 4)
        ahead = np.c_[(pixels - middle[picture]) / focal[picture], np.ones(len(pixels))]
        ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
        return cls(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.intp),
            picture,
            pixels,
            poses[picture, :3, 3],
            np.einsum("fij,fj->fi", poses[picture, :3, :3], ahead),
            np.array([se3.inverse(pose) for pose in poses]).reshape(-1, 4, 4),
            focal,
            middle,
        )

    def error_px(
        self, points: NDArray[np.float64], features: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far from features ``(R,)`` points ``(R, 3)`` are seen, and their depth.

        The error ``(R,)`` is infinite for what is not before the camera.
        """
        picture = self.picture[features]
        t = self.t_optical_map[picture]
        optical = np.einsum("rij,rj->ri", t[:, :3, :3], points) + t[:, :3, 3]
        z = optical[:, 2]
        ahead = z > 0.0
        scale = np.where(ahead, z, 1.0)[:, None]
        seen = optical[:, :2] / scale * self.focal[picture] + self.middle[picture]
        error = np.linalg.norm(seen - self.pixels[features], axis=1)
        return np.where(ahead, error, np.inf), z


def _matches(
    pictures: Sequence[LookedAt],
    rays: _Rays,
    wanted: NDArray[np.bool_],
    config: TriangulationConfig,
    progress: Callable[[float], None],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs of features ``(M,)``, ``(M,)`` whose rays meet somewhere sensible."""
    pairs = _picture_pairs(pictures, wanted, config)
    first, second = [np.zeros(0, np.intp)], [np.zeros(0, np.intp)]
    for number, (one, other) in enumerate(pairs):
        ids, other_ids = match(
            to_float(pictures[one].features.descriptors),
            to_float(pictures[other].features.descriptors),
            config.ratio,
        )
        first.append(ids + rays.offsets[one])
        second.append(other_ids + rays.offsets[other])
        progress((number + 1) / len(pairs))
    a, b = np.concatenate(first), np.concatenate(second)
    ends = np.stack([a, b], axis=1).ravel()
    crossing = np.repeat(np.arange(len(a)), 2)
    points = meet(rays.origins[ends], rays.directions[ends], crossing, len(a))
    error, depth = rays.error_px(points[crossing], ends)
    # NaN, where rays are parallel, compares as wrong.
    good = (error <= config.max_error_px) & (depth <= config.max_range_m)
    keep = good.reshape(-1, 2).all(axis=1)
    return a[keep], b[keep]


def _picture_pairs(
    pictures: Sequence[LookedAt], wanted: NDArray[np.bool_], config: TriangulationConfig
) -> list[tuple[int, int]]:
    """Return which pictures are worth matching: taken apart, but looking the same way."""
    poses = np.array([one.t_map_optical for one in pictures])
    nodes = np.array([one.node for one in pictures])
    pairs: set[tuple[int, int]] = set()
    for one in np.flatnonzero(wanted):
        away = np.linalg.norm(poses[:, :3, 3] - poses[one, :3, 3], axis=1)
        likely = (away >= config.min_baseline_m) & (away <= config.max_baseline_m)
        likely &= poses[:, :3, 2] @ poses[one, :3, 2] >= np.cos(config.max_angle_rad)
        likely &= nodes != nodes[one]
        others = np.flatnonzero(likely)
        for other in others[np.argsort(away[others], kind="stable")[: config.max_partners]]:
            pairs.add((min(int(one), int(other)), max(int(one), int(other))))
    return sorted(pairs)


def _place(
    rays: _Rays, first: NDArray[np.intp], second: NDArray[np.intp], config: TriangulationConfig
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return points ``(F, 3)`` of the features and which may be used ``(F,)``."""
    count = len(rays.pixels)
    # Every feature looks along its own ray and along those of what it matches.
    feature = np.concatenate([np.arange(count), first, second])
    ray = np.concatenate([np.arange(count), second, first])
    for factor in _ROUNDS:
        error, _ = rays.error_px(_meet(rays, feature, ray, count)[feature], ray)
        keep = error <= factor * config.max_error_px
        keep[:count] = True  # without its own ray it is not this feature
        feature, ray = feature[keep], ray[keep]
    points = _meet(rays, feature, ray, count)
    error, depth = rays.error_px(points, np.arange(count))
    angle = np.zeros(count)
    apart = parallax_rad(points[feature], rays.origins[feature], rays.origins[ray])
    np.fmax.at(angle, feature, apart)
    usable = (error <= config.max_error_px) & (angle >= config.min_parallax_rad)
    usable &= (depth >= config.min_range_m) & (depth <= config.max_range_m)
    return points, usable


def _meet(
    rays: _Rays, feature: NDArray[np.intp], ray: NDArray[np.intp], count: int
) -> NDArray[np.float64]:
    """Return the points ``(F, 3)`` at which the rays ``(R,)`` of each feature meet best."""
    origins, directions = rays.origins[ray], rays.directions[ray]
    points = meet(origins, directions, feature, count)
    # Pixels are equally exact from near and far: weigh by the distance, and meet again.
    distance = np.linalg.norm(np.nan_to_num(points)[feature] - origins, axis=1)
    return meet(origins, directions, feature, count, np.maximum(distance, 0.1) ** -2)
