"""Two rooms that look the same but for a sign: a world for tests of look-alike places.

The second room stands 20 m further along x. In each, one word is painted on the wall y = 0; seen
from the far side of the room, behind the box, or by a camera that looks away, nothing tells them
apart.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from room_world import Room, make_rig

from astra_core import se3
from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_global.localize.config import FeatureConfig
from astra_global.localize.features import FeatureExtractor, to_float
from astra_global.localize.index import LocalizationIndex
from astra_global.localize.vlad import encode, learn_words
from astra_global.mapping.index_stage import depth_at, inverse_depth_grid
from astra_global.types import AstraMap, MapNode

APART_M = 20.0
TEXELS_PER_M = 90
#: Wall y = 0: axis 1 (y), low side.
_SIGN_WALL = 2


class Twins:
    """Renders the two rooms."""

    def __init__(self, words: tuple[str, str] = ("AISLE A", "STAGE K")) -> None:
        """Paint the rooms."""
        import cv2

        self._rooms = (Room(3), Room(3))
        for room, word in zip(self._rooms, words, strict=True):
            wall = room._textures[_SIGN_WALL]
            # Texture columns are metres along x, rows are metres up: rows are painted upside down.
            board = np.full((40, 150, 3), 235, np.uint8)
            cv2.putText(board, word, (6, 29), cv2.FONT_HERSHEY_SIMPLEX, 0.95, (15, 15, 15), 3)
            left, low = round(2.2 * TEXELS_PER_M), round(1.1 * TEXELS_PER_M)
            wall[low : low + 40, left : left + 150] = board[::-1, ::-1]

    def frames(
        self, rig: CameraRig, pose: NDArray[np.float64], stamp_ns: int = 1, noise_seed: int = 0
    ) -> list[CameraFrame]:
        """Return one picture a camera."""
        room, local = self._local(pose)
        return room.frames(rig, local, stamp_ns, np.random.default_rng(noise_seed), 0.9)

    def make_map(self, folder: Path, poses: list[NDArray[np.float64]]) -> tuple[AstraMap, object]:
        """Return a map with nodes at some poses, pictures in a folder, and its index."""
        import cv2

        rig, config = make_rig(), FeatureConfig(words=16)
        extractor = FeatureExtractor(config)
        nodes, descriptors, points, grids = [], [], [], []
        (folder / "nodes").mkdir(parents=True)
        for number, pose in enumerate(poses):
            node = MapNode(f"n{number:04d}", se3.from_se2(pose))
            nodes.append(node)
            room, local = self._local(pose)
            for camera in rig.cameras:
                image, depth = room.render(camera, local)
                cv2.imwrite(str(folder / f"nodes/{node.id}_{camera.name}.jpg"), image[..., ::-1])
                features = extractor.extract(image, camera.intrinsics)
                metres, usable = depth_at(depth, features.pixels)
                optical = camera.intrinsics.unproject(features.pixels[usable], metres[usable])
                t_map_optical = node.t_map_base @ camera.t_base_optical
                points.append(se3.transform_points(t_map_optical, optical))
                descriptors.append(features.descriptors[usable])
                grids.append(inverse_depth_grid(depth))
        joined = to_float(np.concatenate(descriptors))
        words = learn_words(joined, config.words, np.random.default_rng(0), max_samples=4000)
        count = len(rig.cameras)
        index = LocalizationIndex(
            config,
            tuple(node.id for node in nodes),
            rig.names,
            np.repeat(np.arange(len(nodes)), count).astype(np.int32),
            np.tile(np.arange(count), len(nodes)).astype(np.int32),
            np.concatenate([[0], np.cumsum([len(item) for item in points])]).astype(np.int64),
            np.concatenate(descriptors),
            np.concatenate(points).astype(np.float32),
            words,
            np.stack([encode(to_float(item), words) for item in descriptors]).astype(np.float16),
            np.stack(grids),
        )
        return AstraMap(tuple(nodes), (), (), rig, folder=folder), index

    def _local(self, pose: NDArray[np.float64]) -> tuple[Room, NDArray[np.float64]]:
        number = int(pose[0] >= 0.5 * APART_M)
        return self._rooms[number], pose - np.array([number * APART_M, 0.0, 0.0])
