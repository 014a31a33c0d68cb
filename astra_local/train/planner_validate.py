"""How good plans are on validation states: touches, way made, nearness to the expert.

A quick judgement to choose checkpoints and weights by; the tables judge whole footprints swept
through the scene (:mod:`astra_eval`). Everything is judged on the truth: what stands, people where
they really went.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.esdf_loss import Surroundings, people_distance, standing_distance
from astra_local.planner_net.heads import PlanningHead, Randomness
from astra_local.train.planner_states import PlannerBatch, PlannerDataset

__all__ = [
    "PlanFigures",
    "progress_m",
    "spread_states",
    "touching_steps",
    "validate",
    "validation_batches",
]

_BATCH = 64
#: Cells are whole: who comes this near to one may still pass (as the tables judge).
_GRAZE_M = 0.05


@dataclass(frozen=True)
class PlanFigures:
    """Means over states and answers.

    Attributes:
        states: How many states.
        collision_percent: Plans that touch anything.
        static_percent: Plans that touch what stands.
        people_percent: Plans that touch people.
        expert_percent: The expert's plans that touch anything.
        progress_m: Nearer to the sub-goal at the end, metres.
        error_m: Mean distance to the expert at the same times, metres.
        spread_m: Mean distance between the ends of two answers to one state.
    """

    states: int
    collision_percent: float
    static_percent: float
    people_percent: float
    expert_percent: float
    progress_m: float
    error_m: float
    spread_m: float

    def to_json(self) -> dict[str, float]:
        """Return plain numbers by name."""
        return asdict(self)


@torch.no_grad()
def validate(
    head: PlanningHead,
    data: PlannerDataset,
    *,
    footprint_radius_m: float,
    answers: int = 2,
    limit: int = 1024,
    seed: int = 0,
) -> PlanFigures:
    """Judge answers at up to ``limit`` states spread over a data set."""
    head.eval()
    totals: list[Tensor] = []
    expert: list[Tensor] = []
    for batch, randomness in validation_batches(data, answers, limit, seed):
        noise = randomness.noise.to(head.device)
        poses = poses_of(denormalized(head.sample(batch.inputs.to(head.device), noise).cpu()))
        xy = poses[..., :2]
        progress = progress_m(xy, batch.inputs)
        error = (xy - batch.expert_xy[:, None]).norm(dim=-1).mean(dim=-1)
        spread = (xy[:, :1, -1] - xy[:, -1:, -1]).norm(dim=-1).expand_as(error)
        static, people = _touching(xy, batch.around, footprint_radius_m)
        totals.append(
            torch.stack([(static | people).float(), static.float(), people.float(),
                         progress, error, spread], dim=-1).mean(dim=1)
        )  # fmt: skip
        of_expert = _touching(batch.expert_xy[:, None], batch.around, footprint_radius_m)
        expert.append((of_expert[0] | of_expert[1]).float()[:, 0])
    mean = torch.cat(totals).mean(dim=0).tolist()
    hits = torch.cat(expert)
    return PlanFigures(
        len(hits), 100.0 * mean[0], 100.0 * mean[1], 100.0 * mean[2],
        100.0 * float(hits.mean()), mean[3], mean[4], mean[5],
    )  # fmt: skip


def validation_batches(
    data: PlannerDataset, answers: int, limit: int, seed: int
) -> Iterator[tuple[PlannerBatch, Randomness]]:
    """Yield up to ``limit`` states spread over a data set, with ``answers`` noises for each."""
    index = spread_states(data, limit)
    generator = torch.Generator().manual_seed(seed)
    for first in range(0, len(index), _BATCH):
        batch = data.batch(index[first : first + _BATCH])
        yield batch, Randomness.draw(len(batch), answers, generator)


def spread_states(data: PlannerDataset, limit: int) -> NDArray[np.intp]:
    """Return up to ``limit`` states spread over a data set, in order."""
    return np.unique(np.linspace(0, len(data) - 1, min(limit, len(data))).astype(np.intp))


def progress_m(xy: Tensor, inputs: PlannerInputs) -> Tensor:
    """Return by how much nearer to the sub-goal plans ``(B, K, N, 2)`` end, ``(B, K)``."""
    goal = inputs.goal[:, None, :2]
    gained: Tensor = goal.norm(dim=-1) - (goal - xy[:, :, -1]).norm(dim=-1)
    return gained


def touching_steps(xy: Tensor, around: Surroundings, radius_m: float) -> tuple[Tensor, Tensor]:
    """Return at which steps ``(B, K, N)`` plans touch what stands, and at which people."""
    static = standing_distance(xy, around) < radius_m - _GRAZE_M
    return static, people_distance(xy, around) < radius_m


def _touching(xy: Tensor, around: Surroundings, radius_m: float) -> tuple[Tensor, Tensor]:
    """Return which plans ``(B, K)`` touch what stands, and which people."""
    static, people = touching_steps(xy, around, radius_m)
    return static.any(dim=-1), people.any(dim=-1)
