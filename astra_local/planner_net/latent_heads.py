"""ACT and VAE on the same trunk and decoder, baselines.

Both are conditional variational auto-encoders (T. Zhao et al., "Learning fine-grained bimanual
manipulation", RSS 2023, for ACT; K. Sohn et al., 2015): while training, a latent variable z is read
off the expert's plan; later it is the prior's mean (ACT: one plan) or drawn from the prior (VAE).
They have no noisy waypoints to read the map at. So that they read as well as the others, the
decoder runs twice: a first guess from learned steps, then once more at the waypoints of the guess.
"""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor, nn

from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.heads import HeadLoss, PlanningHead, Randomness
from astra_local.planner_net.trunk import Scene
from astra_local.planner_record import NUM_STEPS

__all__ = ["ActHead", "VaeHead"]


class _LatentHead(PlanningHead):
    """What ACT and VAE share; they differ in the loss, in its weight, and in what is drawn."""

    kl_weight = 1.0

    def __init__(self, config: PlannerNetConfig) -> None:
        """Make the layers."""
        super().__init__(config)
        self.first_steps = nn.Parameter(torch.zeros(NUM_STEPS, 3))
        self.posterior = nn.Sequential(
            nn.Linear(NUM_STEPS * 3 + config.width, config.width),
            nn.GELU(),
            nn.Linear(config.width, 2 * config.latent),
        )
        self.latent = nn.Linear(config.latent, config.width)
        self.passes = nn.Parameter(0.02 * torch.randn(2, config.width))

    def training_loss(
        self, inputs: PlannerInputs, actions: Tensor, randomness: Randomness
    ) -> HeadLoss:
        """Return reconstruction (of both passes) plus the KL divergence from the prior."""
        scene = self.trunk(inputs)
        seen = torch.cat([actions.flatten(1), scene.tokens.mean(dim=1)], dim=-1)
        mean, log_variance = self.posterior(seen).clamp(-8.0, 8.0).chunk(2, dim=-1)
        noise = self._latent_noise(randomness.noise)
        latent = mean[:, None] + (0.5 * log_variance).exp()[:, None] * noise
        first, second = self._decode(scene, latent)
        target = actions[:, None].expand_as(second)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1.0 - log_variance).mean()
        imitation = 0.5 * (self._wrong(first, target) + self._wrong(second, target))
        ones = torch.ones_like(randomness.time)
        return HeadLoss(imitation + self.kl_weight * kl, second, ones)

    def sample(self, inputs: PlannerInputs | Scene, noise: Tensor) -> Tensor:
        """Decode latents made of the noise."""
        latent = self._latent_noise(noise)
        if not self.is_multimodal:
            latent = torch.zeros_like(latent)
        return self._decode(self.encode(inputs), latent)[1]

    @abstractmethod
    def _wrong(self, plan: Tensor, target: Tensor) -> Tensor:
        """Return how far plans are from the expert's, as a scalar."""

    def _latent_noise(self, noise: Tensor) -> Tensor:
        """Take the latent's standard normal numbers from those of the actions."""
        return noise.flatten(2)[..., : self.config.latent]

    def _decode(self, scene: Scene, latent: Tensor) -> tuple[Tensor, Tensor]:
        ask = self._asker(scene)
        situation = self.latent(latent)
        start = self.first_steps.expand(*latent.shape[:2], NUM_STEPS, 3)
        first = start + ask(start, situation + self.passes[0])
        return first, first + ask(first, situation + self.passes[1])


class ActHead(_LatentHead):
    """Action chunking with transformers: L1, the prior's mean, one plan."""

    name = "act"
    is_multimodal = False
    kl_weight = 1.0

    def _wrong(self, plan: Tensor, target: Tensor) -> Tensor:
        return (plan - target).abs().mean()


class VaeHead(_LatentHead):
    """Squared error, a weak pull to the prior, and plans drawn from it."""

    name = "vae"
    noise_width = 1.5
    #: On validation states after 1,200 steps much better than 0.05: what is drawn from the prior
    #: must have been seen from the posterior.
    kl_weight = 0.3

    def _wrong(self, plan: Tensor, target: Tensor) -> Tensor:
        return (plan - target).square().mean()
