"""`./astra data`: training data from the simulator, shard by shard, resumable."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

from astra_core.errors import AstraError, ConfigError
from astra_core.own_folder import make_folder
from astra_core.seeds import SeedRange, parse_seeds
from astra_eval.json_file import check_result, write_json
from astra_sim.conditions import CONDITIONS

if TYPE_CHECKING:
    from astra_data.scene_shards import Progress, SceneShards, SceneUnit

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
generate = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(generate, name="generate", help="Generate training data.")


@generate.command()
def planner(
    out: Annotated[Path, typer.Option(help="Folder of the shards; goes on with what is there.")],
    scene: Annotated[
        str, typer.Option(help="Scene family, or several with commas: one scene of each in turn.")
    ] = "home",
    seeds: Annotated[
        str, typer.Option(help="Half-open range A:B of scene seeds, of one split.")
    ] = "0:10",
    way: Annotated[
        str,
        typer.Option(
            help="cheap: floor plan and crowd, no pictures; true: the simulator's depth cameras "
            "through the stack's perception."
        ),
    ] = "cheap",
    conditions: Annotated[
        str,
        typer.Option(
            help=f"Conditions of the drives, several with commas: {', '.join(CONDITIONS)}."
        ),
    ] = "standard",
    states: Annotated[int, typer.Option(min=1, help="States of each scene.")] = 120,
    bag: Annotated[
        Path | None,
        typer.Option(help="Take what a recorded robot saw and drove instead of a simulated scene."),
    ] = None,
    every: Annotated[
        int, typer.Option(min=1, help="Keep one state of so many: far apart, for validation.")
    ] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result here.")] = None,
) -> None:
    """Drive the privileged expert and write what a planner learns from, a shard for each scene."""
    from astra_data.planner_data import WAYS, PlannerData

    check_result(json_file)
    if bag is not None:
        from astra_data.planner_data import write_bag_shard

        path, count = write_bag_shard(bag, out)
        write_json(json_file, {"out": str(path.absolute()), "way": "bag", "states": count})
        print(f"{count} states of {bag} in {path}")
        return
    if way not in WAYS:
        raise ConfigError(f"--way must be {' or '.join(WAYS)}, got {way!r}")
    named = _training_seeds(seeds)
    told = {"way": way, "conditions": conditions.split(",")}
    data = PlannerData(out, way, states, every)
    _generate_all(data, out, scene, named, conditions, told, jobs, json_file, "states")


@generate.command()
def local(
    out: Annotated[Path, typer.Option(help="Folder of the shards; goes on with what is there.")],
    scene: Annotated[
        str, typer.Option(help="Scene family, or several with commas: one scene of each in turn.")
    ] = "home",
    seeds: Annotated[
        str, typer.Option(help="Half-open range A:B of scene seeds, of one split.")
    ] = "0:10",
    conditions: Annotated[
        str, typer.Option(help="Who walks about: standard, crowded, empty; several with commas.")
    ] = "standard",
    moments: Annotated[int, typer.Option(min=1, help="Places of each scene.")] = 60,
    rigs: Annotated[
        str,
        typer.Option(
            help="default: the robot's cameras; random: others in every scene; both: default in "
            "scenes of even seed, random in odd ones."
        ),
    ] = "both",
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result here.")] = None,
) -> None:
    """Look about in scenes and write what an encoder learns from: colour, depth and people."""
    from astra_data.eyes_data import RIGS, EyesData

    check_result(json_file)
    if rigs not in RIGS:
        raise ConfigError(f"--rigs must be {', '.join(RIGS[:-1])} or {RIGS[-1]}, got {rigs!r}")
    named = _training_seeds(seeds)
    told = {"rigs": rigs, "conditions": conditions.split(",")}
    data = EyesData(out, moments, rigs)
    _generate_all(data, out, scene, named, conditions, told, jobs, json_file, "moments")


@app.command()
def show(
    where: Annotated[Path, typer.Argument(help="A shard, or a folder of shards.")],
    sheet: Annotated[
        Path | None,
        typer.Option(help="Draw states or moments, taken from all shards, to this PNG."),
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=200, help="How many are on the sheet.")] = 36,
    seed: Annotated[int, typer.Option(help="Which states.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result here.")] = None,
) -> None:
    """Say what shards hold (planner states and how good the expert is, or what eyes see)."""
    from astra_core.shard_file import read_shard_header
    from astra_data.planner_summary import planner_shards
    from astra_local.eyes_record import KIND as EYES

    check_result(json_file)
    paths = planner_shards(where)
    is_eyes = read_shard_header(paths[0]).get("kind") == EYES
    show_kind = _show_moments if is_eyes else _show_states
    write_json(json_file, show_kind(paths, where, sheet, count, seed))


def _show_moments(
    paths: Sequence[Path], where: Path, sheet: Path | None, count: int, seed: int
) -> dict[str, Any]:
    from astra_data.eyes_summary import draw_moments, summarize_moments

    summary = summarize_moments(paths)
    if sheet is not None:
        draw_moments(paths, sheet, count, seed)
    lines = [f"{summary['moments']} moments in {summary['shards']} shards of {where}"]
    lines += [
        f"  {name}: {group['moments']} moments, mean brightness {group['brightness']} of 255, "
        f"depth known in {group['known_percent']} % of the pixels and below 1 m in "
        f"{group['near_percent']} %, {group['people']} people about"
        for name, group in summary["groups"].items()
    ]
    _say(lines)
    return summary


def _show_states(
    paths: Sequence[Path], where: Path, sheet: Path | None, count: int, seed: int
) -> dict[str, Any]:
    from astra_data.planner_summary import draw_choice, summarize

    summary = summarize(paths)
    if sheet is not None:
        draw_choice(paths, sheet, count, seed)
    lines = [f"{summary['states']} states in {summary['shards']} shards of {where}"]
    lines += [
        f"  {name}: {group['states']} states, the expert touches walls in "
        f"{group['expert_touches_static_percent']} % and people in "
        f"{group['expert_touches_people_percent']} %, comes near people in "
        f"{group['encounter_percent']} %, stands in {group['expert_stands_percent']} %, "
        f"mean {group['expert_speed_mps']} m/s; sub-goals: {group['final_percent']} % final, "
        f"{group['goal_behind_percent']} % behind; {group['kicked_percent']} % kicked; "
        f"{group['known_percent']} % of the window known"
        for name, group in summary["groups"].items()
    ]
    _say(lines)
    return summary


def _say(lines: Sequence[str]) -> None:
    console = Console()
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _training_seeds(text: str) -> SeedRange:
    """Return the seeds that are named.

    Raises:
        ConfigError: They are no seeds, or such that nothing may learn from.
    """
    named = parse_seeds(text)
    if named.split == "test":
        raise ConfigError(
            f"--seeds {text} are test seeds: published tables are made on them, so nothing may "
            "learn from them; take seeds below 60000"
        )
    return named


def _generate_all(
    data: SceneShards,
    out: Path,
    scene: str,
    seeds: SeedRange,
    conditions: str,
    told: dict[str, Any],
    jobs: int,
    json_file: Path | None,
    what: str,
) -> None:
    """Generate all shards, and say and write what there is then.

    Raises:
        AstraError: A shard could not be made; the others stand.
    """
    units = _units(scene.split(","), seeds, conditions.split(","))
    make_folder(out)
    console, began = Console(), time.monotonic()
    done = _generate(data, out, units, jobs, console, what)
    failed = [progress for progress in done if progress.error is not None]
    summary: dict[str, Any] = {
        "out": str(out.absolute()),
        "split": seeds.split,
        "seeds": f"{seeds.start}:{seeds.stop}",
        "scenes": scene.split(","),
        **told,
        "shards": len(done) - len(failed),
        what: sum(progress.states for progress in done),
        "made_now": sum(progress.states for progress in done if not progress.was_there),
        "seconds": round(time.monotonic() - began, 1),
        "failed": {_name(progress.unit): progress.error for progress in failed},
    }
    write_json(json_file, summary)
    console.print(
        f"{summary[what]} {seeds.split} {what} in {summary['shards']} shards of {out}, "
        f"{summary['made_now']} of them made now",
        highlight=False,
        soft_wrap=True,
    )
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        raise AstraError(f"{_name(failed[0].unit)}: {failed[0].error}{more}")


def _units(families: Sequence[str], seeds: SeedRange, conditions: Sequence[str]) -> list[SceneUnit]:
    """Return what to generate: seed by seed, so that the first shards are of all kinds."""
    from astra_data.scene_shards import SceneUnit
    from astra_sim.conditions import named_conditions
    from astra_sim.scenes import check_scene

    for family in families:
        check_scene(family, seeds.start)
    for name in conditions:
        named_conditions(name)
    return [
        SceneUnit(family, seed, name)
        for seed in seeds
        for family in families
        for name in conditions
    ]


def _generate(
    data: SceneShards,
    out: Path,
    units: Sequence[SceneUnit],
    jobs: int,
    console: Console,
    what: str,
) -> list[Progress]:
    from astra_data.scene_shards import generate as run

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    finished = 0
    try:
        with ProgressBar(*columns, console=console, transient=True) as bar:
            task = bar.add_task("generating", total=len(units))

            def on_progress(progress: Progress) -> None:
                nonlocal finished
                finished += 1
                bar.advance(task)
                if not console.is_terminal and not progress.was_there:
                    news = progress.error or f"{progress.states} {what}"
                    console.print(
                        f"[{finished}/{len(units)}] {_name(progress.unit)}: {news}",
                        markup=False,
                        highlight=False,
                        soft_wrap=True,
                    )

            return run(data, units, jobs=jobs, on_progress=on_progress)
    except KeyboardInterrupt:
        console.print(
            f"{finished} of {len(units)} shards stand in {out}; the same command goes on "
            "from there",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        raise


def _name(unit: SceneUnit) -> str:
    return f"{unit.family} {unit.seed} {unit.conditions}"
