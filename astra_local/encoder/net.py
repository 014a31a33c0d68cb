"""The encoder: pictures of a moment to features and to the distribution of depth in every cell."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from astra_local.encoder.backbone import Backbone
from astra_local.encoder.config import EncoderConfig
from astra_local.encoder.contract import CELL_PX, DEPTH_CELL_PX, EyesInputs

__all__ = ["EncoderNet", "Sight", "make_encoder"]

_FINER = CELL_PX // DEPTH_CELL_PX


@dataclass(frozen=True, eq=False)
class Sight:
    """What the encoder says of a moment.

    Attributes:
        features: ``(B, N, C1, h, w)``.
        depth_logits: ``(B, N, D, U, V)``.
    """

    features: Tensor
    depth_logits: Tensor


class EncoderNet(nn.Module):
    """Backbone and depth head."""

    def __init__(self, config: EncoderConfig) -> None:
        """Make the layers; the weights come from torch's global generator."""
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        # A cell of features answers for the cells of depth in it.
        self.depth = nn.Conv2d(config.channels[0], config.bins * _FINER**2, 1)

    def forward(self, inputs: EyesInputs) -> Sight:
        """Look at a batch."""
        features = self.backbone(inputs)
        logits = functional.pixel_shuffle(self.depth(features.flatten(0, 1)), _FINER)
        return Sight(features, logits.reshape(*features.shape[:2], *logits.shape[1:]))

    @property
    def device(self) -> torch.device:
        """Return where the weights are."""
        return next(self.parameters()).device


def make_encoder(config: EncoderConfig, seed: int = 0) -> EncoderNet:
    """Return an encoder with weights that depend on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return EncoderNet(config)
