"""The command line. Every command lives in a file of its own and is imported when it is used."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from astra_cli.commands.options import (
    Conditions,
    Json,
    MapKind,
    Mllm,
    Scene,
    Seed,
    Stack,
    Tour,
    WeightsOption,
)
from astra_core.errors import AstraError
from astra_core.home_path import home_path

__all__ = ["app", "run"]

_INTERRUPTED = 130

app = typer.Typer(
    name="astra",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Astra: tell a robot in words where to go; it finds out where it is and drives there.",
)


@app.command()
def demo(
    scene: Scene = "home",
    seed: Seed = 7,
    goal: Annotated[str, typer.Option(help="What you tell the robot.")] = "I am thirsty",
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    conditions: Conditions = "empty",
    tour: Tour = "rig",
    headless: Annotated[
        bool,
        typer.Option("--headless", help="No page, only this terminal; ends with the mission."),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(help="Folder for the bag, a picture of the drive and the result."),
    ] = None,
    map_of_scene: Annotated[
        str,
        typer.Option(
            "--map",
            help="A folder with a map of this scene; or how one is made and kept: oracle (true "
            "poses and names).",
        ),
    ] = "oracle",
    json_file: Json = None,
) -> None:
    """Drive a simulated robot to a spoken place, over real ROS 2 processes."""
    from astra_cli.commands.options import check_map, chosen_stack, map_folder_of
    from astra_cli.demo.command import run_demo

    folder = map_folder_of(map_of_scene)
    check_map("oracle" if folder else map_of_scene, tour)
    raise typer.Exit(
        run_demo(
            scene,
            seed,
            goal,
            stack=chosen_stack(stack, weights, mllm),
            tour=tour,
            conditions=conditions,
            map_folder=folder,
            record=record,
            json_file=json_file,
            # Without a person at the terminal nobody would ever end it.
            viewer=not headless and sys.stdin.isatty() and sys.stdout.isatty(),
        )
    )


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(
    context: typer.Context,
    slow: Annotated[bool, typer.Option("--slow", help="Run the slow tests as well.")] = False,
    coverage: Annotated[
        bool,
        typer.Option("--coverage", help="Count lines; too few of all tests are a failure."),
    ] = False,
    json_file: Json = None,
) -> None:
    """Run every test through colcon; further words go to pytest."""
    from astra_cli.commands.testing import run_tests

    raise typer.Exit(run_tests(context.args, slow=slow, coverage=coverage, json_file=json_file))


@app.command()
def doctor(json_file: Json = None) -> None:
    """Say what is installed, which engines work and what is missing."""
    from astra_cli.commands.doctor import run_doctor

    raise typer.Exit(run_doctor(json_file))


@app.command()
def sim(
    scene: Scene = "home",
    seed: Seed = 7,
    record: Annotated[Path | None, typer.Option(help="Folder for a bag of the drive.")] = None,
) -> None:
    """Run the simulator alone in real time, to drive by hand or to record a bag."""
    from astra_cli.commands.sim import run_sim

    raise typer.Exit(run_sim(scene, seed, record))


@app.command()
def missions(
    scene: Scene = "home",
    seeds: Annotated[str, typer.Option(help="Half-open range A:B of scene seeds.")] = "50000:50010",
    per_scene: Annotated[int, typer.Option(min=1, help="Missions in each scene.")] = 1,
    stack: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    map_kind: MapKind = "oracle",
    tour: Tour = "rig",
    conditions: Conditions = "standard",
    goals: Annotated[
        str, typer.Option(help="test: hand-written sentences; named: the easier row.")
    ] = "test",
    dds: Annotated[
        bool, typer.Option("--dds", help="Run the real ROS 2 processes; slower, one at a time.")
    ] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
    rows: Annotated[
        Path | None,
        typer.Option(
            help="Append a row per mission here and resume from it; without it, to a file in the "
            "cache folder."
        ),
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder for a picture of each drive that fails now.")
    ] = None,
    maps: Annotated[
        Path | None,
        typer.Option(help="Folder of maps made before, as in the cache; none is made anew."),
    ] = None,
    faults: Annotated[
        str,
        typer.Option(
            help="What goes wrong once the robot drives, one to a mission: NAME[,NAME...] or all; "
            "list prints the names (docs/reliability.md)."
        ),
    ] = "",
    json_file: Json = None,
) -> None:
    """Run missions end to end for statistics: the pipelines in one process, without ROS."""
    from astra_cli.commands.missions import run_missions
    from astra_cli.commands.options import check_map, chosen_stack

    if faults == "list":
        from astra_cli.commands.faults import list_faults

        raise typer.Exit(list_faults())
    check_map(map_kind, tour)
    raise typer.Exit(
        run_missions(
            scene,
            seeds,
            stack=chosen_stack(stack, weights, mllm),
            map_kind=map_kind,
            tour=tour,
            per_scene=per_scene,
            conditions=conditions,
            goals=goals,
            dds=dds,
            jobs=jobs,
            rows=rows,
            pictures=pictures,
            maps=maps,
            json_file=json_file,
            faults=faults,
        )
    )


def _add_groups() -> None:
    from astra_cli.commands.bench import app as bench_app
    from astra_cli.commands.data import app as data_app
    from astra_cli.commands.eval import app as eval_app
    from astra_cli.commands.map import app as map_app
    from astra_cli.commands.train import app as train_app

    app.add_typer(eval_app, name="eval", help="Tables of one part of the stack, with baselines.")
    app.add_typer(bench_app, name="bench", help="What the stack costs on this machine.")
    app.add_typer(map_app, name="map", help="Build, check and draw maps.")
    app.add_typer(data_app, name="data", help="Training data from the simulator.")
    app.add_typer(train_app, name="train", help="Train the networks of the stack.")


def with_home(word: str) -> str:
    """Return a word of the command line with the home folder for a ``~`` that bash has left there.

    It leaves that of ``--out=~/maps``.
    """
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    if value == "~" or value.startswith("~/"):
        return f"{option}{equals}{home_path(value)}"
    return word


def run() -> None:
    """Run the command line; every failure is one clear line and a non-zero exit."""
    # A script that starts us with `&` has SIGINT ignored for us; a robot must be stoppable.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _add_groups()
    sys.argv[1:] = map(with_home, sys.argv[1:])
    try:
        app()
    except AstraError as error:
        print(f"astra: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output left (`./astra ... | head`): nothing more to say to anyone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        # A full disk, a missing right: what the system says is all there is to say.
        print(f"astra: {error}", file=sys.stderr)
        sys.exit(1)
    except SystemExit as end:
        # Typer turns Ctrl-C into this code without a word.
        if end.code == _INTERRUPTED:
            print("astra: interrupted", file=sys.stderr)
        raise
