"""Which of ten answers is picked, by rule and by learned score, and how good the picks are.

Everything is judged on the truth of validation shards, by plans as the head says them. The rule's
five numbers (:class:`astra_local.planner_net.picker.PickerWeights`) are chosen here, too.
"""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.contract import PlannerInputs, window_places
from astra_local.planner_net.decoder import people_gap
from astra_local.planner_net.heads import PlanningHead, widened
from astra_local.planner_net.picker import PickerWeights, collision_chance
from astra_local.planner_net.touch_score import touch_chance
from astra_local.planner_record import NUM_STEPS, STEP_S
from astra_local.train.planner_states import PlannerDataset
from astra_local.train.planner_validate import progress_m, touching_steps, validation_batches

__all__ = ["Answers", "PickFigures", "answers_of", "chosen_weights", "judge_picks"]

#: Middle and spread of static clearance, the same of people's, growth of that with time.
_TRIED = (
    (-0.05, 0.0, 0.05, 0.1),
    (0.02, 0.03, 0.05, 0.1),
    (0.0, 0.1, 0.2),
    (0.05, 0.1, 0.2),
    (0.0, 0.04, 0.08, 0.15),
)
_TIMES_S = STEP_S * np.arange(1, NUM_STEPS + 1)


@dataclass(frozen=True)
class PickFigures:
    """Of ten answers: how often the picked one touches anything, and how far it gets.

    Attributes:
        states: How many states.
        first_percent: Touching, the first answer.
        rule_percent: The one with the best expected score by the rule.
        learned_percent: By the learned score; NaN without one.
        best_percent: With the truth known, where any does not touch.
        expert_percent: The expert's plan.
        first_m: Nearer to the sub-goal at the end; likewise the next three.
        rule_m: By the rule.
        learned_m: By the learned score.
        best_m: With the truth known.
    """

    states: int
    first_percent: float
    rule_percent: float
    learned_percent: float
    best_percent: float
    expert_percent: float
    first_m: float
    rule_m: float
    learned_m: float
    best_m: float

    def to_json(self) -> dict[str, float]:
        """Return plain numbers by name."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Answers:
    """What is known of ``S`` states with ``K`` answers each, ``N`` steps.

    Attributes:
        xy_m: ``(S, K, N, 2)`` in the ego frame.
        standing_m: ``(S, K, N)`` clearance to what stands, as believed.
        people_m: ``(S, K, N)`` the same to people where they are predicted.
        touching: ``(S, K, N, 2)`` what stands, people; true.
        expert: ``(S,)`` the expert touches anything.
        progress_m: ``(S, K)`` nearer to the sub-goal at the end.
        worth: ``(S, K)`` score without the collision.
        learned: ``(S, K)`` chance of a collision by a learned score.
    """

    xy_m: NDArray[np.float32]
    standing_m: NDArray[np.float32]
    people_m: NDArray[np.float32]
    touching: NDArray[np.bool_]
    expert: NDArray[np.bool_]
    progress_m: NDArray[np.float32]
    worth: NDArray[np.float32]
    learned: NDArray[np.float32] | None

    def picked_by_rule(self, weights: PickerWeights) -> NDArray[np.intp]:
        """Return ``(S,)`` which answer the rule picks."""
        states, answers, steps = self.standing_m.shape
        chance = collision_chance(
            self.standing_m.reshape(-1, steps), self.people_m.reshape(-1, steps), _TIMES_S, weights
        )
        return np.asarray((self.worth - 2.0 * chance.reshape(states, answers)).argmax(axis=1))

    @property
    def touches(self) -> NDArray[np.bool_]:
        """Return ``(S, K)`` which answers touch anything."""
        return np.asarray(self.touching.any(axis=(-1, -2)))


def judge_picks(
    head: PlanningHead,
    data: PlannerDataset,
    *,
    footprint_radius_m: float,
    weights: PickerWeights | None = None,
    answers: int = 10,
    limit: int = 1024,
) -> PickFigures:
    """Judge who picks, at up to ``limit`` states spread over a data set."""
    known = answers_of(head, data, footprint_radius_m, answers, limit)
    hit = known.touches
    progress = known.progress_m
    rows = np.arange(len(hit))

    def of(chosen: NDArray[np.intp]) -> tuple[float, float]:
        return 100.0 * float(hit[rows, chosen].mean()), float(progress[rows, chosen].mean())

    first = of(np.zeros(len(hit), dtype=np.intp))
    by_rule = of(known.picked_by_rule(weights or PickerWeights()))
    best = of((known.worth - 2.0 * hit).argmax(axis=1))
    learned = (float("nan"), float("nan"))
    if known.learned is not None:
        learned = of((known.worth - 2.0 * known.learned).argmax(axis=1))
    return PickFigures(
        len(hit), first[0], by_rule[0], learned[0], best[0], 100.0 * float(known.expert.mean()),
        first[1], by_rule[1], learned[1], best[1],
    )  # fmt: skip


def chosen_weights(
    head: PlanningHead,
    data: PlannerDataset,
    *,
    footprint_radius_m: float,
    answers: int = 10,
    limit: int = 1024,
) -> PickerWeights:
    """Return those of the rule's five numbers that earn the best mean score by their picks."""
    known = answers_of(head, data, footprint_radius_m, answers, limit)
    score = known.worth - 2.0 * known.touches

    def earned(weights: PickerWeights) -> float:
        picked = known.picked_by_rule(weights)
        return float(np.take_along_axis(score, picked[:, None], axis=1).mean())

    return max((PickerWeights(*numbers) for numbers in itertools.product(*_TRIED)), key=earned)


