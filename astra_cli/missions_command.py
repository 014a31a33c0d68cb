"""`./astra missions`: many missions without ROS, rows that survive an interruption, a summary."""

from __future__ import annotations

import json
import math
import multiprocessing
import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from rich.console import Console

from astra_core.errors import ConfigError
from astra_eval.json_file import check_writable, write_json
from astra_eval.metrics.intervals import wilson_interval

__all__ = ["parse_seeds", "run_missions", "summarize"]


def parse_seeds(text: str) -> range:
    """Return the half-open range named by ``A:B``.

    Raises:
        ConfigError: It is not two numbers in order.
    """
    first, _, last = text.partition(":")
    try:
        seeds = range(int(first), int(last))
    except ValueError as error:
        raise ConfigError(f"--seeds must be A:B with whole numbers, got {text!r}") from error
    if len(seeds) == 0 or seeds.start < 0:
        raise ConfigError(f"--seeds {text} is empty: A must be below B, and not negative")
    return seeds


def run_missions(
    family: str,
    seeds_text: str,
    *,
    jobs: int,
    rows: Path | None,
    pictures: Path | None,
    json_file: Path | None,
) -> int:
    """Run one mission per seed and print the table. Returns the exit status: 0 when all ran."""
    console = Console()
    seeds = parse_seeds(seeds_text)
    check_writable(json_file)
    check_writable(rows)
    done = {row["seed"]: row for row in _read_rows(rows) if row["scene"] == family}
    todo = [seed for seed in seeds if seed not in done]
    if len(todo) < len(seeds):
        console.print(f"{len(seeds) - len(todo)} of {len(seeds)} seeds stand in {rows} already")
    for row in _run_all(family, todo, jobs, pictures):
        done[row["seed"]] = row
        if rows is not None:
            with rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        _print_row(console, row)
    wanted = [done[seed] for seed in seeds if seed in done]
    summary = {"scene": family, "seeds": [seeds.start, seeds.stop], **summarize(wanted)}
    results, interval = summary["results"], summary["ci95"]["success_percent"]
    console.print(
        f"{family}: {results['success_percent']:.1f} % of {summary['n']} missions succeeded "
        f"(95 % interval {interval[0]:.1f} to {interval[1]:.1f}), SPL {results['spl']:.2f}, "
        f"first fix {results['first_fix_s']:.1f} s, "
        f"real-time factor {results['real_time_factor']:.2f}, map: oracle, depth: sensor"
    )
    write_json(json_file, summary)
    return 0 if len(wanted) == len(seeds) else 1


def summarize(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON of ``missions`` (DESIGN section 9) for rows of finished missions.

    A figure that no row can give is NaN.
    """
    successes = sum(bool(row["success"]) for row in rows)
    low, high = wilson_interval(successes, len(rows))
    driven_km = sum(row["path_length_m"] for row in rows) / 1000.0
    fixes_s = [row["localization"]["first_fix_s"] for row in rows]
    localized = [row["localization"]["within_1m_percent"] == 100.0 for row in rows]
    return {
        "n": len(rows),
        "results": {
            "success_percent": 100.0 * _mean([bool(row["success"]) for row in rows]),
            "spl": _mean([row["spl"] for row in rows]),
            "first_fix_s": _median([fix_s for fix_s in fixes_s if fix_s >= 0.0]),
            "localization_success_percent": 100.0 * _mean(localized),
            "fallback_percent": 100.0 * _mean([row["fallback_fraction"] or 0.0 for row in rows]),
            "collisions_per_km": sum(row["collisions"] for row in rows) / driven_km
            if driven_km
            else math.nan,
            "real_time_factor": _median([row["real_time_factor"] for row in rows]),
        },
        "ci95": {"success_percent": [100.0 * low, 100.0 * high]},
        "baselines": {},
        "map": "oracle",
        "depth": "sensor",
        "rows": rows,
    }


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values) if values else math.nan


def _median(values: Sequence[float]) -> float:
    return statistics.median(values) if values else math.nan


def _run_all(
    family: str, seeds: list[int], jobs: int, pictures: Path | None
) -> Iterator[dict[str, Any]]:
    if jobs == 1:
        for seed in seeds:
            yield _run_one(family, seed, pictures)
        return
    # Fresh interpreters: a renderer's context does not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        futures = [pool.submit(_run_one, family, seed, pictures) for seed in seeds]
        for future in as_completed(futures):
            yield future.result()


def _run_one(family: str, seed: int, pictures: Path | None) -> dict[str, Any]:
    from astra_cli.scene_map import ensure_scene_map
    from astra_eval.mission_case import MissionCase, drive_case, score_drive
    from astra_eval.pictures import draw_drive
    from astra_sim.scenes import make_scene

    folder = ensure_scene_map(family, seed, lambda share, text: None)
    case = MissionCase(family, seed, folder)
    drive = drive_case(case)
    score = score_drive(case, drive)
    if pictures is not None:
        path = pictures / f"{family}-{seed}.png"
        draw_drive(make_scene(family, seed), drive.record, score, path)
    return {
        "scene": family,
        "seed": seed,
        "real_time_factor": drive.real_time_factor,
        **score.to_json(),
    }


def _read_rows(path: Path | None) -> list[dict[str, Any]]:
    if path is None or not path.exists():
        return []
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            row["seed"], row["scene"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ConfigError(f"{path} line {number} is not a row of missions: {error}") from error
        rows.append(row)
    return rows


def _print_row(console: Console, row: dict[str, Any]) -> None:
    verdict = "ok  " if row["success"] else "FAIL"
    console.print(
        f'{verdict} {row["scene"]} {row["seed"]}: "{row["goal_text"]}" -> {row["goal_landmark"]}, '
        f"{row['path_length_m']:.1f} m, {row['sim_time_s']:.0f} s, x{row['real_time_factor']:.1f}"
        + "".join(f"\n     {cause}" for cause in row["causes"]),
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
