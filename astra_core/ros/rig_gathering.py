"""Calibration and mounting of each camera, gathered until the rig is known; what lacks, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo
from tf2_msgs.msg import TFMessage

from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import AstraError
from astra_core.messages.calibration import usable_intrinsics_of
from astra_core.messages.problem import MessageError
from astra_core.messages.transforms import StaticTree

__all__ = ["RigGathering"]


class RigGathering:
    """Learns a rig from ``camera_info`` and ``/tf_static``, whichever comes first.

    Attributes:
        rig: The cameras; ``None`` until calibration and mounting of each are known.
    """

    def __init__(self, names: Sequence[str], base_frame: str, whence: Callable[[str], str]) -> None:
        """Know nothing yet.

        Args:
            names: The cameras, in the order of the rig.
            base_frame: Frame in which the mounting is wanted.
            whence: Says behind a camera's name on which topic its calibration is waited for, where
                that is not the usual one.
        """
        self._names, self._base_frame, self._whence = tuple(names), base_frame, whence
        self._tree = StaticTree()
        self._frames: dict[str, str] = {}
        self._intrinsics: dict[str, CameraIntrinsics] = {}
        self._unusable: dict[str, str] = {}
        self.rig: CameraRig | None = None

    def hear_static(self, message: TFMessage) -> None:
        """Take in fixed transforms.

        Raises:
            MessageError: One of them cannot be used; the others are taken.
        """
        self._tree.update(message)

    def hear_info(self, name: str, message: CameraInfo) -> None:
        """Take in the calibration of a camera; once the rig is known it stays as it is.

        Raises:
            AstraError: It cannot be used; :attr:`missing` says why until it can.
        """
        if self.rig is not None:
            return
        try:
            intrinsics = usable_intrinsics_of(message)
            if not message.header.frame_id:
                raise MessageError(
                    "its camera_info names no frame (header.frame_id), so that its place on the "
                    "robot cannot be looked up"
                )
        except AstraError as error:
            problem = f"camera {name} cannot be used: {error}"
            self._unusable = self._unusable | {name: problem}
            raise MessageError(problem) from error
        self._unusable = {key: why for key, why in self._unusable.items() if key != name}
        self._intrinsics[name], self._frames[name] = intrinsics, message.header.frame_id

    def complete(self) -> bool:
        """Return whether the rig became known by this call."""
        if self.rig is not None or self._unusable or len(self._frames) < len(self._names):
            return False
        cameras = []
        for name in self._names:
            mounting = self.fixed(self._base_frame, self._frames[name])
            if mounting is None:
                return False
            cameras.append(Camera(name, self._intrinsics[name], mounting))
        self.rig = CameraRig(tuple(cameras))
        return True

    @property
    def missing(self) -> str:
        """Say what the rig still lacks; empty once it is known."""
        if self.rig is not None:
            return ""
        if self._unusable:
            return "; ".join(self._unusable.values())
        silent = [f"{name}{self._whence(name)}" for name in self._names if name not in self._frames]
        if silent:
            return f"waiting for camera_info of {', '.join(silent)}"
        loose = [
            f"{name} in {frame!r}"
            for name, frame in self._frames.items()
            if self.fixed(self._base_frame, frame) is None
        ]
        if not loose:
            return "cameras that cannot be a rig"
        return (
            f"waiting for the mounting of the cameras on {self._base_frame} in /tf_static: "
            f"{', '.join(loose)}{self._known_frames()}"
        )

    def fixed(self, target: str, source: str) -> NDArray[np.float64] | None:
        """Return ``T_target_source`` ``(4, 4)`` by ``/tf_static``, ``None`` while unknown."""
        return self._tree.lookup(target, source)

    def frame_of(self, name: str) -> str | None:
        """Return the frame of a camera by its calibration, ``None`` while that is not known."""
        return self._frames.get(name)

    def size_of(self, name: str) -> tuple[int, int] | None:
        """Return width and height of its pictures, ``None`` while its calibration is not known."""
        known = self._intrinsics.get(name)
        return None if known is None else (known.width_px, known.height_px)

    def _known_frames(self) -> str:
        known = self._tree.frames
        return f" (it connects {', '.join(known)})" if known else " (nothing was heard on it)"
