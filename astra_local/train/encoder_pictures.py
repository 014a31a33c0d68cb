"""What the encoder sees, to look at: pictures, true depth, and what it says."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional

from astra_core.atomic_file import atomic_file
from astra_local.depth_colors import depth_colors
from astra_local.encoder.depth_bins import read_depth
from astra_local.encoder.net import EncoderNet
from astra_local.train.eyes_moments import EyesDataset

__all__ = ["draw_depth"]

_MOMENTS = 6
_CAMERAS = 4


@torch.no_grad()
def draw_depth(net: EncoderNet, data: EyesDataset, path: Path, moments: int = _MOMENTS) -> None:
    """Draw moments spread over a data set to a PNG: a row of pictures over two rows of depth."""
    net.eval()
    index = np.linspace(0, len(data) - 1, 2 * moments + 1)[1::2].astype(np.intp)
    rows = []
    for one in index:
        batch = data.batch(np.array([one])).to(net.device)
        said = read_depth(net(batch.inputs).depth_logits, net.config)
        truth = batch.pixel_depth_m[0].cpu()
        said = functional.interpolate(said, size=truth.shape[-2:], mode="nearest")[0].cpu()
        color = (255.0 * batch.inputs.images[0]).byte().permute(0, 2, 3, 1).cpu().numpy()
        tiles = [
            np.concatenate([picture, depth_colors(true), depth_colors(told)])
            for picture, true, told in zip(color, truth.numpy(), said.numpy(), strict=True)
        ]
        tiles += [np.zeros_like(tiles[0])] * (_CAMERAS - len(tiles))
        rows.append(np.concatenate(tiles[:_CAMERAS], axis=1))
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        file.write(cv2.imencode(".png", np.concatenate(rows)[..., ::-1])[1].tobytes())
