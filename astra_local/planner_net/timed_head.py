"""What flow matching and diffusion share: a time between noise and data that every query knows."""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor, nn

from astra_local.net.sinusoids import sinusoids
from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.heads import PlanningHead
from astra_local.planner_net.trunk import Scene

__all__ = ["TimedHead"]


class TimedHead(PlanningHead):
    """A head whose queries are told the time."""

    def __init__(self, config: PlannerNetConfig) -> None:
        """Make the layers."""
        super().__init__(config)
        width = config.width
        self.time = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, width))

    def sample(self, inputs: PlannerInputs | Scene, noise: Tensor) -> Tensor:
        """Go from noise to plans in a few steps."""
        begin = noise.new_zeros(noise.shape[:2])
        return self._follow(self.encode(inputs), noise, torch.zeros_like(noise), begin)

    def sample_near(
        self, inputs: PlannerInputs | Scene, noise: Tensor, plan: Tensor, begin: Tensor
    ) -> Tensor:
        """Go to plans from as far between noise and a plan as ``begin`` says."""
        return self._follow(self.encode(inputs), noise, plan, begin)

    @abstractmethod
    def _follow(self, scene: Scene, noise: Tensor, plan: Tensor, begin: Tensor) -> Tensor:
        """Go from ``begin (B, K)`` between ``noise`` and ``plan (B, K, N, 3)`` to data."""

    def _situation(self, time: Tensor) -> Tensor:
        """Return what queries are told of times ``(B, K)``: ``(B, K, D)``."""
        situation: Tensor = self.time(sinusoids(time, self.config.width))
        return situation
