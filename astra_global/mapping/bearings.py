"""Sightings as lines of sight: from where, in which direction, how wide, and how far if known.

Letters: ``N`` sightings, ``H`` points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera
from astra_core.lens import undistort
from astra_global.mapping.sighting import Sighting

__all__ = ["Bearings", "bearings_of", "depth_in_box"]

_CENTRAL_SHARE = 0.5  # of a box's sides; its rim shows what is behind
_MIN_DEPTH_PIXELS = 4
_NEAR_M = 0.1


@dataclass(frozen=True, eq=False)
class Bearings:
    """Where things are seen.

    Attributes:
        t_optical_map: ``(N, 4, 4)`` from ``map`` into the optical frame of each picture.
        center: ``(N, 2)`` x / z and y / z of the middle of the box.
        half: ``(N, 2)`` the same of half its width and height.
        depth_m: ``(N,)`` along the optical axis, NaN where not known.
        picture: ``(N,)`` a number for each picture.
        node: ``(N,)`` number of the node.
        area: ``(N,)`` of the box as a share of the picture.
    """

    t_optical_map: NDArray[np.float64]
    center: NDArray[np.float64]
    half: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    picture: NDArray[np.intp]
    node: NDArray[np.intp]
    area: NDArray[np.float64]

    def __len__(self) -> int:
        """Return N."""
        return len(self.center)

    def only(self, rows: NDArray[np.intp]) -> Bearings:
        """Return some of the sightings ``(M,)``."""
        return Bearings(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def origins(self) -> NDArray[np.float64]:
        """Return the places of the cameras ``(N, 3)`` in ``map``."""
        rotation, shift = self.t_optical_map[:, :3, :3], self.t_optical_map[:, :3, 3]
        return np.asarray(-np.einsum("nji,nj->ni", rotation, shift))

    @property
    def directions(self) -> NDArray[np.float64]:
        """Return unit vectors ``(N, 3)`` in ``map`` through the middle of the boxes."""
        optical = np.concatenate([self.center, np.ones((len(self), 1))], axis=1)
        optical /= np.linalg.norm(optical, axis=1, keepdims=True)
        return np.asarray(np.einsum("nji,nj->ni", self.t_optical_map[:, :3, :3], optical))

    @property
    def lifted(self) -> NDArray[np.float64]:
        """Return the points ``(N, 3)`` in ``map`` at the known depths, NaN where not known."""
        along = np.linalg.norm(np.c_[self.center, np.ones(len(self))], axis=1) * self.depth_m
        return np.asarray(self.origins + along[:, None] * self.directions)

    def seen_at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return points ``(H, 3)`` in the optical frames ``(H, N, 3)``."""
        rotation, shift = self.t_optical_map[:, :3, :3], self.t_optical_map[:, :3, 3]
        return np.asarray(np.einsum("nij,hj->hni", rotation, points) + shift)

    def misfit(
        self, points: NDArray[np.float64], gap_m: float, max_range_m: float
    ) -> NDArray[np.float64]:
        """Return how badly points ``(H, 3)`` explain the sightings ``(H, N)``.

        0 means in the middle of the box and at its depth, 1 at the edge of what is believed: half
        way to the rim of the box, plus ``gap_m``; in depth half the width of the thing, plus
        ``gap_m``. Infinite means not at all.
        """
        optical = self.seen_at(points)
        z = optical[..., 2]
        seen = (z > _NEAR_M) & (np.linalg.norm(optical, axis=2) <= max_range_m)
        scale = np.where(seen, z, 1.0)
        beside = np.abs(optical[..., :2] / scale[..., None] - self.center)
        worst = (beside / (0.5 * self.half + gap_m / scale[..., None])).max(axis=2)
        behind = np.abs(z - self.depth_m) / (gap_m + self.half[:, 0] * self.depth_m)
        worst = np.fmax(worst, behind)  # NaN where the depth is not known: the box alone speaks
        return np.where(seen & (worst <= 1.0), worst, np.inf)


def bearings_of(
    sightings: Sequence[Sighting],
    camera_of: Callable[[Sighting], Camera],
    pose_of: Callable[[Sighting], NDArray[np.float64]],
    node_of: Callable[[Sighting], int],
) -> Bearings:
    """Turn sightings into lines of sight.

    Args:
        sightings: Of one kind of thing, say.
        camera_of: Returns a sighting's camera.
        pose_of: Returns ``T_map_base`` of a sighting's node.
        node_of: Returns the number of a sighting's node.
    """
    pictures: dict[tuple[str, str], int] = {}
    size = len(sightings)
    result = Bearings(
        np.zeros((size, 4, 4)),
        np.zeros((size, 2)),
        np.zeros((size, 2)),
        np.full(size, np.nan),
        np.zeros(size, np.intp),
        np.zeros(size, np.intp),
        np.zeros(size),
    )
    for row, sighting in enumerate(sightings):
        camera = camera_of(sighting)
        k = camera.intrinsics
        low, high = _ideal_box(sighting, camera)
        focal, middle = np.array([k.fx_px, k.fy_px]), np.array([k.cx_px, k.cy_px])
        result.t_optical_map[row] = se3.inverse(pose_of(sighting) @ camera.t_base_optical)
        result.center[row] = (0.5 * (low + high) - middle) / focal
        result.half[row] = 0.5 * (high - low) / focal
        if sighting.depth_m is not None:
            result.depth_m[row] = sighting.depth_m
        key = (sighting.node_id, sighting.camera)
        result.picture[row] = pictures.setdefault(key, len(pictures))
        result.node[row] = node_of(sighting)
        result.area[row] = float(np.prod(high - low)) / (k.width_px * k.height_px)
    return result


def depth_in_box(
    depth_m: NDArray[np.float32], box_px: tuple[float, float, float, float]
) -> float | None:
    """Return the median depth in the middle of a box; ``None`` where too little is known.

    Args:
        depth_m: ``(H, W)`` of the picture that the box is drawn on, 0 where unknown.
        box_px: (u_min, v_min, u_max, v_max).
    """
    u_min, v_min, u_max, v_max = box_px
    shrink = 0.5 * (1.0 - _CENTRAL_SHARE)
    du, dv = shrink * (u_max - u_min), shrink * (v_max - v_min)
    rows = slice(max(round(v_min + dv), 0), max(round(v_max - dv) + 1, 0))
    columns = slice(max(round(u_min + du), 0), max(round(u_max - du) + 1, 0))
    part = depth_m[rows, columns]
    known = part[part > 0.0]
    return float(np.median(known)) if known.size >= _MIN_DEPTH_PIXELS else None


def _ideal_box(
    sighting: Sighting, camera: Camera
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners ``(2,)`` of a box as a camera without distortion would see it."""
    corners = np.array(sighting.box_px, dtype=np.float64).reshape(2, 2)
    ideal = undistort(corners, camera.intrinsics)
    return ideal.min(axis=0), ideal.max(axis=0)
