"""Exponential moving average of a network's weights: what is evaluated and shipped."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

__all__ = ["Ema"]


class Ema:
    """Follows the weights of a network with a decay that grows from 0 while it is young.

    ``average <- d average + (1 - d) weight`` with ``d = min(decay, (1 + n) / (10 + n))`` after
    ``n`` updates, so that the random start is forgotten soon.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Begin with the network's weights."""
        self.decay = decay
        self.num_updates = 0
        self.average = {name: p.detach().clone() for name, p in network.state_dict().items()}

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Take in the weights after a training step."""
        self.num_updates += 1
        decay = min(self.decay, (1 + self.num_updates) / (10 + self.num_updates))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1.0 - decay)
            else:
                self.average[name].copy_(value)

    def state_dict(self) -> dict[str, object]:
        """Return what :meth:`load_state_dict` goes on from."""
        return {"num_updates": self.num_updates, "average": self.average}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Go on from a checkpoint."""
        number, average = state["num_updates"], state["average"]
        assert isinstance(number, int)
        assert isinstance(average, dict)
        self.num_updates = number
        self.average = {
            name: value.clone() for name, value in average.items() if isinstance(value, Tensor)
        }
