"""What eyes are given and what they say: shapes, ranges and frames.

Letters
    B moments; N cameras, any number; H, W = 96, 128 pixels; h, w = 24, 32 cells of 4 x 4 pixels;
    U, V = 48, 64 cells of 2 x 2 pixels, those of depth; D depth bins.

Tensors are float32. Pictures are RGB in [0, 1]. Depth is along the optical axis, metres.

Any rig works, because every cell is told which way it looks: a **ray** is the vector in
``base_link`` that a point on it moves by when its depth grows by one metre, so that the point at
depth d is ``origin + d ray``. A ray that points down meets the floor at a depth that is known
before anything has been learned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from astra_core.camera import CameraRig
from astra_core.errors import ShapeError
from astra_local.eyes_record import EYES_SHAPE

__all__ = ["CELL_PX", "DEPTH_CELL_PX", "EyesInputs", "RigRays", "rig_rays"]

#: Sides of a cell of features and of a cell of depth, pixels.
CELL_PX, DEPTH_CELL_PX = 4, 2


@dataclass(frozen=True, eq=False)
class RigRays:
    """Which way the cells of a rig look.

    Attributes:
        rays: ``(N, 3, h, w)`` in ``base_link`` per metre of depth.
        origins: ``(N, 3)`` optical centres in ``base_link``, metres.
    """

    rays: NDArray[np.float32]
    origins: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class EyesInputs:
    """Pictures of one moment, by a batch.

    Attributes:
        images: ``(B, N, 3, H, W)``.
        rays: ``(B, N, 3, h, w)`` in ``base_link`` per metre of depth.
        origins: ``(B, N, 3)`` metres.
    """

    images: Tensor
    rays: Tensor
    origins: Tensor

    def __post_init__(self) -> None:
        """Refuse what is not of the contract."""
        batch, cameras = self.images.shape[:2]
        height, width = EYES_SHAPE
        wanted = {
            "images": (batch, cameras, 3, height, width),
            "rays": (batch, cameras, 3, height // CELL_PX, width // CELL_PX),
            "origins": (batch, cameras, 3),
        }
        for name, shape in wanted.items():
            found = tuple(getattr(self, name).shape)
            if found != shape:
                raise ShapeError(name, expected=shape, actual=found)

    def __len__(self) -> int:
        """Return B."""
        return len(self.images)

    def to(self, device: torch.device | str) -> EyesInputs:
        """Return the same on a device."""
        return EyesInputs(self.images.to(device), self.rays.to(device), self.origins.to(device))

    @classmethod
    def fake(cls, batch: int, cameras: int, generator: torch.Generator) -> EyesInputs:
        """Return noise of the right shape, for tests and for timing."""
        height, width = EYES_SHAPE
        rays = torch.randn(
            (batch, cameras, 3, height // CELL_PX, width // CELL_PX), generator=generator
        )
        images = torch.rand((batch, cameras, 3, height, width), generator=generator)
        return cls(images, rays, torch.rand((batch, cameras, 3), generator=generator))


def rig_rays(rig: CameraRig, cell_px: int = CELL_PX) -> RigRays:
    """Return the rays of the cells of a rig.

    Args:
        rig: With pictures of the size that networks see
            (:data:`astra_local.eyes_record.EYES_SHAPE`), undistorted.
        cell_px: Side of a cell.

    Raises:
        ShapeError: The rig has pictures of another size.
    """
    rays, origins = [], []
    for camera in rig.cameras:
        k = camera.intrinsics
        if (k.height_px, k.width_px) != EYES_SHAPE:
            actual = (k.height_px, k.width_px)
            raise ShapeError(f"pictures of {camera.name!r}", expected=EYES_SHAPE, actual=actual)
        # Pixel centres are whole numbers: the middle of the first cell is half a cell from -0.5.
        u = (np.arange(k.width_px // cell_px) + 0.5) * cell_px - 0.5
        v = (np.arange(k.height_px // cell_px) + 0.5) * cell_px - 0.5
        pixels = np.stack(np.meshgrid(u, v), axis=-1)
        optical = k.unproject(pixels, np.ones(pixels.shape[:-1]))
        rotation = camera.t_base_optical[:3, :3]
        rays.append(np.moveaxis(optical @ rotation.T, -1, 0))
        origins.append(camera.t_base_optical[:3, 3])
    return RigRays(np.array(rays, np.float32), np.array(origins, np.float32))
