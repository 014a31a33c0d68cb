"""Numbers in [0, 1] as vectors of sines: flow times, diffusion times, places in a sequence."""

from __future__ import annotations

import math

import torch
from torch import Tensor

__all__ = ["sinusoids"]

_SHORTEST_PERIOD = 1e-2


def sinusoids(values: Tensor, width: int) -> Tensor:
    """Return ``(*, width)`` sines and cosines of values ``(*)`` in [0, 1].

    Periods go geometrically from 4 down to 0.01, so that neighbours differ and ends do not meet.

    Args:
        values: Any shape.
        width: Even.
    """
    half = width // 2
    exponents = torch.linspace(0.0, 1.0, half, dtype=values.dtype, device=values.device)
    periods = 4.0 * (_SHORTEST_PERIOD / 4.0) ** exponents
    angles = values.unsqueeze(-1) * (2.0 * math.pi / periods)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
