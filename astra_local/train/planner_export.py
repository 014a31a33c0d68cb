"""From a trained head to weights that the stack loads: float16 safetensors and their card."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from astra_core.weights import ModelCard, Port, save_weights
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.load import LEARNED_SCORE
from astra_local.train.card_facts import half_tensors, last_metrics, seed_ranges, seed_runs
from astra_local.train.planner import PlannerTraining
from astra_local.train.planner_score import ScoreTraining
from astra_local.train.planner_states import PlannerDataset, ShardSource, shards_in

__all__ = ["export_planner", "export_score", "planner_name"]

_INPUTS = {
    "occupancy": Port("B T Y X", "float32", (0.0, 1.0), "base_link", "now, 0.5, 1.0, 1.5 s ago"),
    "known": Port("B Y X", "float32", (0.0, 1.0), "base_link", "seen at all"),
    "distance": Port("B Y X", "float32", (0.0, 2.0), "base_link", "m to the nearest occupied cell"),
    "movers": Port("B M 5", "float32", None, "base_link", "x, y, vx, vy, radius; nobody at 100 m"),
    "velocity": Port("B 2", "float32", None, "base_link", "m/s, rad/s"),
    "goal": Port("B 6", "float32", None, "base_link", "x, y, cos, sin, is final, largest m/s"),
    "noise": Port("B K N 3", "float32", None, "", "standard normal"),
}
_OUTPUTS = {
    "actions": Port("B K N 3", "float32", None, "base_link", "steps of 0.2 s, normalised"),
}


def planner_name(training: PlannerTraining) -> str:
    """Return what the weights of a training will be called."""
    return f"planner-{training.head}"


def export_planner(
    head: PlanningHead, training: PlannerTraining, data: Sequence[Path], folder: Path
) -> Path:
    """Write ``planner-HEAD`` into a folder.

    Args:
        head: With the weights to ship.
        training: How it came about.
        data: Folders of the shards it was trained on.
        folder: With the metrics of the training.

    Returns:
        The path of the card.
    """
    states = PlannerDataset(shards_in(data), "train")
    card = ModelCard(
        name=planner_name(training),
        part="planner",
        licence="Apache-2.0",
        inputs=_INPUTS,
        outputs=_OUTPUTS,
        settings={"head": training.head, "preset": training.preset},
        data_seeds=seed_ranges(states.seeds),
        commands=(*_data_commands(states.sources), _training_command(training)),
        metrics=last_metrics(folder),
        profile=states.profile,
        robot={key: float(value) for key, value in states.robot.items()},
    )
    return save_weights(folder, card, half_tensors(head))


def export_score(
    head: PlanningHead, card: ModelCard, training: ScoreTraining, data: Sequence[Path], folder: Path
) -> Path:
    """Write a head that got a learned score, under the name it had.

    Args:
        head: With its score.
        card: Of the head before.
        training: Of the score.
        data: Folders of the shards the score was trained on.
        folder: With the metrics of the training of the score.

    Returns:
        The path of the card.
    """
    loop = training.loop
    states = PlannerDataset(shards_in(data), "train")
    command = (
        f"./astra train local --stage score --weights {card.name} --steps {loop.steps} "
        f"--seed {loop.seed} --data train --validation val --out out"
    )
    made = (*card.commands, *_data_commands(states.sources), command)
    card = replace(
        card,
        settings={**card.settings, "score": LEARNED_SCORE},
        commands=tuple(dict.fromkeys(made)),
        metrics={**card.metrics, **last_metrics(folder)},
    )
    return save_weights(folder, card, half_tensors(head))


def _data_commands(sources: Sequence[ShardSource]) -> Iterator[str]:
    """Yield what makes the shards again; those of a bag cannot be made."""
    for (family, conditions, way), group in itertools.groupby(sources, lambda one: one[:3]):
        if way == "bag":
            yield f"a recording of a robot ({family}, {conditions})"
            continue
        for _, _, first, last, states in seed_runs(list(group)):
            yield (
                f"./astra data generate planner --scene {family} --conditions {conditions} "
                f"--way {way} --seeds {first}:{last + 1} --states {states} --out train"
            )


def _training_command(training: PlannerTraining) -> str:
    loop = training.loop
    return (
        f"./astra train local --stage planner --preset {training.preset} --head {training.head} "
        f"--steps {loop.steps} --seed {loop.seed} --esdf-weight {training.esdf_weight:g} "
        "--data train --validation val --out out"
    )
