"""``./astra train local --stage planner``: a planning head from shards to weights.

Two thirds of the steps see all states; the last third sees only those whose occupancy came through
the stack's own perception (the true way), with its blind ring, noise and delay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from astra_core.errors import ConfigError
from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.esdf_loss import EsdfLossConfig
from astra_local.planner_net.heads import PlanningHead, Randomness
from astra_local.planner_net.registry import make_head
from astra_local.train.loop import LoopConfig, StepRandom, Trainer
from astra_local.train.placement import ALONE, Placement
from astra_local.train.planner_loss import planner_loss
from astra_local.train.planner_pictures import draw_plans
from astra_local.train.planner_states import PlannerDataset, shards_in
from astra_local.train.planner_validate import validate

__all__ = ["ESDF_WEIGHTS", "TRAINING_PRESETS", "PlannerTraining", "train_planner", "with_options"]

_TRUE_WAYS = ("true", "bag")
#: Of the masked ESDF loss beside the head's own: by score on validation states after 1,200 steps,
#: 10 and 20 tried for flow and diffusion, 5 as well for ACT, 10 alone for VAE.
ESDF_WEIGHTS = {"flow": 20.0, "act": 5.0, "vae": 10.0, "diffusion": 10.0}


@dataclass(frozen=True)
class PlannerTraining:
    """What makes two trainings the same.

    Attributes:
        head: ``flow``, ``act``, ``vae`` or ``diffusion``.
        preset: Size of the net, and how long it trains.
        batch: States of a step.
        answers: Noises per state: the trunk runs once for all of them.
        esdf_weight: Of the masked ESDF loss; 0 trains without.
        true_share: Share of the steps, at the end, that see the true way only.
        states: Largest number of states that is learned from, evenly spread; 0 = all.
        loop: Steps, rates, seed.
    """

    head: str = "flow"
    preset: str = "tiny"
    batch: int = 48
    answers: int = 4
    esdf_weight: float = ESDF_WEIGHTS["flow"]
    true_share: float = 1.0 / 3.0
    states: int = 0
    loop: LoopConfig = LoopConfig(6000)  # noqa: RUF009


TRAINING_PRESETS = {
    "debug": PlannerTraining(
        preset="debug", batch=4, answers=2, loop=LoopConfig(2, warmup_steps=1, validate_every=2)
    ),
    "tiny": PlannerTraining(),
    "base": PlannerTraining(preset="base", loop=LoopConfig(20000, learning_rate=1e-3)),
}


def train_planner(
    training: PlannerTraining,
    data: Sequence[Path],
    validation: Sequence[Path],
    folder: Path,
    on_report: Callable[[int, Mapping[str, Any]], None] = lambda step, numbers: None,
    placement: Placement = ALONE,
) -> PlanningHead:
    """Train, and leave checkpoint, metrics and pictures in a folder.

    Args:
        training: What.
        data: Folders of shards to learn from, of seeds below 50,000.
        validation: Folders of shards to judge by, of seeds from 50,000 to 59,999.
        folder: Where to; a checkpoint in it is gone on from.
        on_report: Told step and numbers.
        placement: Where; among several processes each trains on its share of every batch.

    Returns:
        The head with its averaged weights, where it was trained.

    Raises:
        ConfigError: There are no shards, the folder is of another training, or a batch cannot be
            shared out.
        ShardError: A shard cannot be used.
    """
    states = PlannerDataset(shards_in(data), "train")
    judged = PlannerDataset(shards_in(validation), "validation")
    if judged.profile != states.profile or any(
        judged.robot.get(key, value) != value for key, value in states.robot.items()
    ):
        raise ConfigError("training and validation states are of different robots or profiles")
    loss_config = EsdfLossConfig(footprint_radius_m=float(states.robot["footprint_radius_m"]))
    head = make_head(training.head, PRESETS[training.preset], training.loop.seed)
    facts = {
        "training": {key: value for key, value in asdict(training).items() if key != "loop"},
        "data": states.sha256,
    }
    share = placement.share(training.batch)
    trainer = Trainer(head, training.loop, folder, facts, placement)
    pools = _pools(states, training.states)

    def loss_of(step: int, chance: StepRandom) -> tuple[Tensor, Mapping[str, float]]:
        late = step >= (1.0 - training.true_share) * training.loop.steps
        pool = pools[late]
        index = pool[chance.rng.integers(len(pool), size=training.batch)]
        mirrored = chance.rng.random(training.batch) < 0.5
        batch = states.batch(index[share], mirrored[share]).to(placement.device)
        noise = Randomness.draw(training.batch, training.answers, chance.generator)
        noise = noise.to(placement.device, share)
        loss = planner_loss(head, batch, noise, training.esdf_weight, loss_config)
        return loss.total, {
            "loss": float(loss.total.detach()),
            "imitation": float(loss.imitation.detach()),
            "esdf": float(loss.esdf.detach()),
        }

    def judge(step: int) -> Mapping[str, Any]:
        draw_plans(head, judged, folder / "pictures" / f"{step:06d}.png")
        radius_m = loss_config.footprint_radius_m
        return validate(head, judged, footprint_radius_m=radius_m).to_json()

    trainer.run(loss_of, judge, on_report)
    trainer.describe(states.seeds)
    head.load_state_dict(trainer.ema.average)
    return head.eval()


def with_options(
    training: PlannerTraining, *, steps: int | None = None, seed: int | None = None, **parts: Any
) -> PlannerTraining:
    """Return a preset with some options changed.

    ``None`` keeps what it has; another head brings its own weight of the ESDF loss.
    """
    loop = training.loop.with_options(steps, seed)
    changed = {key: value for key, value in parts.items() if value is not None}
    if changed.get("head") in ESDF_WEIGHTS:
        changed.setdefault("esdf_weight", ESDF_WEIGHTS[changed["head"]])
    return replace(training, loop=loop, **changed)


def _pools(states: PlannerDataset, limit: int) -> dict[bool, NDArray[np.intp]]:
    """Return which states are seen early (all) and late (the true way, where there are any)."""
    everything = np.arange(len(states))
    if limit:
        spread = np.linspace(0, len(states) - 1, min(limit, len(states)))
        everything = np.unique(spread.astype(np.intp))
    late = everything[np.isin(states.way[everything], _TRUE_WAYS)]
    return {False: everything, True: late if len(late) else everything}
