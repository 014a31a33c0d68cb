"""How well depth is seen, and the obstacles that follow from it, at one moment.

Letters: ``N`` cameras; ``H, W`` pixels; ``Y, X`` cells of a square around the robot in
``base_link``, index 0 at the lowest coordinate.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig

__all__ = ["RANGES_M", "CellCounts", "DepthError", "cell_counts", "depth_error", "obstacle_cells"]

Depths = Sequence[NDArray[np.floating]]

#: Heights between which things are obstacles, and how far depth matters, metres.
LOWEST_M, HIGHEST_M, NEAR_M = 0.05, 1.8, 5.0
#: Half sides of the squares in which obstacles are compared, metres.
RANGES_M = (1.5, 3.0, 4.8)
_CELL_M = 0.2
_CELLS = round(2 * RANGES_M[-1] / _CELL_M)
#: Fewer points than this in a cell are no obstacle.
_FEWEST_POINTS = 2
#: A cell is seen where one of these heights of its middle is, metres.
_LOOKED_AT_M = (0.1, 0.6, 1.2)
_SURFACE_M = 0.15


class DepthError(NamedTuple):
    """Sums over pixels: relative error, how many, and how many of all have no answer."""

    relative: float
    pixels: int
    unknown: int


class CellCounts(NamedTuple):
    """Obstacle cells within one range: in both, only said, only true."""

    both: int
    said: int
    true: int


def depth_error(rig: CameraRig, said_m: Depths, true_m: Depths) -> DepthError:
    """Return the error at pixels that show something within 5 m, 0.05 to 1.8 m above the floor.

    Args:
        rig: ``N`` cameras, undistorted.
        said_m: ``(H, W)`` of each, 0 unknown.
        true_m: The same, true.
    """
    relative, pixels, unknown = 0.0, 0, 0
    for camera, said, true in zip(rig.cameras, said_m, true_m, strict=True):
        height_m = _points(camera, true)[..., 2]
        kept = (true > 0) & (true <= NEAR_M) & (height_m >= LOWEST_M) & (height_m <= HIGHEST_M)
        answered = kept & (said > 0)
        relative += float(np.abs(said[answered] / true[answered] - 1.0).sum())
        pixels += int(answered.sum())
        unknown += int((kept & ~answered).sum())
    return DepthError(relative, pixels, unknown)


def obstacle_cells(rig: CameraRig, depth_m: Depths) -> NDArray[np.bool_]:
    """Return in which cells ``(Y, X)`` depth puts something the robot could touch."""
    hits = np.zeros((_CELLS, _CELLS), np.intp)
    for camera, depth in zip(rig.cameras, depth_m, strict=True):
        points = _points(camera, depth)[depth > 0]
        points = points[(points[:, 2] >= LOWEST_M) & (points[:, 2] <= HIGHEST_M)]
        cell = np.floor(points[:, :2] / _CELL_M).astype(np.intp) + _CELLS // 2
        cell = cell[((cell >= 0) & (cell < _CELLS)).all(axis=1)]
        np.add.at(hits, (cell[:, 1], cell[:, 0]), 1)
    return hits >= _FEWEST_POINTS


def cell_counts(rig: CameraRig, said_m: Depths, true_m: Depths) -> list[CellCounts]:
    """Compare obstacles within each of :data:`RANGES_M`, in the cells that can be seen.

    What lies behind something nobody can know; a cell there counts for nothing.

    Args:
        rig: ``N`` cameras, undistorted.
        said_m: ``(H, W)`` of each, 0 unknown.
        true_m: The same, true.
    """
    said, true = obstacle_cells(rig, said_m), obstacle_cells(rig, true_m)
    seen = true | _seen_cells(rig, true_m)
    middle_m = np.abs((np.arange(_CELLS) + 0.5) * _CELL_M - RANGES_M[-1])
    outward_m = np.maximum(middle_m[:, None], middle_m[None])
    counts = []
    for range_m in RANGES_M:
        kept = seen & (outward_m < range_m)
        both, alone, missed = said & true, said & ~true, ~said & true
        counts.append(CellCounts(*(int((kept & cells).sum()) for cells in (both, alone, missed))))
    return counts


def _points(camera: Camera, depth_m: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return what pixels show ``(H, W, 3)`` in ``base_link``."""
    height, width = depth_m.shape
    pixels = np.stack(np.meshgrid(np.arange(float(width)), np.arange(float(height))), axis=-1)
    optical = camera.intrinsics.unproject(pixels, depth_m)
    return optical @ camera.t_base_optical[:3, :3].T + camera.t_base_optical[:3, 3]


def _seen_cells(rig: CameraRig, true_m: Depths) -> NDArray[np.bool_]:
    """Return the cells ``(Y, X)`` whose middle is before, or in, what some camera shows there."""
    middle = (np.arange(_CELLS) + 0.5) * _CELL_M - RANGES_M[-1]
    x, y, z = np.meshgrid(middle, middle, _LOOKED_AT_M)
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    seen = np.zeros(len(points), bool)
    for camera, depth in zip(rig.cameras, true_m, strict=True):
        rotation, origin = camera.t_base_optical[:3, :3], camera.t_base_optical[:3, 3]
        optical = (points - origin) @ rotation
        pixels = camera.intrinsics.project(optical)
        inside = np.isfinite(pixels).all(axis=1) & (pixels > -0.5).all(axis=1)
        inside &= (pixels < np.array(depth.shape[::-1]) - 0.5).all(axis=1)
        column, row = np.rint(pixels[inside]).astype(np.intp).T
        shown = depth[row, column]
        seen[inside] |= (shown <= 0) | (optical[inside, 2] <= shown + _SURFACE_M)
    return np.asarray(seen.reshape(_CELLS, _CELLS, -1).any(axis=-1))
