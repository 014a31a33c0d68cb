"""Build the localization index: features of every node's pictures, lifted to 3D by depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core import se3
from astra_global.localize.config import FeatureConfig
from astra_global.localize.features import FeatureExtractor, to_float
from astra_global.localize.index import INDEX_FILE, LocalizationIndex, grid_of, save_index
from astra_global.localize.vlad import encode, learn_words
from astra_global.mapping.errors import TourError
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


def index_stage(
    work: Work, config: FeatureConfig, random_seed: int, progress: Progress
) -> dict[str, int]:
    """Build and write ``index/localization.npz``."""
    rig, frames = work.rig(), work.key_frames()
    extractor = FeatureExtractor(config)
    nodes, cameras, descriptors, points, inverse_depths = [], [], [], [], []
    for number, (node_id, pose) in enumerate(zip(frames.ids, frames.poses, strict=True)):
        for column, camera in enumerate(rig.cameras):
            features = extractor.extract(work.color(node_id, camera.name), camera.intrinsics)
            depth_image = work.depth(camera, node_id)
            if depth_image is None:
                raise TourError(f"node {node_id} has no depth of camera {camera.name}")
            inverse_depths.append(inverse_depth_grid(depth_image))
            depth, usable = depth_at(depth_image, features.pixels)
            optical = camera.intrinsics.unproject(features.pixels[usable], depth[usable])
            points.append(se3.transform_points(pose @ camera.t_base_optical, optical))
            descriptors.append(features.descriptors[usable])
            nodes.append(number)
            cameras.append(column)
        progress(
            0.9 * (number + 1) / len(frames.ids), f"features: node {number + 1}/{len(frames.ids)}"
        )
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
