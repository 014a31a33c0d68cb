"""The localization index of a map: features with 3D points, vocabulary, one vector per picture.

Letters: ``I`` pictures, ``F`` features of all pictures, ``K`` words, ``D`` = 128, ``h, w`` a grid
of every fourth pixel.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astra_core.config import from_mapping
from astra_core.errors import ConfigError, MapFormatError
from astra_core.untrusted.arrays import read_arrays
from astra_core.untrusted.json_text import parse_json
from astra_global.localize.config import FeatureConfig

__all__ = [
    "GRID_STEP_PX",
    "INDEX_FILE",
    "LocalizationIndex",
    "grid_of",
    "load_index",
    "save_index",
]

INDEX_FILE = "index/localization.npz"
#: Depth is kept at every fourth pixel, of every fourth row: pixels 2, 6, 10, ...
GRID_STEP_PX = 4
_VERSION = 2
#: Of each array the type and the number of dimensions.
_ARRAYS: dict[str, tuple[type[np.generic], int]] = {
    "picture_node": (np.int32, 1),
    "picture_camera": (np.int32, 1),
    "offsets": (np.int64, 1),
    "descriptors": (np.uint8, 2),
    "points": (np.float32, 2),
    "words": (np.float32, 2),
    "vlad": (np.float16, 2),
    "inverse_depth": (np.float16, 3),
}


@dataclass(frozen=True, eq=False)
class LocalizationIndex:
    """What a query is compared with.

    Attributes:
        config: How the features were taken.
        node_ids: Names of the nodes, in map order.
        cameras: Names of the cameras.
        picture_node: ``(I,)`` int32, index into ``node_ids``.
        picture_camera: ``(I,)`` int32, index into ``cameras``.
        offsets: ``(I + 1,)`` int64; features of picture i are ``offsets[i]:offsets[i + 1]``.
        descriptors: ``(F, D)`` uint8.
        points: ``(F, 3)`` float32 in ``map``.
        words: ``(K, D)`` float32.
        vlad: ``(I, K * D)`` float16.
        inverse_depth: ``(I, h, w)`` float16, 1/m along the optical axis, 0 where unknown; with it
            the map can say what a camera sees from near by.
    """

    config: FeatureConfig
    node_ids: tuple[str, ...]
    cameras: tuple[str, ...]
    picture_node: NDArray[np.int32]
    picture_camera: NDArray[np.int32]
    offsets: NDArray[np.int64]
    descriptors: NDArray[np.uint8]
    points: NDArray[np.float32]
    words: NDArray[np.float32]
    vlad: NDArray[np.float16]
    inverse_depth: NDArray[np.float16]


def grid_of(values: NDArray[Any]) -> NDArray[Any]:
    """Return every fourth value of a picture ``(..., H, W)``, as ``inverse_depth`` keeps them."""
    half = GRID_STEP_PX // 2
    return values[..., half::GRID_STEP_PX, half::GRID_STEP_PX]


def save_index(index: LocalizationIndex, path: Path) -> None:
    """Write the index; not compressed, since descriptors do not shrink and loading is often."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = {
        "version": _VERSION,
        "features": asdict(index.config),
        "node_ids": index.node_ids,
        "cameras": index.cameras,
    }
    arrays = {name: getattr(index, name) for name in _ARRAYS}
    with path.open("wb") as file:
        np.savez(file, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)


def load_index(path: Path) -> LocalizationIndex:
    """Read the index back.

    Raises:
        MapFormatError: It is missing, damaged, of another version or contradicts itself.
    """
    if not path.is_file():
        raise MapFormatError(f"{path}: missing: the map has no localization index")
    try:
        arrays = read_arrays(path, MapFormatError, names=("head", *_ARRAYS))
        head = parse_json(arrays.pop("head").tobytes(), str(path), MapFormatError)
    except MapFormatError as error:
        raise MapFormatError(f"not a localization index: {error}") from error
    try:
        if head["version"] != _VERSION:
            raise MapFormatError(
                f"{path}: version {head['version']}, this program has {_VERSION}: build the map "
                "again"
            )
        index = LocalizationIndex(
            config=from_mapping(FeatureConfig, head["features"], str(path)),
            node_ids=tuple(head["node_ids"]),
            cameras=tuple(head["cameras"]),
            **arrays,
        )
    except (KeyError, TypeError, ConfigError) as error:
        raise MapFormatError(f"{path}: not a localization index: {error}") from error
    for name, (kind, dimensions) in _ARRAYS.items():
        if arrays[name].dtype != kind or arrays[name].ndim != dimensions:
            raise MapFormatError(
                f"{path}: {name} must be {np.dtype(kind)} of {dimensions} dimensions: "
                "build the map again"
            )
    if not all(isinstance(name, str) for name in (*index.node_ids, *index.cameras)):
        raise MapFormatError(f"{path}: names of nodes and cameras must be texts")
    _check(index, path)
    return index


def _check(index: LocalizationIndex, path: Path) -> None:
    pictures, features = len(index.picture_node), len(index.points)
    size = index.words.shape[0] * index.words.shape[1]
    good = (
        index.picture_camera.shape == (pictures,)
        and index.offsets.shape == (pictures + 1,)
        and index.descriptors.shape == (features, 128)
        and index.points.shape == (features, 3)
        and index.vlad.shape == (pictures, size)
        and len(index.inverse_depth) == pictures
        and bool(np.all(np.isfinite(index.inverse_depth)))
        and bool(np.all(np.diff(index.offsets) >= 0))
        and int(index.offsets[0]) == 0
        and int(index.offsets[-1]) == features
        and bool(np.all(np.isfinite(index.points)))
        and bool(np.all(np.isfinite(index.words)))
        and bool(np.all(np.isfinite(index.vlad)))
    )
    if good and pictures:
        good = (
            int(index.picture_node.min()) >= 0
            and int(index.picture_node.max()) < len(index.node_ids)
            and int(index.picture_camera.min()) >= 0
            and int(index.picture_camera.max()) < len(index.cameras)
        )
    if not good:
        raise MapFormatError(f"{path}: its arrays do not fit together")
