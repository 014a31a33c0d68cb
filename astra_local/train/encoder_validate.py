"""How well the encoder sees, on validation moments."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch.nn import functional

from astra_local.encoder.depth_bins import read_depth
from astra_local.encoder.net import EncoderNet
from astra_local.train.encoder_loss import matters
from astra_local.train.eyes_moments import EyesDataset

__all__ = ["DepthFigures", "validate_depth"]

_BATCH = 8


@dataclass(frozen=True)
class DepthFigures:
    """Absolute relative error of depth, families weighted equally.

    Attributes:
        moments: How many.
        abs_rel_5m: Of pixels within 5 m on points 0.05 to 1.8 m above the floor.
        abs_rel_5m_median: The median of the same pixels.
        abs_rel_all: Of all pixels with a depth.
        near_share: Of the pixels of the first figure, seen nearer than they are by a tenth.
        far_share: The same, farther: what the robot would run into.
    """

    moments: int
    abs_rel_5m: float
    abs_rel_5m_median: float
    abs_rel_all: float
    near_share: float
    far_share: float

    def to_json(self) -> dict[str, float]:
        """Return plain numbers by name."""
        return asdict(self)


@torch.no_grad()
def validate_depth(net: EncoderNet, data: EyesDataset, limit: int = 192) -> DepthFigures:
    """Judge depth at up to ``limit`` moments spread over a data set, at every pixel."""
    net.eval()
    index = np.unique(np.linspace(0, len(data) - 1, min(limit, len(data))).astype(np.intp))
    by_family: dict[str, list[torch.Tensor]] = {}
    for family in np.unique(data.family[index]):
        own = index[data.family[index] == family]
        for number in np.unique(data.num_cameras[own]):
            alike = own[data.num_cameras[own] == number]
            for first in range(0, len(alike), _BATCH):
                batch = data.batch(alike[first : first + _BATCH]).to(net.device)
                said = read_depth(net(batch.inputs).depth_logits, net.config)
                truth = batch.pixel_depth_m
                said = functional.interpolate(said, size=truth.shape[-2:], mode="nearest")
                known = truth > 0.0
                ratio = torch.where(known, said / truth.clamp(min=1e-3), 1.0) - 1.0
                keep = torch.stack([matters(batch, truth).float(), known.float(), ratio])
                by_family.setdefault(str(family), []).append(keep.flatten(1).cpu())
    rows = []
    for parts in by_family.values():
        near, known, ratio = torch.cat(parts, dim=1)
        mattering = ratio[near > 0.0]
        rows.append(
            [
                float(mattering.abs().mean()),
                float(mattering.abs().median()),
                float(ratio[known > 0.0].abs().mean()),
                float((mattering < -0.1).float().mean()),
                float((mattering > 0.1).float().mean()),
            ]
        )
    return DepthFigures(len(index), *np.mean(rows, axis=0).tolist())