@torch.no_grad()
def answers_of(
    head: PlanningHead, data: PlannerDataset, footprint_radius_m: float, answers: int, limit: int
) -> Answers:
    """Return answers to up to ``limit`` states spread over a data set, and the truth of them."""
    head.eval()
    rows: list[tuple[Tensor, ...]] = []
    for batch, randomness in validation_batches(data, answers, limit, seed=0):
        scene = head.encode(batch.inputs.to(head.device))
        noise = widened(randomness.noise, head.noise_width)
        actions = head.sample(scene, noise.to(head.device))
        chance = None if head.score is None else touch_chance(head.score(scene, actions)).cpu()
        steps = denormalized(actions.cpu())
        xy = poses_of(steps)[..., :2]
        touching = torch.stack(touching_steps(xy, batch.around, footprint_radius_m), dim=-1)
        expert = torch.stack(
            touching_steps(batch.expert_xy[:, None], batch.around, footprint_radius_m)
        )
        progress = progress_m(xy, batch.inputs)
        rows.append(
            (
                xy,
                _believed_m(xy, batch.inputs) - footprint_radius_m,
                people_gap(xy, batch.inputs) - footprint_radius_m,
                touching,
                expert.any(dim=0).any(dim=-1)[:, 0],
                progress,
                _worth(steps, progress, batch.inputs),
                progress.new_zeros(progress.shape) if chance is None else chance,
            )
        )
    columns = [torch.cat(column).numpy() for column in zip(*rows, strict=True)]
    known = Answers(*columns)
    return known if head.score else replace(known, learned=None)


def _believed_m(xy: Tensor, inputs: PlannerInputs) -> Tensor:
    """Return the distance ``(B, K, N)`` to what is sensed as occupied."""
    read: Tensor = functional.grid_sample(
        inputs.distance[:, None], window_places(xy), padding_mode="border", align_corners=False
    )
    return read.squeeze(1)


def _worth(steps: Tensor, progress: Tensor, inputs: PlannerInputs) -> Tensor:
    """Return the score ``(B, K)`` without the collision: progress and speed, over full speed."""
    full_m = inputs.goal[:, None, 5].clamp(min=1e-3) * STEP_S * NUM_STEPS
    way_m = steps[..., :2].norm(dim=-1).sum(dim=-1)
    possible_m = torch.minimum(full_m, inputs.goal[:, None, :2].norm(dim=-1)).clamp(min=1e-3)
    worth: Tensor = (progress / possible_m).clamp(-1, 1) + 0.5 * (way_m / full_m).clamp(max=1)
    return worth
