"""Build the localization index: features of every node's pictures with their places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_global.localize.config import FeatureConfig
from astra_global.localize.features import FeatureExtractor, to_float
from astra_global.localize.index import INDEX_FILE, LocalizationIndex, grid_of, save_index
from astra_global.localize.vlad import encode, learn_words
from astra_global.mapping.config import TriangulationConfig
from astra_global.mapping.feature_points import LookedAt, triangulate
from astra_global.mapping.stages import Progress
from astra_global.mapping.work import Work

__all__ = ["depth_at", "index_stage", "inverse_depth_grid"]

_MAX_SPREAD = 0.05  # relative depth spread around a feature beyond which it sits on an edge


def depth_at(
    depth_m: NDArray[np.float32], pixels: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read depth at features, with doubt at depth edges.

    Args:
        depth_m: ``(H, W)``, 0 where unknown.
        pixels: ``(N, 2)`` (u, v).

    Returns:
        Depth ``(N,)`` (median of the 3x3 neighbourhood) and whether it may be used ``(N,)``:
        every neighbour known, and all within 5 % of each other.
    """
    height, width = depth_m.shape
    columns = np.clip(np.rint(pixels[:, 0]).astype(np.intp), 1, width - 2)
    rows = np.clip(np.rint(pixels[:, 1]).astype(np.intp), 1, height - 2)
    around = np.stack(
        [depth_m[rows + dy, columns + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)], axis=1
    ).astype(np.float64)
    low, high = around.min(axis=1), around.max(axis=1)
    usable = (low > 0.0) & (high - low <= _MAX_SPREAD * high)
    return np.median(around, axis=1), usable


def inverse_depth_grid(depth_m: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return 1/depth of every fourth pixel, 0 where the depth ``(H, W)`` is unknown (0)."""
    depth = grid_of(depth_m)
    known = depth > 0.0
    return np.where(known, 1.0 / np.where(known, depth, 1.0), 0.0).astype(np.float16)


@dataclass(frozen=True, eq=False)
class _Placed:
    """Points ``(N, 3)`` in ``map`` of a picture's features, and which may be used ``(N,)``."""

    points: NDArray[np.float64]
    usable: NDArray[np.bool_]


def _lifted(picture: LookedAt, depth_m: NDArray[np.float32]) -> _Placed:
    pixels = picture.features.pixels
    depth, usable = depth_at(depth_m, pixels)
    optical = picture.camera.intrinsics.unproject(pixels[usable], depth[usable])
    points = np.full((len(pixels), 3), np.nan)
    points[usable] = se3.transform_points(picture.t_map_optical, optical)
    return _Placed(points, usable)


def index_stage(
    work: Work,
    config: FeatureConfig,
    triangulation: TriangulationConfig,
    random_seed: int,
    progress: Progress,
) -> dict[str, int]:
    """Build and write ``index/localization.npz``.

    Where a picture has depth its features are lifted by it, elsewhere they are triangulated.
    """
    rig, frames = work.rig(), work.key_frames()
    extractor = FeatureExtractor(config)
    pictures: list[LookedAt] = []
    nodes, cameras, inverse_depths = [], [], []
    placed: list[_Placed | None] = []
    for number, (node_id, pose) in enumerate(zip(frames.ids, frames.poses, strict=True)):
        for column, camera in enumerate(rig.cameras):
            features = extractor.extract(work.color(node_id, camera.name), camera.intrinsics)
            picture = LookedAt(features, camera, pose @ camera.t_base_optical, number)
            depth = work.depth(camera, node_id)
            placed.append(None if depth is None else _lifted(picture, depth))
            if depth is None:
                shape = (camera.intrinsics.height_px, camera.intrinsics.width_px)
                depth = np.zeros(shape, dtype=np.float32)
            inverse_depths.append(inverse_depth_grid(depth))
            pictures.append(picture)
            nodes.append(number)
            cameras.append(column)
        progress(
            0.6 * (number + 1) / len(frames.ids), f"features: node {number + 1}/{len(frames.ids)}"
        )
    without = np.array([one is None for one in placed])
    if without.any():
        found = triangulate(
            pictures, without, triangulation, lambda p: progress(0.6 + 0.3 * p, "triangulating")
        )
        placed = [one or _Placed(*found[i]) for i, one in enumerate(placed)]
    known = [one for one in placed if one is not None]
    descriptors = [
        one.features.descriptors[places.usable] for one, places in zip(pictures, known, strict=True)
    ]
    points = [places.points[places.usable] for places in known]
    counts = [len(item) for item in descriptors]
    joined = np.concatenate(descriptors)
    words = _vocabulary(joined, config.words, np.random.default_rng(random_seed))
    progress(0.95, "vocabulary")
    vlad = np.stack([encode(to_float(item), words) for item in descriptors])
    index = LocalizationIndex(
        config=config,
        node_ids=frames.ids,
        cameras=rig.names,
        picture_node=np.array(nodes, dtype=np.int32),
        picture_camera=np.array(cameras, dtype=np.int32),
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        descriptors=joined,
        points=np.concatenate(points).astype(np.float32),
        words=words,
        vlad=vlad.astype(np.float16),
        inverse_depth=np.stack(inverse_depths),
    )
    save_index(index, work.folder / INDEX_FILE)
    return {"pictures": len(counts), "features": int(sum(counts))}


def _vocabulary(
    descriptors: NDArray[np.uint8], words: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    if not len(descriptors):
        return np.zeros((words, descriptors.shape[1]), dtype=np.float32)
    sample = descriptors
    if len(sample) > 30_000:
        sample = sample[np.sort(rng.choice(len(sample), 30_000, replace=False))]
    return learn_words(to_float(sample), words, rng)
