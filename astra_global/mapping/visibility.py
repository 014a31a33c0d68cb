"""Which node sees which landmark: project the landmark's box and look whether depth lies on it.

In the paper a language model compares pictures (section 1.3, co-visibility); geometry is exact
where depth is at hand. Where there is none, features that were triangulated take its place: a
picture that has some of them on a landmark sees it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_core.camera import Camera
from astra_global.localize.index import INDEX_FILE, LocalizationIndex, load_index
from astra_global.mapping.config import VisibilityConfig
from astra_global.mapping.stages import Progress
from astra_global.mapping.work import Work
from astra_global.types import Landmark

__all__ = ["count_features_on", "count_pixels_on", "view_of", "visibility_stage"]

_NEAR_M = 0.05
_STRIDE = 2
_CORNERS = np.array(list(itertools.product((-1.0, 1.0), repeat=3)))
_REFERENCE_PIXELS = 320 * 240


@dataclass(frozen=True, eq=False)
class _View:
    """What one camera measured: points ``(h, w, 3)`` in ``map``, thinned by ``_STRIDE``."""

    points: NDArray[np.float64]
    usable: NDArray[np.bool_]
    camera: Camera
    t_optical_map: NDArray[np.float64]


def view_of(
    depth_m: NDArray[np.float32],
    camera: Camera,
    t_map_optical: NDArray[np.float64],
    max_range_m: float,
) -> _View:
    """Lift one depth picture ``(H, W)`` into ``map``, once for all landmarks."""
    rows = np.arange(_STRIDE // 2, depth_m.shape[0], _STRIDE)
    columns = np.arange(_STRIDE // 2, depth_m.shape[1], _STRIDE)
    depth = depth_m[np.ix_(rows, columns)]
    pixels = np.stack(np.meshgrid(columns, rows), axis=-1).astype(np.float64)
    optical = camera.intrinsics.unproject(pixels, depth)
    usable = (depth > 0.0) & (depth <= max_range_m)
    points = se3.transform_points(t_map_optical, optical)
    return _View(points, usable, camera, se3.inverse(t_map_optical))


def count_pixels_on(
    landmarks: Sequence[Landmark], view: _View, config: VisibilityConfig
) -> NDArray[np.intp]:
    """Count the depth pixels that lie on each landmark.

    Args:
        landmarks: ``L`` of them; their boxes count, grown by ``margin_m``.
        view: From :func:`view_of`.
        config: Range and margin.

    Returns:
        Pixels of the full picture ``(L,)``; 0 where a landmark is hidden, too far or out of view.
    """
    counts = np.zeros(len(landmarks), dtype=np.intp)
    if not len(landmarks):
        return counts
    centers = np.array([landmark.position_m for landmark in landmarks])
    halves = np.array([landmark.size_m for landmark in landmarks]) / 2.0 + config.margin_m
    corners = se3.transform_points(
        view.t_optical_map, centers[:, None] + _CORNERS * halves[:, None]
    )
    nearest = np.linalg.norm(corners.mean(axis=1), axis=1) - np.linalg.norm(halves, axis=1)
    height, width = view.usable.shape
    low = np.zeros((len(landmarks), 2))
    high = np.tile([float(width), float(height)], (len(landmarks), 1))
    # Partly behind the camera, a box's outline is not that of its corners: look everywhere.
    whole = np.all(corners[..., 2] >= _NEAR_M, axis=1)
    pixels = view.camera.intrinsics.project(corners[whole]) / _STRIDE
    low[whole] = np.clip(np.floor(pixels.min(axis=1)), 0.0, high[whole])
    high[whole] = np.clip(np.ceil(pixels.max(axis=1)) + 1.0, 0.0, high[whole])
    candidate = (nearest <= config.max_range_m) & np.any(corners[..., 2] >= _NEAR_M, axis=1)
    candidate &= np.all(high > low, axis=1)
    for row in np.flatnonzero(candidate):
        (u_min, v_min), (u_max, v_max) = low[row].astype(int), high[row].astype(int)
        part = np.s_[v_min:v_max, u_min:u_max]
        inside = np.all(np.abs(view.points[part] - centers[row]) <= halves[row], axis=-1)
        counts[row] = _STRIDE**2 * np.count_nonzero(inside & view.usable[part])
    return counts


def count_features_on(
    landmarks: Sequence[Landmark],
    points: NDArray[np.float64],
    eye: NDArray[np.float64],
    config: VisibilityConfig,
) -> NDArray[np.intp]:
    """Count the features of one picture that lie on each landmark.

    Args:
        landmarks: ``L`` of them; their boxes count, grown by ``margin_m``.
        points: ``(N, 3)`` places of the picture's features in ``map``.
        eye: ``(3,)`` place of the camera in ``map``.
        config: Range and margin.

    Returns:
        ``(L,)``.
    """
    near = points[np.linalg.norm(points - eye, axis=1) <= config.max_range_m]
    centers = np.array([landmark.position_m for landmark in landmarks]).reshape(-1, 3)
    halves = np.array([landmark.size_m for landmark in landmarks]).reshape(-1, 3) / 2.0
    beside = np.abs(near[None] - centers[:, None])
    inside = np.all(beside <= halves[:, None] + config.margin_m, axis=-1)
    return np.asarray(inside.sum(axis=1))


def visibility_stage(work: Work, config: VisibilityConfig, progress: Progress) -> dict[str, int]:
    """Link landmarks and nodes, best view first; writes ``visibility.json``.

    A node sees what depth lies on, and what the finder has seen from it.
    """
    rig, frames, placed = work.rig(), work.key_frames(), work.landmarks()
    landmarks = [one.landmark for one in placed]
    number_of = {node_id: number for number, node_id in enumerate(frames.ids)}
    counts = np.zeros((len(landmarks), len(frames.ids)))
    index = None
    for number, (node_id, pose) in enumerate(zip(frames.ids, frames.poses, strict=True)):
        for column, camera in enumerate(rig.cameras):
            depth = work.depth(camera, node_id)
            if depth is not None:
                scale = _REFERENCE_PIXELS / depth.size
                view = view_of(depth, camera, pose @ camera.t_base_optical, config.max_range_m)
                counts[:, number] += scale * count_pixels_on(landmarks, view, config)
                continue
            index = index or load_index(work.folder / INDEX_FILE)
            points = index.points[_features_of(index, number, column)].astype(np.float64)
            eye = (pose @ camera.t_base_optical)[:3, 3]
            scale = config.min_pixels / config.min_features
            counts[:, number] += scale * count_features_on(landmarks, points, eye, config)
        progress((number + 1) / len(frames.ids), f"landmarks seen: node {number + 1}")
    linked = counts >= config.min_pixels
    for row, one in enumerate(placed):
        for node_id, pixels in one.pixels.items():
            column = number_of[node_id]
            counts[row, column] = max(counts[row, column], pixels)
            linked[row, column] = True
    links = {}
    for row, landmark in enumerate(landmarks):
        order = np.argsort(-counts[row], kind="stable")
        links[landmark.id] = [frames.ids[i] for i in order if linked[row, i]]
    work.write_json("visibility", links)
    return {
        "landmarks": len(links),
        "landmarks_seen": sum(map(bool, links.values())),
        "links": sum(map(len, links.values())),
    }


def _features_of(index: LocalizationIndex, node: int, camera: int) -> slice:
    (picture,) = np.flatnonzero((index.picture_node == node) & (index.picture_camera == camera))
    return slice(int(index.offsets[picture]), int(index.offsets[picture + 1]))
