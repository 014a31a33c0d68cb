"""The direct loss of the encoder: cross entropy of depth.

What a robot could touch counts fully; floor, ceiling and what is far are seen easily or do not
matter, and count a third.
"""

from __future__ import annotations

import torch
from torch import Tensor

from astra_local.encoder.config import EncoderConfig
from astra_local.encoder.depth_bins import depth_cross_entropy
from astra_local.encoder.net import Sight
from astra_local.train.eyes_moments import EyesBatch, depth_points_z

__all__ = ["MATTERING_M", "depth_loss", "matters"]

#: Heights above the floor between which the robot's size makes things obstacles, metres.
MATTERING_M = (0.05, 1.8)
_NEAR_M = 5.0
_OTHER_WEIGHT = 1.0 / 3.0


def matters(batch: EyesBatch, depth_m: Tensor) -> Tensor:
    """Return which depths ``(B, N, ., .)`` are known, near, and neither floor nor ceiling."""
    height = depth_points_z(batch.inputs.rays, batch.inputs.origins, depth_m)
    near = (depth_m > 0.0) & (depth_m <= _NEAR_M)
    return near & (height >= MATTERING_M[0]) & (height <= MATTERING_M[1])


def depth_loss(sight: Sight, batch: EyesBatch, config: EncoderConfig) -> Tensor:
    """Return the weighted mean cross entropy over all cells whose depth is known, nats."""
    nats = depth_cross_entropy(sight.depth_logits, batch.depth_m, config)
    weight = torch.where(matters(batch, batch.depth_m), 1.0, _OTHER_WEIGHT)
    weight = weight * (batch.depth_m > 0.0)
    return (weight * nats).sum() / weight.sum().clamp(min=1e-6)
