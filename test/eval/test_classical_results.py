"""Every command behind the page of results is one that the command line takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import typer

from astra_cli import main
from astra_cli.commands import bench as bench_command
from astra_cli.commands import eval as eval_command


@pytest.fixture()
def results(benchmark_script: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark_script("classical_results")


def parse(line: list[str]) -> dict[str, object]:
    """Return the options of a command line without running it."""
    app = typer.Typer()
    app.command()(main.missions)
    app.add_typer(eval_command.app, name="eval")
    app.add_typer(bench_command.app, name="bench")
    command, rest = typer.main.get_command(app), line
    while hasattr(command, "resolve_command"):
        context = command.make_context("astra", list(rest))
        _, command, rest = command.resolve_command(context, rest)
    return command.make_context("astra", list(rest)).params


def test_every_command_is_understood(results: ModuleType, tmp_path: Path) -> None:
    for evaluation in results.EVALUATIONS:
        options = parse(results.words(evaluation, "office", tmp_path, scenes=10, jobs=2))
        assert options["scene"] == "office"
        assert options["json_file"] == tmp_path / f"{evaluation.name}-office.json"
        if evaluation.name != "bench-stack":
            assert options["rows"] == tmp_path / f"{evaluation.name}-office.rows"


def test_cheap_tables_take_more_scenes(results: ModuleType, tmp_path: Path) -> None:
    seeds = {
        evaluation.name: parse(results.words(evaluation, "home", tmp_path, 10, 2)).get("seeds")
        for evaluation in results.EVALUATIONS
    }
    assert seeds["goals"] == "65000:65020"
    assert seeds["missions-test"] == "65000:65010"
    assert seeds["planner-open"] == "65000:65005"
