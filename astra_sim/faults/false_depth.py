"""Cameras that go on sending depth images, and what they show is not so."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from astra_core.observation import CameraFrame, Observation
from astra_core.time import from_seconds
from astra_sim.faults.fault import Fault, Floor

__all__ = ["CamerasSwapped", "FalseDepth", "ImagesLate", "ImagesTurned"]

# Impossible by range in one image, so at once; or false only by how it moves with the robot.
_AT_ONCE = Floor(contact_mps=0.1, stand_s=0.5, named=True)
_BY_MOTION = Floor(contact_mps=0.1, way_m=1.0, turn_rad=math.pi / 2.0, named=True)

Depth = NDArray[np.float32]


class FalseDepth(Fault):
    """The front camera measures something else."""

    named_by = r"\bfront camera\b"

    def __init__(
        self,
        what: str,
        change: Callable[[Depth, np.random.Generator], NDArray[np.floating]],
        *,
        by_motion: bool = False,
    ) -> None:
        """Say what.

        Args:
            what: For people.
            change: From a depth image ``(H, W)``, metres, to the false one.
            by_motion: It cannot be told from a single image.
        """
        self.what = what
        self.floor = _BY_MOTION if by_motion else _AT_ONCE
        self._change = change

    def sense(self, observation: Observation) -> Observation:
        """Replace the depth of the camera."""
        return replace(observation, frames=tuple(map(self._false, observation.frames)))

    def _false(self, frame: CameraFrame) -> CameraFrame:
        if frame.camera != "front" or frame.depth_m is None:
            return frame
        depth_m = self._change(frame.depth_m, self.rng).astype(np.float32)
        return replace(frame, depth_m=depth_m)


class ImagesTurned(Fault):
    """The front camera's images are mirrored or upside down, colour and depth alike."""

    named_by = r"\bfront camera\b"

    def __init__(self, *, upside_down: bool) -> None:
        """Say how."""
        self.what = "images of camera front " + ("upside down" if upside_down else "mirrored")
        self.floor = _AT_ONCE if upside_down else _BY_MOTION
        self._axis = 0 if upside_down else 1

    def sense(self, observation: Observation) -> Observation:
        """Turn them."""
        return replace(observation, frames=tuple(map(self._turned, observation.frames)))

    def _turned(self, frame: CameraFrame) -> CameraFrame:
        if frame.camera != "front":
            return frame
        depth_m = None if frame.depth_m is None else np.flip(frame.depth_m, self._axis)
        return replace(frame, image=np.flip(frame.image, self._axis), depth_m=depth_m)


class CamerasSwapped(Fault):
    """Two cameras are plugged in the wrong way round."""

    floor = _BY_MOTION

    def __init__(self, one: str, other: str) -> None:
        """Say which."""
        self._name: Mapping[str, str] = {one: other, other: one}
        self.what = f"cameras {one} and {other} swapped"
        self.named_by = rf"\b({one}|{other}) camera\b.*swapped"

    def sense(self, observation: Observation) -> Observation:
        """Give the images of each the name of the other."""
        frames = [
            replace(frame, camera=self._name.get(frame.camera, frame.camera))
            for frame in observation.frames
        ]
        return replace(observation, frames=tuple(frames))


class ImagesLate(Fault):
    """All cameras send images that are older than their stamps say."""

    floor = _BY_MOTION
    named_by = r"older than their stamps"

    def __init__(self, late_s: float) -> None:
        """Say by how much."""
        self.what = f"images of all cameras {late_s:g} s older than their stamps"
        self._late_ns = from_seconds(late_s)
        self._waiting: deque[tuple[CameraFrame, ...]] = deque()

    def sense(self, observation: Observation) -> Observation:
        """Hold images back; those that leave get new stamps."""
        if observation.frames:
            self._waiting.append(observation.frames)
        frames: list[CameraFrame] = []
        while self._waiting and self._waiting[0][0].stamp_ns + self._late_ns <= self._newest_ns:
            frames += self._waiting.popleft()
        stamped = [replace(f, stamp_ns=f.stamp_ns + self._late_ns) for f in frames]
        return replace(observation, frames=tuple(stamped))

    @property
    def _newest_ns(self) -> int:
        return self._waiting[-1][0].stamp_ns
