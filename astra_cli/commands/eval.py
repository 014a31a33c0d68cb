"""``./astra eval``: tables of localization, goals, planner, odometry and eyes, with baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from astra_cli.commands.agreement import compare
from astra_cli.commands.options import (
    Conditions,
    Json,
    MapKind,
    Mllm,
    Scene,
    Stack,
    Tour,
    WeightsOption,
    check_map,
    chosen_stack,
)
from astra_cli.kept_rows import open_rows
from astra_cli.scene_map import MapsOfKind, quiet_scene_map
from astra_core.errors import ConfigError
from astra_core.seeds import SeedRange, parse_seeds
from astra_core.stack_spec import StackSpec
from astra_eval.json_file import check_result, write_json
from astra_eval.parallel import Work, run_units
from astra_eval.report import EvalProtocol
from astra_eval.tables import print_report

__all__ = ["app", "evaluate"]

app = typer.Typer(no_args_is_help=True)
app.command(name="agreement")(compare)

Seeds = Annotated[str, typer.Option(help="Half-open range A:B of scene seeds.")]
Jobs = Annotated[int, typer.Option(min=1, help="Processes at once.")]
Rows = Annotated[
    Path | None,
    typer.Option(
        help="Append a row per scene here, and go on from it next time; without it, to a file in "
        "the cache folder."
    ),
]

_SEEDS = "50000:50010"


@app.command()
def localization(
    scene: Scene = "home",
    seeds: Seeds = _SEEDS,
    cameras: Annotated[str, typer.Option(help="rig: all cameras; front: one.")] = "rig",
    frames: Annotated[int, typer.Option(min=1, help="Moments of one query.")] = 5,
    per_scene: Annotated[int, typer.Option(min=1, help="Queries in each scene.")] = 10,
    carried: Annotated[
        bool, typer.Option("--carried", help="Carry the robot elsewhere, and ask as often again.")
    ] = False,
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    map_kind: MapKind = "oracle",
    tour: Tour = "rig",
    conditions: Conditions = "standard",
    jobs: Jobs = 1,
    rows: Rows = None,
    json_file: Json = None,
) -> None:
    """Where am I, from pictures and odometry alone: start anywhere, any heading, no prior."""
    from astra_eval.localization_eval import CAMERAS, LocalizationWork
    from astra_eval.localization_summary import summarize_localization
    from astra_eval.shares import flatten
    from astra_sim.conditions import named_conditions
    from astra_sim.rendering import select_gl_backend

    if cameras not in CAMERAS:
        raise ConfigError(f"--cameras must be {' or '.join(CAMERAS)}, got {cameras!r}")
    spec = chosen_stack(stack, weights, mllm)
    check_map(map_kind, tour)
    select_gl_backend()
    evaluate(
        LocalizationWork(
            scene,
            named_conditions(conditions),
            cameras,
            frames,
            per_scene,
            MapsOfKind(map_kind, quiet_scene_map),
            carried,
            spec,
        ),
        _protocol(
            "localization",
            scene,
            spec,
            conditions=conditions,
            map=map_kind,
            tour=tour,
            depth="none",
            settings={
                "cameras": cameras,
                "frames": frames,
                "per_scene": per_scene,
                "carried": carried,
            },
        ),
        parse_seeds(seeds),
        lambda scenes: summarize_localization(flatten(scenes), spec.name),
        title=f"localization, {cameras}, {frames} frames{', carried' if carried else ''}",
        jobs=jobs,
        rows=rows,
        json_file=json_file,
    )


@app.command()
def goals(
    scene: Scene = "home",
    seeds: Seeds = _SEEDS,
    per_scene: Annotated[
        int, typer.Option(min=0, help="Instructions in each scene; 0 means all.")
    ] = 0,
    embedding: Annotated[
        str, typer.Option(help="Sentence encoder of the baseline: a name or a folder.")
    ] = "",
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    map_kind: MapKind = "oracle",
    jobs: Jobs = 1,
    rows: Rows = None,
    json_file: Json = None,
) -> None:
    """What is meant: instructions that nobody has seen, on the landmarks of the map."""
    from astra_eval.goals_eval import GoalsWork
    from astra_eval.goals_summary import summarize_goals
    from astra_eval.sentence_embedding import DEFAULT_MODEL, EmbeddingMissing, load_encoder
    from astra_eval.shares import flatten

    spec = chosen_stack(stack, weights, mllm)
    check_map(map_kind)
    model, not_run = embedding or DEFAULT_MODEL, {}
    try:
        load_encoder(model)
    except EmbeddingMissing as error:
        # Only a model that somebody asked for must be there.
        if embedding:
            raise
        model, not_run = "", {"sentence_embedding": str(error)}
    evaluate(
        GoalsWork(scene, per_scene, model, spec),
        _protocol(
            "goals",
            scene,
            spec,
            conditions="empty",
            map=map_kind,
            tour="none",
            depth="none",
            settings={"per_scene": per_scene, "embedding": model},
        ),
        parse_seeds(seeds),
        lambda scenes: {**summarize_goals(flatten(scenes), spec.name), "not_run": not_run},
        title="goals",
        jobs=jobs,
        rows=rows,
        json_file=json_file,
    )


@app.command()
def odometry(
    scene: Scene = "home",
    seeds: Seeds = _SEEDS,
    per_scene: Annotated[int, typer.Option(min=1, help="Drives in each scene.")] = 10,
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    conditions: Conditions = "standard",
    jobs: Jobs = 1,
    rows: Rows = None,
    json_file: Json = None,
) -> None:
    """How far have I come: drift of the odometry, by every set of sensors."""
    from astra_eval.odometry_eval import OdometryWork
    from astra_eval.odometry_summary import flatten_drives, summarize_odometry
    from astra_sim.conditions import named_conditions

    spec = chosen_stack(stack, weights, mllm)
    work = OdometryWork(scene, named_conditions(conditions), per_scene, stack=spec)
    evaluate(
        work,
        _protocol(
            "odometry",
            scene,
            spec,
            conditions=conditions,
            map="none",
            tour="none",
            depth="none",
            settings={"per_scene": per_scene, "length_m": work.length_m},
        ),
        parse_seeds(seeds),
        lambda scenes: summarize_odometry(flatten_drives(scenes)),
        title="odometry",
        jobs=jobs,
        rows=rows,
        json_file=json_file,
    )


@app.command()
def planner(
    scene: Scene = "home",
    seeds: Seeds = _SEEDS,
    closed_loop: Annotated[
        bool, typer.Option("--closed-loop", help="Drive whole legs instead of judging plans.")
    ] = False,
    per_scene: Annotated[int, typer.Option(min=1, help="Legs in each scene.")] = 4,
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    conditions: Conditions = "standard",
    split: Annotated[
        str, typer.Option(help="ood: crowds and clutter, the same as --conditions crowded.")
    ] = "",
    beside: Annotated[
        str,
        typer.Option(help="More learned planners in the same run: NAME=WEIGHTS[,NAME=WEIGHTS...]."),
    ] = "",
    jobs: Jobs = 1,
    rows: Rows = None,
    json_file: Json = None,
) -> None:
    """How to get there: plans among furniture and people, beside the privileged expert."""
    from astra_eval.planner_eval import HORIZON_S, PlannerWork
    from astra_eval.planner_summary import summarize_legs, summarize_plans
    from astra_eval.stack_facts import planners_beside, weights_sha256
    from astra_sim.conditions import named_conditions
    from astra_sim.rendering import select_gl_backend

    if split not in ("", "ood"):
        raise ConfigError(f"--split must be ood, got {split!r}")
    spec = chosen_stack(stack, weights, mllm)
    if beside and closed_loop:
        raise ConfigError("--beside judges single plans: to drive legs, name one --stack")
    others = planners_beside(beside)
    summarize = summarize_legs if closed_loop else summarize_plans
    conditions = "crowded" if split == "ood" else conditions
    select_gl_backend()
    evaluate(
        PlannerWork(
            scene, named_conditions(conditions), per_scene, closed_loop, spec, tuple(others.items())
        ),
        _protocol(
            "planner",
            scene,
            spec,
            conditions=conditions,
            map="none",
            tour="none",
            depth=spec.depth,
            settings={
                "per_scene": per_scene,
                "closed_loop": closed_loop,
                "horizon_s": HORIZON_S,
                "beside": {name: weights_sha256(one) for name, one in others.items()},
            },
        ),
        parse_seeds(seeds),
        lambda scenes: summarize(scenes, spec.name),
        title="planner, closed loop" if closed_loop else "planner, open loop",
        jobs=jobs,
        rows=rows,
        json_file=json_file,
    )


@app.command()
def eyes(
    scene: Scene = "home",
    seeds: Seeds = _SEEDS,
    per_scene: Annotated[int, typer.Option(min=1, help="Places in each scene.")] = 20,
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    conditions: Conditions = "standard",
    jobs: Jobs = 1,
    rows: Rows = None,
    json_file: Json = None,
) -> None:
    """How far away is what I see: depth and obstacles, beside one frame of depth cameras."""
    from astra_eval.eyes_eval import EyesWork
    from astra_eval.eyes_summary import summarize_eyes
    from astra_sim.conditions import named_conditions
    from astra_sim.rendering import select_gl_backend

    spec = chosen_stack(stack, weights, mllm)
    named_conditions(conditions)
    select_gl_backend()
    evaluate(
        EyesWork(scene, conditions, per_scene, spec),
        _protocol(
            "eyes",
            scene,
            spec,
            conditions=conditions,
            map="none",
            tour="none",
            depth=spec.depth,
            settings={"per_scene": per_scene},
        ),
        parse_seeds(seeds),
        lambda scenes: summarize_eyes(scenes, spec.perception),
        title="eyes",
        jobs=jobs,
        rows=rows,
        json_file=json_file,
    )


def evaluate(
    work: Work,
    protocol: EvalProtocol,
    seeds: SeedRange,
    summarize: Callable[[Sequence[tuple[int, dict[str, Any]]]], dict[str, Any]],
    *,
    title: str,
    jobs: int,
    rows: Path | None,
    json_file: Path | None,
) -> dict[str, Any]:
    """Run one unit per scene seed, print the table, write the JSON and return it.

    Args:
        work: From a unit ``(seed,)`` to its row.
        protocol: What all rows have in common.
        seeds: Scene seeds.
        summarize: From (seed, row) of all scenes to ``n, results, baselines, ci95, rows, ...``.
        title: Heading of the table.
        jobs: Processes at once.
        rows: File of finished rows to go on from; ``None`` takes the one kept for such rows.
        json_file: Where to write the result.
    """
    from astra_sim.scenes import check_scene

    console = Console()
    check_scene(protocol.family, seeds.start)
    check_result(json_file)
    with open_rows(rows, protocol, console) as file:
        finished = run_units(work, [(seed,) for seed in seeds], file, jobs=jobs, console=console)
    report = protocol.report(seeds, summarize(list(zip(seeds, finished, strict=True))))
    print_report(console, report, list(report["results"]), title=title)
    write_json(json_file, report)
    return report


def _protocol(
    command: str,
    family: str,
    stack: StackSpec,
    *,
    conditions: str,
    map: str,
    tour: str,
    depth: str,
    settings: dict[str, Any],
) -> EvalProtocol:
    from astra_eval.stack_facts import weights_sha256
    from astra_sim.profile import load_profile

    return EvalProtocol(
        command,
        family,
        conditions,
        load_profile().sha256,
        stack,
        map,
        tour,
        depth,
        settings,
        weights_sha256(stack),
    )
