"""``./astra train``: learned parts from shards to weights, resumable to the step."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from astra_core.errors import ConfigError

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

#: Stages of DESIGN 9 that can be trained today, and those that cannot yet.
_STAGES = ("planner",)
_LATER = ("encoder3d", "encoder4d", "odometry")


@app.callback()
def train() -> None:
    """Train the networks of the stack."""


@app.command()
def local(
    data: Annotated[list[Path], typer.Option(help="Folder of training shards; may be repeated.")],
    validation: Annotated[list[Path], typer.Option(help="The same of validation shards.")],
    out: Annotated[Path, typer.Option(help="Where checkpoint, metrics, pictures, weights go.")],
    stage: Annotated[str, typer.Option(help="What is trained: planner.")] = "planner",
    preset: Annotated[str, typer.Option(help="Size and length: debug, tiny or base.")] = "tiny",
    head: Annotated[str, typer.Option(help="flow, act, vae or diffusion.")] = "flow",
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of weights, batches and noise.")] = None,
    esdf_weight: Annotated[
        float | None, typer.Option(min=0.0, help="Of the masked ESDF loss; 0 trains without.")
    ] = None,
    states: Annotated[
        int | None, typer.Option(min=0, help="Learn from so many states at most; 0 is all.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of PyTorch on the CPU.")] = 1,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:N, or auto.")] = "cpu",
) -> None:
    """Train a part of Astra-Local. Interrupted, the same command goes on where it was.

    On several GPUs: accelerate launch --num_processes N --module astra_cli train local ...
    """
    if stage not in _STAGES:
        later = f"; {stage} is not built yet" if stage in _LATER else ""
        raise ConfigError(f"--stage must be {' or '.join(_STAGES)}, got {stage!r}{later}")
    import torch

    from astra_core.device import DeviceConfig
    from astra_local.planner_net.registry import HEADS
    from astra_local.train.placement import placed
    from astra_local.train.planner import TRAINING_PRESETS, train_planner, with_options
    from astra_local.train.planner_export import export_planner

    if preset not in TRAINING_PRESETS:
        raise ConfigError(f"--preset must be {', '.join(TRAINING_PRESETS)}, got {preset!r}")
    if head not in HEADS:
        raise ConfigError(f"--head must be {', '.join(HEADS)}, got {head!r}")
    torch.set_num_threads(threads)
    console = Console()
    training = with_options(
        TRAINING_PRESETS[preset],
        steps=steps, seed=seed, head=head, esdf_weight=esdf_weight, states=states,
    )  # fmt: skip

    def report(step: int, numbers: Mapping[str, Any]) -> None:
        told = ", ".join(f"{key} {value:.4g}" for key, value in numbers.items())
        console.print(f"[{step}/{training.loop.steps}] {told}", highlight=False, soft_wrap=True)

    with placed(DeviceConfig(device)) as placement:
        trained = train_planner(training, data, validation, out, report, placement)
        if placement.leads:
            card = export_planner(trained, training, data, out)
            console.print(f"weights: {card}", highlight=False, soft_wrap=True)
