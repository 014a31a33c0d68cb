"""Actions of the paper (section 3.3): steps from pose to pose, and the poses they add up to.

    theta_k = theta_{k-1} + dtheta_k,   [x, y]_k = [x, y]_{k-1} + Rot(theta_{k-1}) [dx, dy]_k

A network sees steps scaled to about unit spread, so that noise of variance one is of their size.
Shape letters as in :mod:`astra_local.planner_net.contract`.
"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["STEP_MEAN", "STEP_SCALE", "denormalized", "normalized", "poses_of", "steps_of"]

#: Middle and spread of the expert's steps: dx, dy metres, dtheta radians per 0.2 s.
STEP_MEAN = (0.06, 0.0, 0.0)
STEP_SCALE = (0.06, 0.02, 0.12)


def normalized(steps: Tensor) -> Tensor:
    """Return steps ``(*, N, 3)`` in metres and radians as a network sees them."""
    return (steps - steps.new_tensor(STEP_MEAN)) / steps.new_tensor(STEP_SCALE)


def denormalized(actions: Tensor) -> Tensor:
    """Return what a network says ``(*, N, 3)`` in metres and radians."""
    return actions * actions.new_tensor(STEP_SCALE) + actions.new_tensor(STEP_MEAN)


def poses_of(steps: Tensor) -> Tensor:
    """Accumulate steps ``(*, N, 3)`` to poses ``(*, N, 3)`` in the ego frame; theta not wrapped."""
    theta = steps[..., 2].cumsum(-1)
    before = theta - steps[..., 2]
    cos, sin = before.cos(), before.sin()
    dx, dy = steps[..., 0], steps[..., 1]
    x = (cos * dx - sin * dy).cumsum(-1)
    y = (sin * dx + cos * dy).cumsum(-1)
    return torch.stack([x, y, theta], dim=-1)


def steps_of(poses: Tensor) -> Tensor:
    """Return the steps ``(*, N, 3)`` between poses ``(*, N, 3)``, the first from the origin."""
    before = torch.cat([torch.zeros_like(poses[..., :1, :]), poses[..., :-1, :]], dim=-2)
    moved = poses - before
    cos, sin = before[..., 2].cos(), before[..., 2].sin()
    dx = cos * moved[..., 0] + sin * moved[..., 1]
    dy = -sin * moved[..., 0] + cos * moved[..., 1]
    turn = torch.remainder(moved[..., 2] + torch.pi, 2.0 * torch.pi) - torch.pi
    return torch.stack([dx, dy, turn], dim=-1)
