"""Sizes of the planning heads, by name."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.errors import ConfigError

__all__ = ["PRESETS", "PlannerNetConfig", "preset"]


@dataclass(frozen=True)
class PlannerNetConfig:
    """Architecture of one head and its trunk; stored in the card beside the weights.

    Attributes:
        channels: Of the convolutions at 1/2, 1/4 and 1/8 of the window.
        width: Of tokens and queries.
        num_heads: Of the attention.
        encoder_layers: Over the tokens of the map.
        decoder_layers: Over the queries.
        latent: Width of the latent variable of ACT and VAE.
        flow_steps: Euler steps of flow matching. On validation states two to eight do alike, and
            every step is a tenth of a plan's time.
        denoise_steps: DDIM steps of diffusion.
    """

    channels: tuple[int, int, int] = (24, 48, 64)
    width: int = 64
    num_heads: int = 4
    encoder_layers: int = 1
    decoder_layers: int = 2
    latent: int = 8
    flow_steps: int = 3
    denoise_steps: int = 10


PRESETS = {
    "debug": PlannerNetConfig((8, 8, 16), 16, 2, 1, 1, 4, 2, 4),
    "tiny": PlannerNetConfig(),
    "base": PlannerNetConfig(
        channels=(32, 64, 128), width=128, num_heads=4, encoder_layers=2, decoder_layers=3
    ),
}


def preset(name: str) -> PlannerNetConfig:
    """Return a preset.

    Raises:
        ConfigError: There is none of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"no planner preset {name!r}: choose one of {', '.join(PRESETS)}")
    return PRESETS[name]
