"""`./astra missions`: many missions, rows that survive an interruption, failures with pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from astra_cli.commands.faults import print_fault, print_faults
from astra_cli.kept_rows import open_rows
from astra_cli.scene_map import KeptMaps, MapsOfKind, quiet_scene_map
from astra_core.errors import ConfigError
from astra_core.seeds import parse_seeds
from astra_eval.fault_summary import summarize_faults
from astra_eval.json_file import check_result, write_json
from astra_eval.missions_eval import MissionWork, mission_row, summarize_missions
from astra_eval.parallel import run_units
from astra_eval.report import EvalProtocol
from astra_eval.rows import Unit
from astra_eval.stack_facts import stack_name

if TYPE_CHECKING:
    from astra_core.stack_spec import StackSpec
    from astra_eval.mission_case import MissionCase

__all__ = ["run_missions"]


def run_missions(
    family: str,
    seeds_text: str,
    *,
    stack: StackSpec,
    map_kind: str,
    tour: str,
    per_scene: int,
    conditions: str,
    goals: str,
    dds: bool,
    jobs: int,
    rows: Path | None,
    pictures: Path | None,
    maps: Path | None,
    json_file: Path | None,
    faults: str = "",
) -> int:
    """Run missions and print the table. Returns the exit status: 0 when all ran.

    Args:
        family: Scene family.
        seeds_text: ``A:B``, half open.
        stack: What drives the robot.
        map_kind: How the maps of scenes are made, see :class:`MapsOfKind`.
        tour: What their tours are taken with.
        per_scene: Missions in each scene.
        conditions: Name of what has changed since the tour, and who walks about.
        goals: ``test`` sentences, or ``named`` landmarks: the easier row.
        dds: Run the real ROS 2 processes instead of the pipelines in one process.
        jobs: Processes at once; 1 with ``dds``.
        rows: File of finished rows to go on from; ``None`` takes the one kept for such rows.
        pictures: Folder for pictures of the failed missions; those with a row are not drawn again.
        maps: Folder of maps that were made before, see :class:`KeptMaps`; ``None`` makes them.
        json_file: Where to write the result.
        faults: What goes wrong, one to a mission: ``NAME[,NAME...]`` or ``all``; empty: nothing.
    """
    from astra_eval.mission_case import GOALS
    from astra_eval.stack_facts import weights_sha256
    from astra_eval.versions import ros_code_fingerprint
    from astra_sim.conditions import named_conditions
    from astra_sim.faults import FAULTS, named_faults
    from astra_sim.profile import load_profile
    from astra_sim.rendering import select_gl_backend
    from astra_sim.scenes import check_scene

    console = Console()
    seeds, named = parse_seeds(seeds_text), named_conditions(conditions)
    check_scene(family, seeds.start)
    if goals not in GOALS:
        raise ConfigError(f"--goals must be {' or '.join(GOALS)}, got {goals!r}")
    if dds and jobs > 1:
        raise ConfigError("--dds starts a whole stack for each mission: use --jobs 1")
    wrong = named_faults(faults) if faults else ()
    if dds and wrong:
        raise ConfigError("--faults are put into the pipelines in one process: leave --dds out")
    check_result(json_file)
    select_gl_backend()
    map_of = MapsOfKind(map_kind, quiet_scene_map if maps is None else KeptMaps(maps))
    # All of them, so that a row keeps its number whichever are asked for.
    every = tuple(FAULTS) if wrong else ()
    work = MissionWork(
        family, named, goals, map_of, pictures, failures_only=not wrong, stack=stack, faults=every
    )
    # Number by number, so that processes at once work on the maps of different scenes.
    units: list[Unit] = [(seed, number) for number in range(per_scene) for seed in seeds]
    if wrong:
        units = [(*unit, every.index(fault)) for fault in wrong for unit in units]
    over = {"over": "dds", "ros_code": ros_code_fingerprint()} if dds else {"over": "one process"}
    protocol = EvalProtocol(
        "faults" if wrong else "missions",
        family,
        conditions,
        load_profile().sha256,
        stack,
        map=map_kind,
        tour=tour,
        depth=stack.depth,
        settings={
            "goals": goals,
            "maps": "made here" if maps is None else str(maps.absolute()),
            **over,
        },
        weights=weights_sha256(stack),
    )
    with open_rows(rows, protocol, console) as file:
        if pictures is not None and any(unit in file for unit in units):
            console.print("pictures are drawn of missions that have no row yet")
        finished = run_units(
            _OverDds(work) if dds else work,
            units,
            file,
            jobs=jobs,
            console=console,
            on_row=lambda unit, row: _print_row(console, row),
        )
    if wrong:
        summary = protocol.report(seeds, summarize_faults(finished))
        print_faults(console, summary)
        write_json(json_file, summary)
        return 0
    summary = protocol.report(seeds, summarize_missions(finished))
    _print_summary(console, summary)
    write_json(json_file, summary)
    return 0


class _OverDds:
    """Drives the mission of a unit with the real ROS 2 processes."""

    def __init__(self, work: MissionWork) -> None:
        self._work = work

    def __call__(self, unit: Unit) -> dict[str, Any]:
        from astra_cli.demo.drive import drive_over_dds
        from astra_eval.scoring import score_mission
        from astra_sim.scenes import make_scene

        case: MissionCase = self._work.case(unit)
        drive = drive_over_dds(
            make_scene(case.family, case.seed),
            case.map_folder,
            case.words,
            start_seed=case.run_seed,
            conditions=case.conditions.name,
            spec=self._work.stack,
        )
        score = score_mission(case.scene, drive.record, drive.result, case.words, case.right_ids)
        self._work.draw(case, drive.record, score)
        return mission_row(case, score, drive.cost.real_time_factor)


def _print_row(console: Console, row: dict[str, Any]) -> None:
    if "fault" in row:
        print_fault(console, row)
        return
    verdict = "ok  " if row["success"] else "FAIL"
    console.print(
        f"{verdict} {row['scene']} {row['seed']}/{row['number']}: "
        f'"{row["goal_text"]}" -> {row["goal_landmark"]}, '
        f"{row['path_length_m']:.1f} m, {row['sim_time_s']:.0f} s, x{row['real_time_factor']:.1f}"
        + "".join(f"\n     {cause}" for cause in row["causes"]),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _print_summary(console: Console, summary: dict[str, Any]) -> None:
    results, interval = summary["results"], summary["ci95"]["success_percent"]
    console.print(
        f"{summary['scene']}, {summary['conditions']} conditions, {summary['goals']} goals, "
        f"{summary['over']}, stack {stack_name(summary)}: "
        f"{results['success_percent']:.1f} % of {summary['n']} missions succeeded "
        f"(95 % interval {interval[0]:.1f} to {interval[1]:.1f}), SPL {results['spl']:.2f}, "
        f"first fix {results['first_fix_s']:.1f} s, localized throughout "
        f"{results['localization_success_percent']:.1f} %, "
        f"{results['collisions_per_km']:.2f} collisions per km, "
        f"fallback {results['fallback_percent']:.1f} %, "
        f"real-time factor {results['real_time_factor']:.2f}; "
        f"map: {summary['map']}, depth: {summary['depth']}, profile {summary['profile']}, "
        f"conditions {summary['conditions_sha256']}",
        highlight=False,
        soft_wrap=True,
    )
    if summary["bytes_sha256"] is not None:
        console.print(f"bytes_sha256 {summary['bytes_sha256']}", highlight=False, soft_wrap=True)
    for name, count in summary["failures"].items():
        console.print(f"  {name}: {count}", highlight=False)
