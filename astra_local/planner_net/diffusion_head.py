"""Diffusion policy on the same trunk and decoder, a baseline.

C. Chi et al., "Diffusion policy", RSS 2023: noise prediction with the squared cosine schedule of
A. Nichol and P. Dhariwal, 2021, sampled by DDIM (J. Song et al., 2021) with twice the steps of flow
matching. Time runs as everywhere in this house: ``t = 0`` noise, ``t = 1`` data,

    X_t = s(t) X_1 + n(t) e,    s(t)^2 + n(t)^2 = 1,    s rises from 0 to 1.
"""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor

from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.heads import HeadLoss, Randomness
from astra_local.planner_net.timed_head import TimedHead

__all__ = ["DiffusionHead", "schedule"]

_OFFSET = 0.008
#: Without a floor, dividing by s(0) would be dividing by nothing.
_LEAST_SIGNAL = 0.02
#: Actions are of unit spread; an estimate beyond this is a wrong one (thresholding).
_LARGEST = 4.0


def schedule(time: Tensor) -> tuple[Tensor, Tensor]:
    """Return signal and noise amplitudes ``s(t), n(t)`` of times in [0, 1]."""
    angle = ((1.0 - time) + _OFFSET) / (1.0 + _OFFSET) * (math.pi / 2.0)
    signal = angle.cos().clamp(min=_LEAST_SIGNAL)
    return signal, (1.0 - signal.square()).clamp(min=0.0).sqrt()


class DiffusionHead(TimedHead):
    """Learns the noise in a noisy plan."""

    name = "diffusion"

    def training_loss(
        self, inputs: PlannerInputs, actions: Tensor, randomness: Randomness
    ) -> HeadLoss:
        """Return ``E |e - e_hat|^2`` and the estimate of the data, weighted by the signal."""
        signal, amount = schedule(randomness.time)
        data = actions[:, None].expand_as(randomness.noise)
        sample = signal[..., None, None] * data + amount[..., None, None] * randomness.noise
        ask = self._asker(self.trunk(inputs))
        noise = ask(sample, self._situation(randomness.time))
        estimate = (sample - amount[..., None, None] * noise) / signal[..., None, None]
        imitation = (noise - randomness.noise).square().mean()
        return HeadLoss(imitation, estimate.clamp(-_LARGEST, _LARGEST), signal.square())

    def sample(self, inputs: PlannerInputs, noise: Tensor) -> Tensor:
        """Denoise by DDIM without added noise."""
        ask = self._asker(self.trunk(inputs))
        num_steps = 2 * self.config.sample_steps
        times = torch.linspace(0.0, 1.0, num_steps + 1, device=noise.device)
        sample = noise
        for now, then in itertools.pairwise(times):
            time = now.expand(noise.shape[:2])
            signal, amount = schedule(now)
            wrong = ask(sample, self._situation(time))
            data = ((sample - amount * wrong) / signal).clamp(-_LARGEST, _LARGEST)
            wrong = (sample - signal * data) / amount.clamp(min=1e-3)
            next_signal, next_amount = schedule(then)
            sample = next_signal * data + next_amount * wrong
        return data
