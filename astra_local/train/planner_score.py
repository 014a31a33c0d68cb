"""``./astra train local --stage score``: a learned score for a head that has been trained.

The head proposes at training states, and the score learns which of its plans touched what really
stood there, or who really walked there. Neither trunk nor head are changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from astra_core.errors import ConfigError
from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.heads import PlanningHead, Randomness, widened
from astra_local.planner_net.touch_score import survival_loss
from astra_local.train.loop import LoopConfig, StepRandom, Trainer
from astra_local.train.placement import ALONE, Placement
from astra_local.train.planner_picks import judge_picks
from astra_local.train.planner_states import PlannerBatch, PlannerDataset, shards_in
from astra_local.train.planner_validate import touching_steps

__all__ = ["ScoreTraining", "train_score"]


@dataclass(frozen=True)
class ScoreTraining:
    """What makes two trainings the same.

    Attributes:
        batch: States of a step.
        answers: Plans of each.
        loop: Steps, rates, seed.
    """

    batch: int = 48
    answers: int = 4
    loop: LoopConfig = LoopConfig(2000, learning_rate=1e-3)  # noqa: RUF009

    def with_options(self, steps: int | None, seed: int | None) -> ScoreTraining:
        """Return the same with other steps or another seed; ``None`` keeps what it has."""
        return replace(self, loop=self.loop.with_options(steps, seed))


def train_score(
    head: PlanningHead,
    training: ScoreTraining,
    data: Sequence[Path],
    validation: Sequence[Path],
    folder: Path,
    on_report: Callable[[int, Mapping[str, Any]], None] = lambda step, numbers: None,
    placement: Placement = ALONE,
) -> PlanningHead:
    """Give a head a score that is learned from the head's own plans.

    Args:
        head: Trained; its own weights stay.
        training: How.
        data: Folders of shards to learn from, of seeds below 50,000.
        validation: Folders of shards to judge by, of seeds from 50,000 to 59,999.
        folder: Where checkpoint and metrics go; a checkpoint in it is gone on from.
        on_report: Told step and numbers.
        placement: Where.

    Raises:
        ConfigError: There are no shards, the folder is of another training, or the head's plans do
            not differ: there is nothing to choose from.
    """
    if not head.is_multimodal:
        raise ConfigError(f"planner={head.name} has one answer: there is nothing to score")
    states = PlannerDataset(shards_in(data), "train")
    judged = PlannerDataset(shards_in(validation), "validation")
    radius_m = float(states.robot["footprint_radius_m"])
    share = placement.share(training.batch)
    head.to(placement.device).eval()
    score = head.add_score(training.loop.seed)
    facts = {
        "training": {key: value for key, value in asdict(training).items() if key != "loop"},
        "data": states.sha256,
        "head": head.name,
    }
    trainer = Trainer(score, training.loop, folder, facts, placement)

    def loss_of(step: int, chance: StepRandom) -> tuple[Tensor, Mapping[str, float]]:
        index = chance.rng.integers(len(states), size=training.batch)
        mirrored = chance.rng.random(training.batch) < 0.5
        batch = states.batch(index[share], mirrored[share]).to(placement.device)
        drawn = Randomness.draw(training.batch, training.answers, chance.generator)
        # What is to be judged later is drawn like this.
        noise = widened(drawn.to(placement.device, share).noise, head.noise_width)
        with torch.no_grad():
            scene = head.encode(batch.inputs)
            plans = head.sample(scene, noise)
        touches = _touches(plans, batch, radius_m)
        loss = survival_loss(score(scene, plans), touches)
        share_hit = touches.any(dim=(-1, -2)).float().mean()
        return loss, {"loss": float(loss.detach()), "touching": float(share_hit)}

    def judge(step: int) -> Mapping[str, Any]:
        return judge_picks(head, judged, footprint_radius_m=radius_m).to_json()

    trainer.run(loss_of, judge, on_report)
    trainer.describe(states.seeds)
    score.load_state_dict(trainer.ema.average)
    return head.eval()


def _touches(plans: Tensor, batch: PlannerBatch, radius_m: float) -> Tensor:
    xy = poses_of(denormalized(plans))[..., :2]
    return torch.stack(touching_steps(xy, batch.around, radius_m), dim=-1)
