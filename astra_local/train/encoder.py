"""``./astra train local --stage encoder3d``: eyes from shards to weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from astra_core.errors import ConfigError
from astra_local.encoder.config import PRESETS
from astra_local.encoder.net import EncoderNet, make_encoder
from astra_local.train.encoder_loss import depth_loss
from astra_local.train.encoder_pictures import draw_depth
from astra_local.train.encoder_validate import validate_depth
from astra_local.train.eyes_moments import EyesBatch, EyesDataset
from astra_local.train.loop import LoopConfig, StepRandom, Trainer
from astra_local.train.placement import ALONE, Placement
from astra_local.train.planner_states import shards_in

__all__ = ["TRAINING_PRESETS", "EncoderTraining", "train_encoder"]

#: Gains of single cameras and of their colours: no two robots have the same.
_GAIN, _CAST = 0.2, 0.06


@dataclass(frozen=True)
class EncoderTraining:
    """What makes two trainings the same.

    Attributes:
        preset: Size of the net, and how long it trains.
        batch: Moments of a step.
        loop: Steps, rates, seed.
    """

    preset: str = "tiny"
    batch: int = 8
    loop: LoopConfig = LoopConfig(12000, learning_rate=1.5e-3, validate_every=500)  # noqa: RUF009

    def with_options(self, steps: int | None, seed: int | None) -> EncoderTraining:
        """Return the same with other steps or another seed; ``None`` keeps what it has."""
        return replace(self, loop=self.loop.with_options(steps, seed))


TRAINING_PRESETS = {
    "debug": EncoderTraining("debug", 2, LoopConfig(2, warmup_steps=1, validate_every=2)),
    "tiny": EncoderTraining(),
    "base": EncoderTraining("base", 32, LoopConfig(60000, learning_rate=5e-4)),
}


def train_encoder(
    training: EncoderTraining,
    data: Sequence[Path],
    validation: Sequence[Path],
    folder: Path,
    on_report: Callable[[int, Mapping[str, Any]], None] = lambda step, numbers: None,
    placement: Placement = ALONE,
) -> EncoderNet:
    """Train, and leave checkpoint, metrics and pictures in a folder.

    Args:
        training: What.
        data: Folders of shards to learn from, of seeds below 50,000.
        validation: Folders of shards to judge by, of seeds from 50,000 to 59,999.
        folder: Where to; a checkpoint in it is gone on from.
        on_report: Told step and numbers.
        placement: Where; among several processes each trains on its share of every batch.

    Returns:
        The encoder with its averaged weights, where it was trained.

    Raises:
        ConfigError: There are no shards, the folder is of another training, or a batch cannot be
            shared out.
        ShardError: A shard cannot be used.
    """
    moments = EyesDataset(shards_in(data), "train")
    judged = EyesDataset(shards_in(validation), "validation")
    if judged.profile != moments.profile:
        raise ConfigError("training and validation moments are of different profiles")
    net = make_encoder(PRESETS[training.preset], training.loop.seed)
    facts = {
        "training": {key: value for key, value in asdict(training).items() if key != "loop"},
        "data": moments.sha256,
    }
    share = placement.share(training.batch)
    trainer = Trainer(net, training.loop, folder, facts, placement)

    def loss_of(step: int, chance: StepRandom) -> tuple[Tensor, Mapping[str, float]]:
        index = moments.draw(training.batch, chance.rng)
        mirrored = chance.rng.random(training.batch) < 0.5
        batch = moments.batch(index[share], mirrored[share])
        light = _light(training.batch, batch.inputs.images.shape[1], chance)
        batch = _in_other_light(batch, light[share]).to(placement.device)
        loss = depth_loss(net(batch.inputs), batch, net.config)
        return loss, {"loss": float(loss.detach())}

    def judge(step: int) -> Mapping[str, Any]:
        draw_depth(net, judged, folder / "pictures" / f"{step:06d}.png")
        return validate_depth(net, judged).to_json()

    trainer.run(loss_of, judge, on_report)
    trainer.describe(moments.seeds)
    net.load_state_dict(trainer.ema.average)
    return net.eval()


def _light(batch: int, cameras: int, chance: StepRandom) -> Tensor:
    """Draw by what brightness and colour of every camera change, ``(B, N, 3, 1, 1)``."""
    gain = chance.rng.uniform(1.0 - _GAIN, 1.0 + _GAIN, (batch, cameras, 1, 1, 1))
    cast = chance.rng.uniform(1.0 - _CAST, 1.0 + _CAST, (batch, cameras, 3, 1, 1))
    return torch.from_numpy((gain * cast).astype(np.float32))


def _in_other_light(batch: EyesBatch, light: Tensor) -> EyesBatch:
    images = (batch.inputs.images * light).clamp(max=1.0)
    return replace(batch, inputs=replace(batch.inputs, images=images))
