"""The pictures of one moment, read with the rig of the robot that took them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from astra_core.camera import CameraRig
from astra_core.errors import ConfigError, NotLocalized
from astra_core.observation import CameraFrame
from astra_core.time import from_seconds
from astra_global.localize.config import FeatureConfig
from astra_global.localize.features import FeatureExtractor, to_float

__all__ = ["Query", "QueryPicture", "QueryReader"]


@dataclass(frozen=True, eq=False)
class QueryPicture:
    """One picture of a query. ``N`` features, ``D`` = 128.

    Attributes:
        camera: Number of the camera in the robot's rig.
        image: ``(H, W, 3)`` uint8.
        pixels: ``(N, 2)`` float64, without distortion.
        descriptors: ``(N, D)`` float32 of length 1.
        first_feature: Number of its first feature among those of all pictures.
        tree: Finds features by pixel.
    """

    camera: int
    image: NDArray[np.uint8]
    pixels: NDArray[np.float64]
    descriptors: NDArray[np.float32]
    first_feature: int
    tree: cKDTree


@dataclass(frozen=True, eq=False)
class Query:
    """What the robot sees at one moment.

    Attributes:
        stamp_ns: Newest stamp of the pictures.
        pictures: One a camera, in the order they came.
    """

    stamp_ns: int
    pictures: tuple[QueryPicture, ...]

    @property
    def num_features(self) -> int:
        """Return the features of all pictures together."""
        return sum(len(picture.pixels) for picture in self.pictures)


class QueryReader:
    """Turns camera frames into a query. Not for several threads at once."""

    def __init__(self, rig: CameraRig, features: FeatureConfig, sync_tolerance_s: float) -> None:
        """Prepare for one robot.

        Args:
            rig: The robot's cameras.
            features: How the map's features were taken: those of a query are taken alike.
            sync_tolerance_s: Pictures of one query are closer in time.
        """
        self._rig = rig
        self._sync_tolerance_s = sync_tolerance_s
        self._extractor = FeatureExtractor(features)

    def read(self, frames: Sequence[CameraFrame]) -> Query:
        """Extract features.

        Raises:
            NotLocalized: There are no pictures, or they are not of one moment.
            ConfigError: A picture is not of this rig.
        """
        self._check(frames)
        names, pictures, first = self._rig.names, [], 0
        for frame in frames:
            features = self._extractor.extract(frame.image, self._rig[frame.camera].intrinsics)
            descriptors = to_float(features.descriptors)
            pixels = features.pixels.astype(np.float64)
            pictures.append(
                QueryPicture(
                    names.index(frame.camera), frame.image, pixels, descriptors, first,
                    cKDTree(pixels),
                )
            )  # fmt: skip
            first += len(pixels)
        return Query(max(frame.stamp_ns for frame in frames), tuple(pictures))

    def _check(self, frames: Sequence[CameraFrame]) -> None:
        if not frames:
            raise NotLocalized("there are no pictures")
        names = [frame.camera for frame in frames]
        unknown = sorted(set(names) - set(self._rig.names))
        if unknown or len(set(names)) != len(names):
            raise ConfigError(
                f"one picture of each camera is needed, of {', '.join(self._rig.names)}; "
                f"got {', '.join(names)}"
            )
        stamps = [frame.stamp_ns for frame in frames]
        spread_ns = max(stamps) - min(stamps)
        if spread_ns > from_seconds(self._sync_tolerance_s):
            raise NotLocalized(
                f"the pictures are {spread_ns * 1e-9:.3f} s apart; "
                f"{self._sync_tolerance_s} s is allowed"
            )
