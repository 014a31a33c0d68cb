"""``./astra eval agreement``: the same missions with and without ROS, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from astra_core.errors import ConfigError
from astra_core.untrusted.json_text import read_json
from astra_eval.agreement import agreement
from astra_eval.json_file import check_result, write_json

__all__ = ["compare"]

#: What both runs must have in common for a difference to come from ROS.
_COMMON = ("scene", "conditions", "goals", "stack", "weights", "map", "tour", "depth", "profile")


def compare(
    inside: Annotated[Path, typer.Argument(help="JSON of ./astra missions.")],
    dds: Annotated[Path, typer.Argument(help="JSON of ./astra missions --dds.")],
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the result to this file.")
    ] = None,
) -> None:
    """Do missions in one process and over DDS come out alike? Compares the missions run both ways.

    Raises:
        ConfigError: A file is no result of missions, or the two were made in different ways.
    """
    check_result(json_file)
    first, second = _read(inside, "one process"), _read(dds, "dds")
    for name in _COMMON:
        # Results from before stacks had names lack some of them.
        ours, theirs = first.get(name), second.get(name)
        if ours != theirs:
            raise ConfigError(f"{inside} has {name} {ours!r}, {dds} has {theirs!r}: not comparable")
    answer = agreement(first["rows"], second["rows"])
    same_code = first["versions"]["code"] == second["versions"]["code"]
    facts = {name: first[name] for name in _COMMON if name in first}
    report = {**facts, "same_code": same_code, **answer}
    _print(Console(), report)
    write_json(json_file, report)


def _read(path: Path, over: str) -> dict[str, Any]:
    result = read_json(path, ConfigError)
    if not isinstance(result, dict) or result.get("over") != over:
        raise ConfigError(f"{path} is no result of missions over {over!r}")
    return result


def _print(console: Console, report: dict[str, Any]) -> None:
    def side(name: str) -> str:
        low, high = report[name]["ci95"]
        return (
            f"{report[name]['success_percent']:.1f} % ({low:.1f} to {high:.1f}), "
            f"first fix {report[name]['first_fix_s']:.2f} s, "
            f"localized throughout {report[name]['localization_success_percent']:.1f} %"
        )

    ratios = ", ".join(
        f"{name} x{value:.2f}" for name, value in report["median_ratio"].items() if value
    )
    console.print(
        f"{report['scene']}, {report['goals']} goals, n = {report['n']} missions run both ways: "
        f"in one process {side('in_process')}; over DDS {side('dds')}; "
        f"{'they agree' if report['agree'] else 'they DISAGREE'}, same verdict "
        f"{report['same_verdict']} of {report['n']}; medians over DDS to in process: {ratios}"
        + ("" if report["same_code"] else "; the code CHANGED between the two"),
        highlight=False,
        soft_wrap=True,
    )
