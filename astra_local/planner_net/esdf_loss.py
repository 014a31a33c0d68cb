r"""The masked ESDF loss (paper, section 3.3, equations 13 to 15), derived anew.

What is wanted: a plan that touches something costs, wherever that is; a plan that comes nearer to
something than the expert did costs, too, but only where the expert's way is a fair comparison.
Without that mask the path turns toward emptier ground and away from the goal (paper, 3.3).

Let ``P_k`` be the k-th pose of the plan, accumulated from the estimate of the action, at the time
``t_k``; ``D`` the signed distance to what stands (bilinear between cell centres, so that gradients
flow to the pose); ``q_j(t)`` and ``rho_j`` where person j **will be** at that time, and the radius.
The clearance of the round footprint of radius r is

    phi_k = min(D(P_k), min_j |P_k - q_j(t_k)| - rho_j) - r.

With ``phi*_k`` the expert's clearance at the same time and ``d_k`` the distance of ``P_k`` to the
expert's path, the loss of a plan is the mean over k of

    a relu(-phi_k) + [d_k <= w] relu(min(phi*_k, c) - phi_k).

The first term is penetration: it always counts. The second is clearance: it counts up to the cap c
(more is not better), never asks for more than the expert kept (a doorway is narrow for everyone),
and only inside the corridor of half width w around the expert's way. Outside the mask is 0, and
so are value and gradient. The printed equation 14 lowers the reward *inside* the corridor and
rewards clearance without a cap; the stated purpose asks for the opposite: what stands here.

The gradient: of ``|P - q| - rho`` it is the unit vector away from the person; of D what bilinear
reading gives; through ``P_k`` it reaches every step before k by the accumulation of poses. At a
person's centre the norm has no gradient; it is kept off zero there.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from astra_core.robot import FOOTPRINT_RADIUS_M
from astra_local.voxel.lookup import lookup

__all__ = [
    "EsdfLossConfig",
    "Surroundings",
    "clearance",
    "masked_esdf_loss",
    "people_distance",
    "standing_distance",
]

_SMALL_M = 1e-4


@dataclass(frozen=True)
class EsdfLossConfig:
    """Weights of the loss.

    Attributes:
        footprint_radius_m: r.
        clearance_cap_m: c.
        corridor_m: w.
        penetration_weight: a.
    """

    footprint_radius_m: float = FOOTPRINT_RADIUS_M
    clearance_cap_m: float = 0.25
    corridor_m: float = 0.35
    penetration_weight: float = 4.0


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The truth that the loss is computed on; never an input of a network.

    Attributes:
        distance: ``(B, Y, X)`` signed distance to what stands, metres, negative inside.
        origin_m: ``(2,)`` x, y of the outer corner of cell [0, 0] in the ego frame.
        resolution_m: Side of a cell.
        people: ``(B, N, P, 3)`` x, y, radius of everybody at the time of each step; nobody is far.
    """

    distance: Tensor
    origin_m: tuple[float, float]
    resolution_m: float
    people: Tensor


def clearance(xy_m: Tensor, around: Surroundings, footprint_radius_m: float) -> Tensor:
    """Return phi ``(B, K, N)`` of positions ``(B, K, N, 2)``, metres."""
    nearest = torch.minimum(standing_distance(xy_m, around), people_distance(xy_m, around))
    return nearest - footprint_radius_m


def standing_distance(xy_m: Tensor, around: Surroundings) -> Tensor:
    """Return D ``(B, K, N)`` at positions ``(B, K, N, 2)``: to what stands."""
    batch, sets, steps, _ = xy_m.shape
    side = xy_m.new_tensor([around.resolution_m, around.resolution_m])
    points, low = xy_m.reshape(batch, -1, 2), xy_m.new_tensor(around.origin_m)
    return lookup(around.distance, points, low, side).reshape(batch, sets, steps)


def people_distance(xy_m: Tensor, around: Surroundings) -> Tensor:
    """Return the distance ``(B, K, N)`` to the edge of people at each step; inf without any."""
    people = around.people[:, None]
    if not people.shape[-2]:
        return xy_m.new_full(xy_m.shape[:-1], torch.inf)
    away = xy_m[..., None, :] - people[..., :2]
    gap = (away.square().sum(-1) + _SMALL_M**2).sqrt() - people[..., 2]
    return gap.min(dim=-1).values


def masked_esdf_loss(
    xy_m: Tensor, expert_xy_m: Tensor, around: Surroundings, config: EsdfLossConfig
) -> Tensor:
    """Return the loss ``(B, K)`` of plans; derivation in the module's text.

    Args:
        xy_m: ``(B, K, N, 2)`` positions of the plans in the ego frame, metres.
        expert_xy_m: ``(B, N, 2)`` positions of the expert at the same times.
        around: What stands, and where people will be.
        config: Weights.
    """
    radius = config.footprint_radius_m
    phi = clearance(xy_m, around, radius)
    with torch.no_grad():
        expert_phi = clearance(expert_xy_m[:, None], around, radius)
        wanted = expert_phi.clamp(max=config.clearance_cap_m)
        inside = _distance_to_path(xy_m, expert_xy_m) <= config.corridor_m
    penetration = config.penetration_weight * (-phi).relu()
    lack = (wanted - phi).relu() * inside
    return (penetration + lack).mean(dim=-1)


def _distance_to_path(xy_m: Tensor, path_m: Tensor) -> Tensor:
    """Return the distance ``(B, K, N)`` of points to the polyline from the origin along a path."""
    corners = torch.cat([torch.zeros_like(path_m[:, :1]), path_m], dim=1)
    start, step = corners[:, :-1], corners[:, 1:] - corners[:, :-1]
    start, step = start[:, None, None], step[:, None, None]
    to_point = xy_m[..., None, :] - start
    squared = step.square().sum(-1).clamp(min=1e-12)
    share = ((to_point * step).sum(-1) / squared).clamp(0.0, 1.0)
    away: Tensor = (to_point - share[..., None] * step).square().sum(-1).sqrt()
    return away.min(dim=-1).values
