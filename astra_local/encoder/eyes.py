"""Depth from colour: the encoder at work on the frames of a robot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from astra_core.camera import Camera, CameraRig
from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame
from astra_local.encoder.contract import EyesInputs, rig_rays
from astra_local.encoder.depth_bins import read_depth
from astra_local.encoder.net import EncoderNet
from astra_local.eyes_record import EYES_SHAPE, shrunk_color
from astra_local.types import PerceptionError

__all__ = ["EncoderEyes"]


class EncoderEyes:
    """Says how far away is what the pictures of one moment show."""

    def __init__(self, net: EncoderNet, rig: CameraRig) -> None:
        """Work out which way the cells look.

        Raises:
            ConfigError: A camera has lens distortion.
        """
        for camera in rig.cameras:
            if any(camera.intrinsics.distortion):
                raise ConfigError(
                    f"pictures of camera {camera.name!r} must be rectified for "
                    "perception=encoder (no distortion): run image_proc before it"
                )
        self._net = net
        self._rig = rig
        rays = rig_rays(CameraRig(tuple(_small(camera) for camera in rig.cameras)))
        self._rays, self._origins = torch.from_numpy(rays.rays), torch.from_numpy(rays.origins)

    @torch.no_grad()
    def measure(self, frames: Sequence[CameraFrame]) -> list[CameraFrame]:
        """Return frames with the depth that their pictures tell, whatever depth they had.

        Args:
            frames: Of one moment, of any of the rig's cameras.

        Raises:
            PerceptionError: A camera is not in the rig, or a picture is not of its size.
        """
        if not frames:
            return []
        index = [self._index(frame) for frame in frames]
        small = np.stack([shrunk_color(frame.image) for frame in frames])
        images = torch.from_numpy(small).permute(0, 3, 1, 2).float() / 255.0
        inputs = EyesInputs(images[None], self._rays[index][None], self._origins[index][None])
        logits = self._net(inputs.to(self._net.device)).depth_logits[0]
        depth = read_depth(logits.float(), self._net.config).cpu().numpy()
        return [
            replace(frame, depth_m=_enlarged(one, frame.image.shape[:2]))
            for frame, one in zip(frames, depth, strict=True)
        ]

    def _index(self, frame: CameraFrame) -> int:
        if frame.camera not in self._rig.names:
            raise PerceptionError(
                f"no camera {frame.camera!r} in the rig, which has {', '.join(self._rig.names)}"
            )
        k = self._rig[frame.camera].intrinsics
        if frame.image.shape != (k.height_px, k.width_px, 3):
            raise PerceptionError(
                f"pictures of camera {frame.camera!r} must be ({k.height_px}, {k.width_px}, 3), "
                f"got {frame.image.shape}"
            )
        return self._rig.names.index(frame.camera)


def _small(camera: Camera) -> Camera:
    height, width = EYES_SHAPE
    return replace(camera, intrinsics=camera.intrinsics.scaled(width, height))


def _enlarged(depth_m: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return depth at the size of the picture; in between there is nothing, so by cells."""
    size = (shape[1], shape[0])
    return np.asarray(cv2.resize(depth_m, size, interpolation=cv2.INTER_NEAREST), np.float32)
