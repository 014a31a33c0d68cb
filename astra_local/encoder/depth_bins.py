"""Depth as a distribution over bins that grow with it, and back.

The middle of bin k is ``near (far / near)^(k / (D - 1))``. A depth between two middles is given to
both of them, the more to the nearer one in the logarithm ("two-hot"): its expectation is exact. At
an edge the distribution has two hills; what lies between them is nowhere, so depth is read off the
higher hill alone.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from astra_local.encoder.config import EncoderConfig

__all__ = ["bin_middles_m", "depth_cross_entropy", "read_depth"]

#: Bins on either side of the highest that belong to its hill.
_HILL = 2


def bin_middles_m(config: EncoderConfig) -> Tensor:
    """Return the depths ``(D,)`` of the bins, metres."""
    share = torch.linspace(0.0, 1.0, config.bins)
    return config.nearest_m * (config.farthest_m / config.nearest_m) ** share


def depth_cross_entropy(logits: Tensor, depth_m: Tensor, config: EncoderConfig) -> Tensor:
    """Return the cross entropy to two-hot targets.

    Args:
        logits: ``(*, D, U, V)``.
        depth_m: ``(*, U, V)`` metres; clamped to the range of the bins.
        config: Of the bins.

    Returns:
        ``(*, U, V)`` nats; 0 is best only where a depth is the middle of a bin.
    """
    place = _place(depth_m, config)
    lower = place.floor().clamp(max=config.bins - 2)
    upper_share = (place - lower)[..., None, :, :]
    index = lower.long()[..., None, :, :]
    log_p = functional.log_softmax(logits, dim=-3)
    below, above = log_p.gather(-3, index), log_p.gather(-3, index + 1)
    nats: Tensor = -((1.0 - upper_share) * below + upper_share * above).squeeze(-3)
    return nats


def read_depth(logits: Tensor, config: EncoderConfig) -> Tensor:
    """Return the depth ``(*, U, V)`` of the highest hill of ``(*, D, U, V)``, metres."""
    p = logits.softmax(dim=-3)
    number = torch.arange(config.bins, dtype=p.dtype, device=p.device)[:, None, None]
    highest = p.argmax(dim=-3, keepdim=True)
    hill = p * ((number - highest).abs() <= _HILL)
    place = (hill * number).sum(dim=-3) / hill.sum(dim=-3)
    span = math.log(config.farthest_m / config.nearest_m)
    return config.nearest_m * (place * (span / (config.bins - 1))).exp()


def _place(depth_m: Tensor, config: EncoderConfig) -> Tensor:
    """Return where among the bins depths are, 0 to D - 1."""
    clamped = depth_m.clamp(config.nearest_m, config.farthest_m)
    span = math.log(config.farthest_m / config.nearest_m)
    return (clamped / config.nearest_m).log() * ((config.bins - 1) / span)
