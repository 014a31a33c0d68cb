"""Sensors that say nothing any more, or always the same."""

from __future__ import annotations

from dataclasses import replace

from astra_core.observation import CameraFrame, Observation
from astra_sim.faults.fault import Fault, Floor

__all__ = ["AllCamerasOff", "CameraOff", "FrozenImages", "ImuSilent", "WheelsSilent"]


_STANDS = Floor(contact_mps=0.1, stand_s=0.5, named=True)


class _Silent(Fault):
    watch_s = 6.0


class CameraOff(_Silent):
    """One camera sends no more images; the robot must stand where the way needs it."""

    may_turn = True

    def __init__(self, camera: str) -> None:
        """Say which."""
        self._camera = camera
        self.floor = _STANDS if camera == "front" else Floor(contact_mps=0.1, named=True)
        self.what = f"no more images from camera {camera}"
        self.named_by = rf"\b{camera}\b"

    def sense(self, observation: Observation) -> Observation:
        """Leave its images out."""
        frames = tuple(frame for frame in observation.frames if frame.camera != self._camera)
        return replace(observation, frames=frames)


class AllCamerasOff(_Silent):
    """No camera sends images any more."""

    what = "no more images from any camera"
    may_turn = True
    floor = _STANDS
    named_by = r"images|camera|surroundings"

    def sense(self, observation: Observation) -> Observation:
        """Leave all images out."""
        return replace(observation, frames=())


class FrozenImages(_Silent):
    """The cameras go on sending the last images, with new stamps."""

    what = "every camera repeats its last image with new stamps"
    may_turn = True
    floor = _STANDS
    named_by = r"frozen|the same|not change|unchanged|repeat"

    def __init__(self) -> None:
        """Start with no image kept."""
        self._last: dict[str, CameraFrame] = {}

    def notice(self, observation: Observation) -> None:
        """Keep the last image of every camera."""
        self._last |= {frame.camera: frame for frame in observation.frames}

    def sense(self, observation: Observation) -> Observation:
        """Replace every image by the last one from before; one that never came stays as it is."""
        frames = []
        for frame in observation.frames:
            last = self._last.get(frame.camera, frame)
            frames.append(replace(last, stamp_ns=frame.stamp_ns))
        return replace(observation, frames=tuple(frames))


class ImuSilent(_Silent):
    """The IMU sends no more samples."""

    what = "no more samples from the IMU"
    floor = _STANDS
    named_by = r"\bimu\b|gyro"

    def sense(self, observation: Observation) -> Observation:
        """Leave them out."""
        return replace(observation, imu=())


class WheelsSilent(_Silent):
    """The wheels' encoders send no more samples."""

    what = "no more samples from the wheels"
    floor = _STANDS
    named_by = r"wheel|odometry"

    def sense(self, observation: Observation) -> Observation:
        """Leave them out."""
        return replace(observation, wheels=())
