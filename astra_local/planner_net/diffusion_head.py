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
from astra_local.planner_net.trunk import Scene

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
        signal, amount = _levels(randomness.time)
        data = actions[:, None].expand_as(randomness.noise)
        sample = signal * data + amount * randomness.noise
        ask = self._asker(self.trunk(inputs))
        noise = ask(sample, self._situation(randomness.time))
        estimate = ((sample - amount * noise) / signal).clamp(-_LARGEST, _LARGEST)
        imitation = (noise - randomness.noise).square().mean()
        return HeadLoss(imitation, estimate, signal[..., 0, 0].square())

    def _follow(self, scene: Scene, noise: Tensor, plan: Tensor, begin: Tensor) -> Tensor:
        """Denoise what lies between noise and plan by DDIM without added noise."""
        ask = self._asker(scene)
        num_steps = self.config.denoise_steps
        shares = torch.linspace(0.0, 1.0, num_steps + 1, device=noise.device)
        times = [begin + share * (1.0 - begin) for share in shares]
        signal, amount = _levels(begin)
        sample = signal * plan + amount * noise
        for now, then in itertools.pairwise(times):
            signal, amount = _levels(now)
            wrong = ask(sample, self._situation(now))
            data = ((sample - amount * wrong) / signal).clamp(-_LARGEST, _LARGEST)
            wrong = (sample - signal * data) / amount.clamp(min=1e-3)
            next_signal, next_amount = _levels(then)
            sample = next_signal * data + next_amount * wrong
        return data


def _levels(time: Tensor) -> tuple[Tensor, Tensor]:
    """Return the schedule at times ``(B, K)`` for samples ``(B, K, N, 3)``."""
    signal, amount = schedule(time)
    return signal[..., None, None], amount[..., None, None]
