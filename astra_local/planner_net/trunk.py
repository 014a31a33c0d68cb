"""What the robot knows, encoded once per state: feature maps to read from, tokens to attend to.

The same trunk serves all heads. Shape letters as in :mod:`astra_local.planner_net.contract`;
``D`` width, ``S`` tokens.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from astra_local.net.attention import EncoderLayer
from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.contract import NUM_PAST, PlannerInputs
from astra_local.planner_record import FAR_M
from astra_local.voxel.ego_window import WINDOW

__all__ = ["Scene", "Trunk"]

#: Distances are shown to the net up to here, metres, and speeds of people in this unit, m/s.
_SHOWN_M = 1.0
_GOAL_M = 2.0


@dataclass(frozen=True, eq=False)
class Scene:
    """An encoded batch.

    Attributes:
        fine: ``(B, C1, Y/2, X/2)`` features, read at waypoints.
        coarse: ``(B, C2, Y/4, X/4)`` the same, with a wider view.
        tokens: ``(B, S, D)`` map, goal with speed, and movers.
        inputs: What it was made of; distance and movers are read at waypoints, too.
    """

    fine: Tensor
    coarse: Tensor
    tokens: Tensor
    inputs: PlannerInputs


class Trunk(nn.Module):
    """Convolutions over the window, a transformer over its patches and the conditions."""

    def __init__(self, config: PlannerNetConfig) -> None:
        """Make the layers."""
        super().__init__()
        first, second, third = config.channels
        self.fine = _down(NUM_PAST + 2, first)
        self.coarse = _down(first, second)
        self.patches = _down(second, third)
        self.to_token = nn.Linear(third, config.width)
        patches = (WINDOW.shape[0] // 8) * (WINDOW.shape[1] // 8)
        self.place = nn.Parameter(0.02 * torch.randn(patches, config.width))
        self.condition = nn.Sequential(
            nn.Linear(8, config.width), nn.GELU(), nn.Linear(config.width, config.width)
        )
        self.mover = nn.Sequential(
            nn.Linear(6, config.width), nn.GELU(), nn.Linear(config.width, config.width)
        )
        self.layers = nn.ModuleList(
            EncoderLayer(config.width, config.num_heads) for _ in range(config.encoder_layers)
        )
        self.norm = nn.LayerNorm(config.width)

    def forward(self, inputs: PlannerInputs) -> Scene:
        """Encode a batch."""
        grid = torch.cat(
            [
                inputs.occupancy,
                inputs.known[:, None],
                inputs.distance[:, None].clamp(max=_SHOWN_M) / _SHOWN_M,
            ],
            dim=1,
        )
        fine = self.fine(grid)
        coarse = self.coarse(fine)
        tokens = self.to_token(self.patches(coarse).flatten(2).transpose(1, 2)) + self.place
        tokens = torch.cat(
            [tokens, self.condition(_condition(inputs))[:, None], self.mover(_movers(inputs))],
            dim=1,
        )
        for layer in self.layers:
            tokens = layer(tokens)
        return Scene(fine, coarse, self.norm(tokens), inputs)


def _down(before: int, after: int) -> nn.Sequential:
    """Halve the sides of a map."""
    return nn.Sequential(
        nn.Conv2d(before, after, 4, stride=2, padding=1),
        nn.GroupNorm(1, after),
        nn.GELU(),
        nn.Conv2d(after, after, 1),
        nn.GELU(),
    )


def _condition(inputs: PlannerInputs) -> Tensor:
    goal = torch.cat([inputs.goal[:, :2] / _GOAL_M, inputs.goal[:, 2:]], dim=-1)
    return torch.cat([goal, inputs.velocity], dim=-1)


def _movers(inputs: PlannerInputs) -> Tensor:
    """Return ``(B, M, 6)``: who is nobody is all zeros, and says so."""
    here = (inputs.movers[..., :1] < 0.5 * FAR_M).float()
    return torch.cat([inputs.movers * here, here], dim=-1)
