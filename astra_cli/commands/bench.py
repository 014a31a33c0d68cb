"""``./astra bench``: what the stack costs on this machine."""

from __future__ import annotations

import os
import platform
import statistics
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

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
    check_map,
    chosen_stack,
)
from astra_cli.commands.voxel_bench import esdf, lift
from astra_eval.json_file import check_result, write_json
from astra_eval.stack_summary import BUDGETS

if TYPE_CHECKING:
    from astra_core.stack_spec import StackSpec
    from astra_eval.mission_case import MissionCase

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command()(esdf)
app.command()(lift)

_TITLES = {
    "real_time_factor": "real-time factor, one process",
    "real_time_factor_dds": "real-time factor, ROS 2 processes",
    "stack_memory_mb": "memory of the stack without simulator [MB]",
}
_VERDICTS = {True: "met", False: "missed", None: "?"}

Rounds = Annotated[int, typer.Option(min=1, help="Missions of each kind.")]


@app.command()
def stack(
    scene: Scene = "home",
    seed: Seed = 7,
    rounds: Rounds = 3,
    stack_text: Stack = "default",
    weights: WeightsOption = "",
    mllm: Mllm = "",
    map_kind: MapKind = "oracle",
    tour: Tour = "rig",
    conditions: Conditions = "standard",
    dds: Annotated[bool, typer.Option(help="Also over real ROS 2 processes.")] = True,
    json_file: Json = None,
) -> None:
    """Time whole missions with the simulator: real-time factor, processor time by stage, memory."""
    from astra_cli.scene_map import MapsOfKind, quiet_scene_map
    from astra_eval.mission_case import MissionCase
    from astra_eval.stack_bench import bench_mission
    from astra_eval.stack_facts import weights_sha256
    from astra_eval.stack_summary import summarize_stack
    from astra_eval.versions import library_versions
    from astra_sim.conditions import named_conditions
    from astra_sim.profile import load_profile

    console = Console()
    check_result(json_file)
    spec = chosen_stack(stack_text, weights, mllm)
    check_map(map_kind, tour)
    named = named_conditions(conditions)
    folder = MapsOfKind(map_kind, quiet_scene_map)(scene, seed)
    cases = [MissionCase(scene, seed, folder, number, named) for number in range(rounds)]
    inside, outside = [], []
    # Pairs one after the other: both kinds meet the same load of the machine.
    for case in cases:
        inside.append(bench_mission(case, spec))
        if dds:
            outside.append(_over_dds(case, spec))
    report = {
        "scene": scene,
        "seed": seed,
        "conditions": conditions,
        "n": rounds,
        "stack": spec.to_json(),
        "map": map_kind,
        "tour": tour,
        "depth": spec.depth,
        "profile": load_profile().sha256,
        "conditions_sha256": named.sha256,
        "machine": {"processor": platform.processor() or "?", "cores": os.cpu_count()},
        **summarize_stack(inside, outside),
        "in_process": inside,
        "over_dds": outside,
        "versions": library_versions(),
        "weights": weights_sha256(spec),
    }
    _print(console, report)
    write_json(json_file, report)


def _over_dds(case: MissionCase, spec: StackSpec) -> dict[str, Any]:
    from astra_cli.demo.drive import drive_over_dds
    from astra_sim.scenes import make_scene

    drive = drive_over_dds(
        make_scene(case.family, case.seed),
        case.map_folder,
        case.words,
        start_seed=case.run_seed,
        conditions=case.conditions.name,
        spec=spec,
    )
    cost = drive.cost
    planning_ms = sorted(1e3 * seconds for seconds in cost.planning_s)
    return {
        "sim_time_s": drive.record.mission_time_s,
        "wall_time_s": cost.wall_time_s,
        "real_time_factor": cost.real_time_factor,
        "memory_mb": dict(cost.memory_mb),
        # A mission of a second or two is over before memory is looked at.
        "stack_memory_mb": cost.stack_memory_mb if cost.memory_mb else None,
        "planning_median_ms": statistics.median(planning_ms) if planning_ms else None,
    }


def _print(console: Console, report: dict[str, Any]) -> None:
    inside, outside = report["in_process"], report["over_dds"]
    table = Table(title=f"processor time by stage, medians of {len(inside)} missions")
    for heading in ("stage", "CPU-s per simulated s", "ms per call"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for stage, figures in report["stages"].items():
        table.add_row(stage, f"{figures['cpu_s_per_sim_s']:.3f}", f"{figures['ms_per_call']:.2f}")
    console.print(table)
    for name, runs in (("one process", inside), ("ROS 2 processes", outside)):
        if runs:
            factors = sorted(run["real_time_factor"] for run in runs)
            console.print(
                f"{name}: real-time factor {statistics.median(factors):.2f} "
                f"({factors[0]:.2f} to {factors[-1]:.2f}, n = {len(runs)})"
            )
    console.print(_budget_table(report))


def _budget_table(report: dict[str, Any]) -> Table:
    cores = report["machine"]["cores"]
    table = Table(title=f"budgets of the design, for 2 cores; this machine has {cores}")
    for heading in ("what", "measured", "floor", "aim"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for name, budget in report["budgets"].items():
        value = report["results"][name]
        sign = ">=" if BUDGETS[name].at_least else "<="
        table.add_row(
            _TITLES[name],
            "not measured" if value is None else f"{value:.3g}",
            *(f"{sign} {budget[k]:g}, {_VERDICTS[budget[f'{k}_met']]}" for k in ("floor", "aim")),
        )
    return table
