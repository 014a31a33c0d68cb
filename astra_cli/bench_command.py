"""``./astra bench``: what the stack costs on this machine."""

from __future__ import annotations

import os
import platform
import statistics
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from astra_cli.voxel_bench_command import esdf, lift
from astra_eval.json_file import check_writable, write_json

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command()(esdf)
app.command()(lift)

Scene = Annotated[str, typer.Option(help="Scene family: home, office or warehouse.")]
Seed = Annotated[int, typer.Option(help="Which building of the family.")]
Rounds = Annotated[int, typer.Option(min=1, help="Missions of each kind.")]
Json = Annotated[Path | None, typer.Option("--json", help="Write the result to this file.")]


@app.command()
def stack(
    scene: Scene = "home",
    seed: Seed = 7,
    rounds: Rounds = 3,
    conditions: Annotated[str, typer.Option(help="empty, standard or crowded.")] = "standard",
    dds: Annotated[bool, typer.Option(help="Also over real ROS 2 processes.")] = True,
    json_file: Json = None,
) -> None:
    """Time whole missions with the simulator: real-time factor, processor time by stage, memory."""
    from astra_cli.scene_map import quiet_scene_map
    from astra_eval.mission_case import MissionCase
    from astra_eval.stack_bench import bench_mission
    from astra_sim.conditions import named_conditions

    console = Console()
    check_writable(json_file)
    named = named_conditions(conditions)
    folder = quiet_scene_map(scene, seed)
    cases = [MissionCase(scene, seed, folder, number, named) for number in range(rounds)]
    inside, outside = [], []
    # Pairs one after the other: both kinds meet the same load of the machine.
    for case in cases:
        inside.append(bench_mission(case))
        if dds:
            outside.append(_over_dds(case))
    _print(console, inside, outside)
    write_json(
        json_file,
        {
            "scene": scene,
            "seed": seed,
            "conditions": conditions,
            "n": rounds,
            "machine": {"processor": platform.processor() or "?", "cores": os.cpu_count()},
            "results": {
                "real_time_factor": _median(inside, "real_time_factor"),
                "real_time_factor_dds": _median(outside, "real_time_factor"),
            },
            "in_process": inside,
            "over_dds": outside,
        },
    )


def _over_dds(case: Any) -> dict[str, Any]:
    from astra_cli.demo.drive import drive_over_dds
    from astra_sim.scenes import make_scene

    drive = drive_over_dds(
        make_scene(case.family, case.seed),
        case.map_folder,
        case.words,
        start_seed=case.run_seed,
        conditions=case.conditions.name,
    )
    cost = drive.cost
    planning_ms = sorted(1e3 * seconds for seconds in cost.planning_s)
    return {
        "sim_time_s": drive.record.mission_time_s,
        "wall_time_s": cost.wall_time_s,
        "real_time_factor": cost.real_time_factor,
        "memory_mb": dict(cost.memory_mb),
        "stack_memory_mb": cost.stack_memory_mb,
        "planning_median_ms": statistics.median(planning_ms) if planning_ms else None,
    }


def _print(console: Console, inside: list[dict[str, Any]], outside: list[dict[str, Any]]) -> None:
    table = Table(title=f"processor time by stage, medians of {len(inside)} missions in one thread")
    for heading in ("stage", "CPU-s per simulated s", "ms per call"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for stage in inside[0]["stages"]:
        runs = [run["stages"][stage] for run in inside if stage in run["stages"]]
        table.add_row(
            stage,
            f"{statistics.median(run['cpu_s_per_sim_s'] for run in runs):.3f}",
            f"{statistics.median(run['ms_per_call'] for run in runs):.2f}",
        )
    console.print(table)
    for name, runs in (("one process", inside), ("ROS 2 processes", outside)):
        if runs:
            factors = sorted(run["real_time_factor"] for run in runs)
            console.print(
                f"{name}: real-time factor {statistics.median(factors):.2f} "
                f"({factors[0]:.2f} to {factors[-1]:.2f}, n = {len(runs)})"
            )
    if outside:
        memory = statistics.median(run["stack_memory_mb"] for run in outside)
        console.print(f"memory of the stack without simulator: {memory:.0f} MB")


def _median(runs: list[dict[str, Any]], key: str) -> float | None:
    return statistics.median(run[key] for run in runs) if runs else None
