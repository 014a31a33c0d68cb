"""The planner of the paper: flow matching on steps, conditioned on what the robot knows."""

from __future__ import annotations

from torch import Tensor

from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.flow import (
    data_estimate,
    early_times,
    euler_sample,
    path_sample,
    target_velocity,
)
from astra_local.planner_net.heads import HeadLoss, Randomness
from astra_local.planner_net.timed_head import TimedHead
from astra_local.planner_net.trunk import Scene

__all__ = ["FlowHead"]


class FlowHead(TimedHead):
    """Learns the velocity ``v(X_t, t | C)`` of :mod:`astra_local.planner_net.flow`."""

    name = "flow"
    noise_width = 2.0

    def training_loss(
        self, inputs: PlannerInputs, actions: Tensor, randomness: Randomness
    ) -> HeadLoss:
        """Return ``E |v - u|^2`` and the estimate ``X_t + (1 - t) v``, weighted by t."""
        data = actions[:, None].expand_as(randomness.noise)
        time = early_times(randomness.time)
        sample = path_sample(randomness.noise, data, time)
        ask = self._asker(self.trunk(inputs))
        velocity = ask(sample, self._situation(time))
        wrong = velocity - target_velocity(randomness.noise, data)
        return HeadLoss(wrong.square().mean(), data_estimate(sample, velocity, time), time)

    def _follow(self, scene: Scene, noise: Tensor, plan: Tensor, begin: Tensor) -> Tensor:
        """Follow the velocity from between noise and plan in a few Euler steps."""
        ask = self._asker(scene)
        return euler_sample(
            lambda x, t: ask(x, self._situation(t)),
            path_sample(noise, plan, begin),
            begin,
            self.config.flow_steps,
        )
