"""From weights and their card to eyes."""

from __future__ import annotations

import torch

from astra_core.errors import WeightsError
from astra_core.weights import FLOATS, TensorSpec, Weights
from astra_local.encoder.config import PRESETS
from astra_local.encoder.net import EncoderNet, make_encoder

__all__ = ["KIND", "load_encoder"]

#: What the card of an encoder calls it in its settings.
KIND = "encoder3d"


def load_encoder(weights: Weights) -> EncoderNet:
    """Make an encoder of weights.

    Args:
        weights: With the card of an encoder.

    Returns:
        The encoder on the CPU in float32, ready to look.

    Raises:
        WeightsError: They are of something else, or of another architecture.
    """
    card = weights.card
    kind, preset = card.settings.get("network"), card.settings.get("preset")
    if kind != KIND or preset not in PRESETS:
        raise WeightsError(
            f"the weights {card.name!r} are of {kind!r} ({preset!r}): perception=encoder needs "
            f"those of an {KIND} (--weights perception=NAME)"
        )
    net = make_encoder(PRESETS[preset])
    wanted = {key: TensorSpec(tuple(v.shape), FLOATS) for key, v in net.state_dict().items()}
    weights.require(wanted)
    net.load_state_dict(
        {key: torch.tensor(weights.tensors[key], dtype=torch.float32) for key in wanted}
    )
    return net.eval()
