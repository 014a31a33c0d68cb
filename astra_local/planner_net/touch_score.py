"""A learned score: how likely a plan touches something, by what the trunk has seen.

The rule of :mod:`astra_local.planner_net.picker` believes in clearances as they are sensed. Learned
from what really stood there and where people really went, a score can know more: what lies behind
the edge of what is seen, who will give way. The paper ranks plans by a score that was learned
from people's marks; the marks here are touches, the rest of the score is known exactly.

Each step of a plan has two hazards, of touching what stands and of touching people, given that
nothing was touched before (discrete-time survival):

    P(touch) = 1 - prod_k (1 - sigma(z_k)) = 1 - exp(-sum_k softplus(z_k)).

Letters: ``B`` states, ``K`` plans, ``N`` steps; the last axis is (standing, people).
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.decoder import WaypointDecoder
from astra_local.planner_net.trunk import Scene

__all__ = ["TouchScore", "survival_loss", "touch_chance"]

#: Hazards begin at about one plan in thirty.
_BIAS = -6.0


class TouchScore(nn.Module):
    """Reads the map along a plan, as the heads do, and says its hazards."""

    def __init__(self, config: PlannerNetConfig) -> None:
        """Make the layers."""
        super().__init__()
        self.decoder = WaypointDecoder(config, num_outputs=2)
        nn.init.constant_(self.decoder.out.bias, _BIAS)

    def forward(self, scene: Scene, actions: Tensor) -> Tensor:
        """Return the logits ``(B, K, N, 2)`` of the hazards of plans ``(B, K, N, 3)``.

        Args:
            scene: Of the trunk; it is not trained by what is learned here.
            actions: Normalised steps.
        """
        known = Scene(
            scene.fine.detach(), scene.coarse.detach(), scene.tokens.detach(), scene.inputs
        )
        nothing = scene.tokens.new_zeros(1, 1, scene.tokens.shape[-1])
        hazards: Tensor = self.decoder(actions, nothing, known)
        return hazards


def touch_chance(hazards: Tensor) -> Tensor:
    """Return the chance ``(B, K)`` that a plan touches anything, from logits ``(B, K, N, 2)``."""
    return 1.0 - (-functional.softplus(hazards).sum(dim=(-1, -2))).exp()


def survival_loss(hazards: Tensor, touches: Tensor) -> Tensor:
    """Return the mean negative log-likelihood of what happened.

    Args:
        hazards: ``(B, K, N, 2)`` logits.
        touches: ``(B, K, N, 2)`` bool, at each step; what comes after the first touch counts not.
    """
    before = touches.cumsum(dim=-2) - touches.long()
    wrong = functional.binary_cross_entropy_with_logits(
        hazards, touches.to(hazards.dtype), reduction="none"
    )
    return (wrong * (before == 0)).sum(dim=(-1, -2)).mean()
