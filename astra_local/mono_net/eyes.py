"""A monocular depth model at work on the frames of a robot.

Nothing is corrected here: whether the metres that it says are metres is doubted like a sensor's
depth (:mod:`astra_local.sight`), by the floor, by the motion of the robot, and by what repeats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from astra_core.observation import CameraFrame
from astra_local.mono_net.model import MonoModel

__all__ = ["MonoEyes"]

#: Farther than this no such model knows what it says, metres.
_FARTHEST_M = 20.0


class MonoEyes:
    """Says how far away is what each picture shows, one picture after another."""

    def __init__(self, model: MonoModel) -> None:
        """Take a model."""
        self._model = model

    def measure(self, frames: Sequence[CameraFrame]) -> list[CameraFrame]:
        """Return frames with the depth that their pictures tell, whatever depth they had."""
        return [replace(frame, depth_m=self._depth(frame.image)) for frame in frames]

    def _depth(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        said = self._model.depth_m(image)
        known = np.isfinite(said) & (said > 0.0) & (said < _FARTHEST_M)
        depth = np.where(known, said, np.float32(0.0)).astype(np.float32)
        height, width = image.shape[:2]
        # By pixels: between the two sides of an edge there is nothing.
        enlarged = cv2.resize(depth, (width, height), interpolation=cv2.INTER_NEAREST)
        return np.asarray(enlarged, np.float32)
