"""Sizes of the encoder, by name."""

from __future__ import annotations

from dataclasses import dataclass

from astra_core.errors import ConfigError

__all__ = ["PRESETS", "EncoderConfig", "preset"]


@dataclass(frozen=True)
class EncoderConfig:
    """Architecture; stored in the card beside the weights.

    Attributes:
        channels: Of the feature maps at 1/4, 1/8 and 1/16 of the picture.
        num_heads: Of the attention among the patches at 1/16.
        layers: Of the transformer over the patches of all cameras of a moment.
        bins: Of depth.
        nearest_m: Depth of the first bin.
        farthest_m: Of the last; what is farther is there.
    """

    channels: tuple[int, int, int] = (48, 96, 128)
    num_heads: int = 4
    layers: int = 4
    bins: int = 48
    nearest_m: float = 0.3
    farthest_m: float = 10.0


PRESETS = {
    "debug": EncoderConfig((8, 8, 16), num_heads=2, layers=1, bins=12),
    "tiny": EncoderConfig(),
    "base": EncoderConfig((96, 192, 384), num_heads=6, layers=12, bins=64),
}


def preset(name: str) -> EncoderConfig:
    """Return a preset.

    Raises:
        ConfigError: There is none of that name.
    """
    if name not in PRESETS:
        raise ConfigError(f"no encoder preset {name!r}: choose one of {', '.join(PRESETS)}")
    return PRESETS[name]
