"""``./astra train``: learned parts from shards to weights, resumable to the step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from astra_core.errors import ConfigError

if TYPE_CHECKING:
    from astra_local.train.placement import Placement

__all__ = ["app"]

#: Told step and numbers.
Report = Callable[[int, Mapping[str, Any]], None]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

#: Stages of DESIGN 9 that can be trained today, and those that cannot yet.
_STAGES = ("planner", "score", "encoder3d")
_LATER = ("encoder4d", "odometry")


@app.callback()
def train() -> None:
    """Train the networks of the stack."""


@app.command()
def local(
    data: Annotated[list[Path], typer.Option(help="Folder of training shards; may be repeated.")],
    validation: Annotated[list[Path], typer.Option(help="The same of validation shards.")],
    out: Annotated[Path, typer.Option(help="Where checkpoint, metrics, pictures, weights go.")],
    stage: Annotated[
        str, typer.Option(help="What is trained: planner, score or encoder3d.")
    ] = "planner",
    preset: Annotated[str, typer.Option(help="Size and length: debug, tiny or base.")] = "tiny",
    head: Annotated[str, typer.Option(help="flow, act, vae or diffusion.")] = "flow",
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the preset's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of weights, batches and noise.")] = None,
    esdf_weight: Annotated[
        float | None, typer.Option(min=0.0, help="Of the masked ESDF loss; 0 trains without.")
    ] = None,
    weights: Annotated[
        str, typer.Option(help="Of stage score: whose plans are scored, a NAME or FOLDER.")
    ] = "",
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
        raise ConfigError(
            f"--stage must be {', '.join(_STAGES[:-1])} or {_STAGES[-1]}, got {stage!r}{later}"
        )
    import torch

    from astra_core.device import DeviceConfig
    from astra_local.train.placement import placed

    torch.set_num_threads(threads)
    console = Console()

    def say(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True)

    def reporter(steps: int) -> Report:
        def report(step: int, numbers: Mapping[str, Any]) -> None:
            told = ", ".join(f"{key} {value:.4g}" for key, value in numbers.items())
            say(f"[{step}/{steps}] {told}")

        return report

    with placed(DeviceConfig(device)) as placement:
        where = (data, validation, out, reporter, placement)
        if stage == "encoder3d":
            card = _train_encoder(preset, steps, seed, *where)
        elif stage == "score":
            card = _train_score(weights, steps, seed, *where)
        else:
            options = {"head": head, "esdf_weight": esdf_weight, "states": states}
            card = _train_planner(preset, steps, seed, options, *where)
        if card is not None:
            say(f"weights: {card}")


def _train_planner(
    preset: str,
    steps: int | None,
    seed: int | None,
    options: Mapping[str, Any],
    data: Sequence[Path],
    validation: Sequence[Path],
    out: Path,
    reporter: Callable[[int], Report],
    placement: Placement,
) -> Path | None:
    """Train a head; return its card in the process that leads."""
    from astra_core.weights import require_own_weights
    from astra_local.planner_net.registry import HEADS
    from astra_local.train.planner import TRAINING_PRESETS, train_planner, with_options
    from astra_local.train.planner_export import export_planner, planner_name

    if preset not in TRAINING_PRESETS:
        raise ConfigError(f"--preset must be {', '.join(TRAINING_PRESETS)}, got {preset!r}")
    if options["head"] not in HEADS:
        raise ConfigError(f"--head must be {', '.join(HEADS)}, got {options['head']!r}")
    training = with_options(TRAINING_PRESETS[preset], steps=steps, seed=seed, **options)
    require_own_weights(out, planner_name(training))  # not after hours
    trained = train_planner(
        training, data, validation, out, reporter(training.loop.steps), placement
    )
    return export_planner(trained, training, data, out) if placement.leads else None


def _train_score(
    where: str,
    steps: int | None,
    seed: int | None,
    data: Sequence[Path],
    validation: Sequence[Path],
    out: Path,
    reporter: Callable[[int], Report],
    placement: Placement,
) -> Path | None:
    """Train the score of a head; return the card of both in the process that leads."""
    from astra_core.robot import RobotConfig
    from astra_core.weights import load_weights, require_own_weights
    from astra_local.planner_net.load import load_planner
    from astra_local.train.planner_export import export_score
    from astra_local.train.planner_score import ScoreTraining, train_score

    if not where:
        raise ConfigError("--stage score needs --weights: whose plans are to be scored")
    loaded = load_weights(where, "planner")
    require_own_weights(out, loaded.card.name)
    head = load_planner(loaded, str(loaded.card.settings.get("head")), RobotConfig())
    training = ScoreTraining().with_options(steps, seed)
    trained = train_score(
        head, training, data, validation, out, reporter(training.loop.steps), placement
    )
    return export_score(trained, loaded.card, training, data, out) if placement.leads else None


def _train_encoder(
    preset: str,
    steps: int | None,
    seed: int | None,
    data: Sequence[Path],
    validation: Sequence[Path],
    out: Path,
    reporter: Callable[[int], Report],
    placement: Placement,
) -> Path | None:
    """Train eyes; return their card in the process that leads."""
    from astra_core.weights import require_own_weights
    from astra_local.train.encoder import TRAINING_PRESETS, train_encoder
    from astra_local.train.encoder_export import NAME, export_encoder

    if preset not in TRAINING_PRESETS:
        raise ConfigError(f"--preset must be {', '.join(TRAINING_PRESETS)}, got {preset!r}")
    training = TRAINING_PRESETS[preset].with_options(steps, seed)
    require_own_weights(out, NAME)
    trained = train_encoder(
        training, data, validation, out, reporter(training.loop.steps), placement
    )
    return export_encoder(trained, training, data, out) if placement.leads else None
