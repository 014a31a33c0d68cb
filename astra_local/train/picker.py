"""Measures how clearances are to be believed when one of several plans is picked.

Plans of a trained head at training states are judged by the truth, and the five numbers of
:class:`astra_local.planner_net.picker.PickerWeights` are fitted by maximum likelihood to whether
they touched, given the clearances that the robot would have believed in.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from astra_local.planner_net.action import denormalized, poses_of
from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.decoder import people_gap
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.picker import PickerWeights
from astra_local.planner_record import STEP_S
from astra_local.train.planner_states import PlannerDataset
from astra_local.train.planner_validate import batches, touching
from astra_local.voxel.ego_window import WINDOW
from astra_local.voxel.lookup import lookup

__all__ = ["fit_picker"]

_CLEAR_M = 2.0


def fit_picker(
    head: PlanningHead,
    data: PlannerDataset,
    *,
    footprint_radius_m: float,
    states: int = 2000,
    answers: int = 10,
    seed: int = 0,
) -> PickerWeights:
    """Return the weights that tell best which plans touch, by what the robot knows."""
    standing, moving, hit_static, hit_people = [], [], [], []
    for batch, randomness in batches(data, answers, states, seed):
        with torch.no_grad():
            xy = poses_of(denormalized(head.sample(batch.inputs, randomness.noise)))[..., :2]
        standing.append(believed_clearance(xy, batch.inputs) - footprint_radius_m)
        moving.append(people_gap(xy, batch.inputs) - footprint_radius_m)
        static, people = touching(xy, batch.around, footprint_radius_m)
        hit_static.append(static)
        hit_people.append(people)
    static_fit = _fit_logistic(torch.cat(standing), torch.cat(hit_static), grows=False)
    people_fit = _fit_logistic(torch.cat(moving), torch.cat(hit_people), grows=True)
    return PickerWeights(*static_fit[:2], *people_fit)


def believed_clearance(xy_m: Tensor, inputs: PlannerInputs) -> Tensor:
    """Return the distance ``(B, K, N)`` from waypoints to cells that the robot takes for occupied.

    Half a cell is taken off: from the centre of a cell to its edge.
    """
    batch, sets, steps, _ = xy_m.shape
    side = xy_m.new_tensor([WINDOW.cell_m, WINDOW.cell_m])
    low = xy_m.new_tensor(WINDOW.low_m)
    found = lookup(inputs.distance, xy_m.reshape(batch, -1, 2), low, side)
    return found.reshape(batch, sets, steps) - 0.5 * WINDOW.cell_m


def _fit_logistic(gap_m: Tensor, hit: Tensor, *, grows: bool) -> tuple[float, float, float]:
    """Return middle, spread and its growth per second of ``P(hit) = sigma(-min (gap - c) / s)``."""
    gap = gap_m.flatten(0, 1).clamp(max=_CLEAR_M).double()
    target = hit.flatten().double()
    time = STEP_S * torch.arange(1, gap.shape[1] + 1, dtype=gap.dtype)
    middle = torch.zeros((), dtype=gap.dtype, requires_grad=True)
    log_spread = torch.tensor([-3.0, -3.0], dtype=gap.dtype, requires_grad=True)
    optimizer = torch.optim.LBFGS([middle, log_spread], max_iter=60, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        spread = log_spread[0].exp() + (log_spread[1].exp() * time if grows else 0.0)
        chance = -((gap - middle) / spread).min(dim=1).values
        value = functional.binary_cross_entropy_with_logits(chance, target)
        value.backward()
        return value

    optimizer.step(loss)
    spreads = log_spread.detach().exp().tolist()
    return float(middle.detach()), spreads[0], spreads[1] if grows else 0.0
