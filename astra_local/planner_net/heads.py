"""The four heads of the paper's figure 9 on one trunk and one decoder: equal parts, equal reading.

Every head answers the same two questions: the loss of a batch given noise, and ``K`` answers given
noise. Random numbers are always passed in, standard normal, so that everything can be repeated.
The loss returns the estimate of the data as well, with a weight in [0, 1] that says how much it is
one, for the ESDF loss.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from astra_local.planner_net.config import PlannerNetConfig
from astra_local.planner_net.contract import PlannerInputs
from astra_local.planner_net.decoder import WaypointDecoder
from astra_local.planner_net.touch_score import TouchScore
from astra_local.planner_net.trunk import Scene, Trunk
from astra_local.planner_record import NUM_STEPS

__all__ = ["HeadLoss", "PlanningHead", "Randomness", "widened"]


@dataclass(frozen=True, eq=False)
class Randomness:
    """Every random number of one training step or one sampling.

    Attributes:
        noise: ``(B, K, N, 3)`` standard normal.
        time: ``(B, K)`` uniform in [0, 1); unused when sampling.
    """

    noise: Tensor
    time: Tensor

    @classmethod
    def draw(cls, batch: int, answers: int, generator: torch.Generator) -> Randomness:
        """Draw for a batch with ``answers`` noises per state."""
        noise = torch.randn((batch, answers, NUM_STEPS, 3), generator=generator)
        return cls(noise, torch.rand((batch, answers), generator=generator))

    def to(self, device: torch.device | str, share: slice = slice(None)) -> Randomness:
        """Return the same, or that of some states of the batch, on a device."""
        return Randomness(self.noise[share].to(device), self.time[share].to(device))


@dataclass(frozen=True, eq=False)
class HeadLoss:
    """What one training step gives.

    Attributes:
        imitation: Scalar: how far from the expert.
        estimate: ``(B, K, N, 3)`` normalised steps, the head's estimate of the data.
        weight: ``(B, K)`` in [0, 1], how much it is an estimate: near noise it is none.
    """

    imitation: Tensor
    estimate: Tensor
    weight: Tensor


class PlanningHead(nn.Module, ABC):
    """Trunk and decoder; what is learned with them is the subclass's idea."""

    #: Name of the part, as in ``--stack planner=NAME``.
    name = ""
    #: Whether answers differ with the noise.
    is_multimodal = True
    #: Spread of the noise of all answers but the first, see :func:`widened`; by the score of the
    #: answer that is picked of ten, on validation states.
    noise_width = 1.0

    def __init__(self, config: PlannerNetConfig) -> None:
        """Make the layers; the weights come from torch's global generator."""
        super().__init__()
        self.config = config
        self.trunk = Trunk(config)
        self.decoder = WaypointDecoder(config)
        self.score: TouchScore | None = None

    def encode(self, inputs: PlannerInputs | Scene) -> Scene:
        """Return what the trunk makes of inputs; what it has encoded already stays."""
        return inputs if isinstance(inputs, Scene) else self.trunk(inputs)

    def add_score(self, seed: int = 0) -> TouchScore:
        """Give the head a learned score, not trained yet; weights depend on the seed alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.score = TouchScore(self.config).to(self.device)
        return self.score

    @abstractmethod
    def training_loss(
        self, inputs: PlannerInputs, actions: Tensor, randomness: Randomness
    ) -> HeadLoss:
        """Return the loss of a batch.

        Args:
            inputs: What the robot knew.
            actions: ``(B, N, 3)`` normalised steps of the expert.
            randomness: ``K`` draws per state; the trunk runs once for all of them.
        """

    @abstractmethod
    def sample(self, inputs: PlannerInputs | Scene, noise: Tensor) -> Tensor:
        """Return answers ``(B, K, N, 3)``, normalised steps: one for each noise of that shape."""

    def sample_near(
        self, inputs: PlannerInputs | Scene, noise: Tensor, plan: Tensor, begin: Tensor
    ) -> Tensor:
        """Return answers that begin near a plan. A head that answers at once begins nowhere.

        Args:
            inputs: What the robot knows, or what the trunk made of it.
            noise: ``(B, K, N, 3)``.
            plan: ``(B, K, N, 3)`` normalised steps.
            begin: ``(B, K)`` in [0, 1): 0 is noise alone, nearly 1 the plan as it is.
        """
        return self.sample(inputs, noise)

    @property
    def device(self) -> torch.device:
        """Return where the weights are."""
        return next(self.parameters()).device

    def _asker(self, scene: Scene) -> Callable[[Tensor, Tensor], Tensor]:
        """Return the decoder for one scene: ``(actions, situation) -> (B, K, N, 3)``."""
        keys_values = self.decoder.keys_values(scene)
        return lambda actions, situation: self.decoder(actions, situation, scene, keys_values)


def widened(noise: Tensor, width: float) -> Tensor:
    """Return noise ``(B, K, N, 3)`` whose answers differ more; the first stays the likeliest.

    A head that imitates one expert says nearly the same ten times. Whoever picks gains by answers
    that are worse on average and different.
    """
    return torch.cat([noise[:, :1], width * noise[:, 1:]], dim=1)
