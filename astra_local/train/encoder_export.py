"""From a trained encoder to weights that the stack loads: float16 safetensors and their card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astra_core.weights import ModelCard, Port, save_weights
from astra_local.encoder.load import KIND
from astra_local.encoder.net import EncoderNet
from astra_local.train.card_facts import half_tensors, last_metrics, seed_ranges, seed_runs
from astra_local.train.encoder import EncoderTraining
from astra_local.train.eyes_moments import EyesDataset
from astra_local.train.planner_states import shards_in

__all__ = ["NAME", "export_encoder"]

#: What the weights are called.
NAME = "perception-encoder"

_INPUTS = {
    "images": Port("B N 3 96 128", "float32", (0.0, 1.0), "", "RGB, any number of cameras"),
    "rays": Port("B N 3 24 32", "float32", None, "base_link", "of the cells, per metre of depth"),
    "origins": Port("B N 3", "float32", None, "base_link", "optical centres, metres"),
}
_OUTPUTS = {
    "features": Port("B N C 24 32", "float32", None, "", "of the cells"),
    "depth_logits": Port("B N D 48 64", "float32", None, "", "of bins from 0.3 to 10 m"),
}


def export_encoder(
    net: EncoderNet, training: EncoderTraining, data: Sequence[Path], folder: Path
) -> Path:
    """Write ``perception-encoder`` into a folder.

    Args:
        net: With the weights to ship.
        training: How it came about.
        data: Folders of the shards it was trained on.
        folder: With the metrics of the training.

    Returns:
        The path of the card.
    """
    moments = EyesDataset(shards_in(data), "train")
    loop = training.loop
    made = [
        f"./astra data generate local --scene {family} --conditions {conditions} "
        f"--seeds {first}:{last + 1} --moments {most} --out train"
        for family, conditions, first, last, most in seed_runs(moments.sources)
    ]
    command = (
        f"./astra train local --stage encoder3d --preset {training.preset} --steps {loop.steps} "
        f"--seed {loop.seed} --data train --validation val --out out"
    )
    card = ModelCard(
        name=NAME,
        part="perception",
        licence="Apache-2.0",
        inputs=_INPUTS,
        outputs=_OUTPUTS,
        settings={"network": KIND, "preset": training.preset},
        data_seeds=seed_ranges(moments.seeds),
        commands=(*made, command),
        metrics=last_metrics(folder),
        profile=moments.profile,
    )
    return save_weights(folder, card, half_tensors(net))
