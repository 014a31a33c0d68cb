"""The loss of a planning head: imitation of the expert plus the masked ESDF loss.

    L = L_head + lambda  mean_k  weight_k  L_ESDF(poses of the estimate of the data)

``weight`` is how much the estimate is one: t for flow matching, the signal's share for diffusion, 1
for heads that answer at once. Equal for all heads (paper, section 3.3).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.esdf_loss import EsdfLossConfig, masked_esdf_loss
from astra_local.planner_net.heads import PlanningHead, Randomness
from astra_local.train.planner_states import PlannerBatch

__all__ = ["PlannerLoss", "planner_loss"]


@dataclass(frozen=True, eq=False)
class PlannerLoss:
    """Scalars of a batch: the sum that is descended, and its parts."""

    total: Tensor
    imitation: Tensor
    esdf: Tensor


def planner_loss(
    head: PlanningHead,
    batch: PlannerBatch,
    randomness: Randomness,
    esdf_weight: float,
    config: EsdfLossConfig,
) -> PlannerLoss:
    """Return the loss of a batch; of weight 0, the ESDF loss is measured and not descended."""
    loss = head.training_loss(batch.inputs, batch.actions, randomness)
    with torch.set_grad_enabled(esdf_weight > 0.0):
        xy = poses_of(denormalized(loss.estimate))[..., :2]
        per_plan = masked_esdf_loss(xy, batch.expert_xy, batch.around, config)
        esdf = (loss.weight * per_plan).mean()
    return PlannerLoss(loss.imitation + esdf_weight * esdf, loss.imitation, esdf)
