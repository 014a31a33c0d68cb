"""Pictures of all cameras of a moment to feature maps: a convolutional stem and a transformer.

Convolutions see what is fine; the transformer sees the coarse patches of **all** cameras together,
each with the way it looks, so that what one camera knows (light, floor, size of the room) helps the
others. A. Dosovitskiy et al., 2021, with an early convolutional stem after T. Xiao et al., 2021.
Shape letters as in :mod:`astra_local.encoder.contract`; ``C1, C2, C3`` channels.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from astra_local.encoder.config import EncoderConfig
from astra_local.encoder.contract import CELL_PX, EyesInputs
from astra_local.net.attention import EncoderLayer

__all__ = ["Backbone", "ray_facts"]

#: Where the floor is farther, or never met, it is told to be here, metres.
_FLOOR_M = (0.3, 10.0)
_NUM_FACTS = 6
_GRAY, _SPREAD = 0.5, 0.25


class Backbone(nn.Module):
    """A U of convolutions with a transformer at its turn."""

    def __init__(self, config: EncoderConfig) -> None:
        """Make the layers."""
        super().__init__()
        first, second, third = config.channels
        self.stem = nn.Conv2d(3, first, CELL_PX, stride=CELL_PX)
        self.facts = nn.Conv2d(_NUM_FACTS, first, 1)
        self.fine = _Block(first)
        self.down = nn.Conv2d(first, second, 2, stride=2)
        self.middle = _Block(second)
        self.down_again = nn.Conv2d(second, third, 2, stride=2)
        self.place = nn.Conv2d(_NUM_FACTS, third, 1)
        self.layers = nn.ModuleList(
            EncoderLayer(third, config.num_heads) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(third)
        self.up = nn.Conv2d(third, second, 1)
        self.middle_again = _Block(second)
        self.up_again = nn.Conv2d(second, first, 1)
        self.fine_again = _Block(first)

    def forward(self, inputs: EyesInputs) -> Tensor:
        """Return features ``(B, N, C1, h, w)``."""
        batch, cameras = inputs.images.shape[:2]
        facts = ray_facts(inputs.rays, inputs.origins).flatten(0, 1)
        images = (inputs.images.flatten(0, 1) - _GRAY) / _SPREAD
        fine = self.fine(self.stem(images) + self.facts(facts))
        middle = self.middle(self.down(fine))
        coarse = self.down_again(middle) + self.place(functional.avg_pool2d(facts, 4))
        tokens = coarse.reshape(batch, cameras, *coarse.shape[1:]).flatten(3)
        tokens = tokens.permute(0, 1, 3, 2).flatten(1, 2)
        for layer in self.layers:
            tokens = layer(tokens)
        mixed = self.norm(tokens).reshape(batch * cameras, -1, coarse.shape[1])
        coarse = mixed.transpose(1, 2).reshape(coarse.shape)
        middle = self.middle_again(middle + _doubled(self.up(coarse)))
        out: Tensor = self.fine_again(fine + _doubled(self.up_again(middle)))
        return out.reshape(batch, cameras, *out.shape[1:])


class _Block(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.GroupNorm(1, channels),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(1, channels),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.layers(x)
        return out


def ray_facts(rays: Tensor, origins: Tensor) -> Tensor:
    """Return what a cell is told of the way it looks.

    Args:
        rays: ``(*, 3, h, w)``.
        origins: ``(*, 3)``.

    Returns:
        ``(*, 6, h, w)``: the direction, of unit length; logarithms of the depth at which the ray
        meets the floor and of metres per metre of depth; height of the camera.
    """
    length = rays.norm(dim=-3, keepdim=True).clamp(min=1e-6)
    height = origins[..., 2:, None, None].expand_as(length)
    down = (-rays[..., 2:, :, :]).clamp(min=1e-6)
    floor = (height.clamp(min=0.0) / down).clamp(*_FLOOR_M).log()
    return torch.cat([rays / length, floor, length.log(), height], dim=-3)


def _doubled(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
