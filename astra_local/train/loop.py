"""The training loop of every network: resumable to the step, averaged weights, told as it goes.

What a step sees depends on the seed and the number of the step alone, never on what ran before:
a run that was interrupted and goes on ends with the very weights of one that was not.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from astra_core.atomic_file import atomic_file
from astra_core.errors import ConfigError
from astra_local.net.ema import Ema
from astra_local.train.own_training import (
    CHECKPOINT,
    METRICS,
    TOLD,
    metrics_line,
    prepare_folder,
    told_text,
)
from astra_local.train.placement import ALONE, Placement

__all__ = ["Averaged", "LoopConfig", "StepRandom", "Trainer"]


@dataclass(frozen=True)
class LoopConfig:
    """How long and how fast.

    Attributes:
        steps: In all.
        learning_rate: Largest; reached after the warm-up, then one cosine down to 1 %.
        warmup_steps: Of linear growth.
        weight_decay: Of AdamW.
        clip: Largest norm of a gradient.
        ema_decay: Of the averaged weights.
        seed: Of everything random.
        checkpoint_s: Seconds between checkpoints.
        report_every: Steps between lines of the log.
        validate_every: Steps between validations.
    """

    steps: int
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    weight_decay: float = 1e-3
    clip: float = 1.0
    ema_decay: float = 0.999
    seed: int = 0
    checkpoint_s: float = 60.0
    report_every: int = 50
    validate_every: int = 1000

    def with_options(self, steps: int | None, seed: int | None) -> LoopConfig:
        """Return the same with other steps or another seed; ``None`` keeps what it has."""
        return replace(
            self,
            steps=self.steps if steps is None else steps,
            seed=self.seed if seed is None else seed,
        )

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        share = (step - self.warmup_steps) / max(self.steps - self.warmup_steps, 1)
        return self.learning_rate * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * share)))


@dataclass(frozen=True, eq=False)
class StepRandom:
    """All chance of one step: NumPy for what is picked, torch for noise."""

    rng: np.random.Generator
    generator: torch.Generator

    @classmethod
    def of(cls, seed: int, step: int) -> StepRandom:
        """Return the chance of a step."""
        sequence = np.random.SeedSequence([seed, step])
        torch_seed = int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))
        return cls(np.random.default_rng(sequence), torch.Generator().manual_seed(torch_seed))


#: From the chance of a step to the loss and numbers worth telling.
StepLoss = Callable[[int, StepRandom], tuple[Tensor, Mapping[str, float]]]
#: From the averaged weights, loaded, and the step to figures worth keeping.
Validate = Callable[[int], Mapping[str, Any]]


class Trainer:
    """Trains one network into a folder: ``checkpoint.pt, metrics.jsonl, tensorboard/``."""

    def __init__(
        self,
        network: nn.Module,
        config: LoopConfig,
        folder: Path,
        facts: Mapping[str, Any],
        placement: Placement = ALONE,
    ) -> None:
        """Prepare, and go on from the folder's checkpoint where there is one.

        Args:
            network: What is trained; initialised by the caller.
            config: How.
            folder: Where everything goes.
            facts: What a checkpoint must agree with: data, head, preset.
            placement: Where; the network goes there. Only the process that leads writes.

        Raises:
            ConfigError: The folder holds the checkpoint of another training, or other files under
                the names of ours.
        """
        self.network, self.config, self.folder = network.to(placement.device), config, folder
        self._placement = placement
        self._told = facts
        self._facts = json.loads(json.dumps({**facts, "loop": _lasting(config)}))
        self.optimizer = torch.optim.AdamW(
            network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
        )
        self.ema = Ema(network, config.ema_decay)
        self.step = 0
        self.seconds = 0.0
        if placement.leads:
            prepare_folder(folder)
        if (folder / CHECKPOINT).is_file():
            self._resume()
        placement.same(network)
        self._board = _board(folder) if placement.leads else None

    def run(
        self,
        loss_of: StepLoss,
        validate: Validate | None = None,
        on_report: Callable[[int, Mapping[str, Any]], None] = lambda step, numbers: None,
    ) -> None:
        """Train from where it is to the end.

        Args:
            loss_of: The loss of a step.
            validate: Called every ``validate_every`` steps and at the end with averaged weights,
                in the process that leads.
            on_report: Told the means since the last report, there too.
        """
        config, leads = self.config, self._placement.leads
        told: list[Mapping[str, float]] = []
        began = saved = time.monotonic()
        before_s = self.seconds
        while self.step < config.steps:
            told.append(self._one_step(loss_of))
            self.seconds = before_s + time.monotonic() - began
            if self.step % config.report_every == 0 or self.step == config.steps:
                means = {key: float(np.mean([row[key] for row in told])) for key in told[0]}
                told = []
                if leads:
                    self._keep("train", means)
                    on_report(self.step, means)
            if (
                leads
                and validate
                and (self.step % config.validate_every == 0 or self.step == config.steps)
            ):
                with Averaged(self.network, self.ema):
                    figures = dict(validate(self.step))
                self._keep("validation", figures)
                on_report(self.step, figures)
            if time.monotonic() - saved > config.checkpoint_s:
                self.save()
                saved = time.monotonic()
        self.save()

    def save(self) -> None:
        """Write the checkpoint; a crash leaves the old one or the new one, whole."""
        if not self._placement.leads:
            return
        state = {
            "facts": json.dumps(self._facts, sort_keys=True),
            "step": self.step,
            "seconds": self.seconds,
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "ema": self.ema.state_dict(),
        }
        with atomic_file(self.folder / CHECKPOINT) as file:
            torch.save(state, file)

    def describe(self, seeds: Sequence[tuple[str, int]]) -> None:
        """Write ``training.json``: the facts, the scenes learned from, and how far it came."""
        if self._placement.leads:
            text = told_text(dict(self._told), list(seeds), self.step)
            with atomic_file(self.folder / TOLD) as file:
                file.write(text.encode())

    def _one_step(self, loss_of: StepLoss) -> dict[str, float]:
        self.network.train()
        rate = self.config.rate_at(self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss, numbers = loss_of(self.step, StepRandom.of(self.config.seed, self.step))
        # Told of all processes: if one cannot go on, none does.
        means = self._placement.mean({"": float(loss.detach()), **numbers})
        if not math.isfinite(means.pop("")):
            raise ConfigError(f"the loss of step {self.step} is not finite: nothing was learned")
        loss.backward()
        self._placement.average_gradients(self.network.parameters())
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
        self.optimizer.step()
        self.ema.update(self.network)
        self.step += 1
        return {**means, "gradient_norm": float(norm), "rate": rate}

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            facts = json.loads(state["facts"])
        except Exception as error:
            raise ConfigError(
                f"{path} is no checkpoint of this training ({error}): remove it, or take another "
                "--out folder"
            ) from error
        changed = sorted(
            key for key in {*facts, *self._facts} if facts.get(key) != self._facts.get(key)
        )
        if changed:
            raise ConfigError(
                f"{path} is of another training ({', '.join(changed)} differ): take another "
                "--out folder, or the same options to go on"
            )
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.ema.load_state_dict(state["ema"])
        self.step, self.seconds = int(state["step"]), float(state["seconds"])

    def _keep(self, kind: str, numbers: Mapping[str, Any]) -> None:
        with (self.folder / METRICS).open("a", encoding="utf-8") as file:
            file.write(metrics_line(self.step, kind, self.seconds, dict(numbers)))
        if self._board is not None:
            for key, value in numbers.items():
                if isinstance(value, int | float):
                    self._board.add_scalar(f"{kind}/{key}", value, self.step)
            self._board.flush()


class Averaged:
    """A context in which a network has its averaged weights."""

    def __init__(self, network: nn.Module, ema: Ema) -> None:
        """Keep both."""
        self._network, self._ema = network, ema

    def __enter__(self) -> nn.Module:
        """Put the averaged weights in."""
        self._own = {name: v.detach().clone() for name, v in self._network.state_dict().items()}
        self._network.load_state_dict(self._ema.average)
        return self._network

    def __exit__(self, *_: object) -> None:
        """Put the network's own back."""
        self._network.load_state_dict(self._own)


def _lasting(config: LoopConfig) -> dict[str, Any]:
    """Return the settings that a checkpoint must agree with: not how often things are told."""
    free = {"checkpoint_s", "report_every", "validate_every"}
    return {key: value for key, value in asdict(config).items() if key not in free}


def _board(folder: Path) -> Any:
    """Return a TensorBoard writer, ``None`` where TensorBoard is not installed."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder / "tensorboard"))
