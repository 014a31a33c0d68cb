"""Writes docs/results.md and docs/results/*.json from the results of classical_results.py.

    python benchmarks/results_page.py --folder ~/astra-results

The text is in ``results_page.md`` beside this file; ``<<name>>`` in it becomes the tables of an
evaluation. Tables that the folder lacks stay as they are. The JSON files that are kept have no row
per query, mission or drive: the commands on the page make those again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astra_eval.learned_planners import CONDITIONS, floors_of, table_of
from astra_eval.metrics.calibration import SHARES
from astra_eval.shown_interval import shown_intervals
from astra_eval.stack_facts import stack_name
from astra_eval.stack_summary import BUDGETS

FAMILIES = ("home", "office", "warehouse")
ROOT = Path(__file__).resolve().parent.parent
#: Figures of single tables; where nothing is said, a table shows all that its evaluation gives.
_MISSIONS = (
    "success_percent",
    "spl",
    "first_fix_s",
    "localization_success_percent",
    "collisions_per_km",
    "fallback_percent",
    "sim_time_s",
    "path_length_m",
    "real_time_factor",
)
_STACK = {
    "simulation_speed": "simulator alone, simulated seconds per CPU second",
    "real_time_factor": "real-time factor, one process",
    "real_time_factor_dds": "real-time factor, ROS 2 processes",
    "stack_memory_mb": "memory of the stack without simulator, MB",
}


@dataclass(frozen=True)
class Floor:
    """What a figure must reach, by family.

    Attributes:
        title: What is judged.
        evaluation: Where the figure stands.
        metric: Its key.
        wanted: Percent by family.
        at_most: Whether less is better.
    """

    title: str
    evaluation: str
    metric: str
    wanted: Mapping[str, float]
    at_most: bool = False


_MISSION_FLOORS = {"home": 95.0, "office": 93.0, "warehouse": 80.0}
FLOORS = (
    Floor("missions, goals named plainly", "missions-named", "success_percent", _MISSION_FLOORS),
    Floor("missions, sentences", "missions-test", "success_percent", _MISSION_FLOORS),
    Floor(
        "1 m and 5 degrees, four cameras",
        "localization-rig",
        "within_1m_5deg_percent",
        {"home": 98.0, "warehouse": 90.0},
    ),
    Floor("wrong aisle", "localization-rig", "wrong_aisle_percent", {"warehouse": 2.0}, True),
)


def main() -> int:
    """Write the page; 1 when there is nothing to write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="of classical_results.py")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "results.md")
    arguments = parser.parse_args()
    new = _read(arguments.folder)
    if not new:
        print(f"no results in {arguments.folder}: run benchmarks/classical_results.py first")
        return 1
    kept = arguments.page.with_suffix("")
    results = {**_read(kept), **new}
    template = Path(__file__).with_suffix(".md").read_text()
    page = re.sub(r"<<([\w-]+)>>", lambda found: _section(found[1], results), template)
    arguments.page.write_text(page)
    kept.mkdir(exist_ok=True)
    for name, result in new.items():
        # In the order of the evaluation, which is that of the table's lines and columns.
        # The rows of odometry are its table: a row per set of sensors, made of many drives.
        bulky = "drives" if name.startswith("odometry") else "rows"
        short = {key: value for key, value in result.items() if key != bulky}
        (kept / f"{name}.json").write_text(json.dumps(short, indent=1) + "\n")
    return 0


def _read(folder: Path) -> dict[str, Any]:
    return {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}


def _section(name: str, results: Mapping[str, Any]) -> str:
    if name == "facts":
        return _facts(results)
    if name == "floors":
        return _floors(results)
    if name == "planner-learned":
        return _learned_planners(results.get(name))
    found = {
        family: results[f"{name}-{family}"] for family in FAMILIES if f"{name}-{family}" in results
    }
    if not found:
        return "Not measured yet."
    if name == "agreement":
        return _agreement(found)
    if name.startswith("missions"):
        text = _missions(found)
    elif name == "bench-stack":
        text = _stack(found)
    else:
        one = _odometry if name == "odometry" else _beside_baselines
        text = "\n\n".join(one(family, result) for family, result in found.items())
    # Where versions of the code made different tables, each says which made it.
    if len(_all_of(results, "versions", "code")) > 1:
        text += "\n\n" + _made_by(found)
    return text


def _made_by(found: Mapping[str, Any]) -> str:
    families: dict[str, list[str]] = {}
    for family, result in found.items():
        families.setdefault(result["versions"]["code"], []).append(family)
    if len(families) == 1:
        return f"Made by code `{next(iter(families))}`."
    by = (f"`{code}` ({', '.join(names)})" for code, names in families.items())
    return f"Made by code {', '.join(by)}."


def _all_of(results: Mapping[str, Any], *path: str) -> list[str]:
    """Return the different values that results have at a path of keys."""
    values = set()
    for result in results.values():
        value: Any = result
        for key in path:
            value = value.get(key, {})
        values.add(str(value))
    return sorted(value for value in values if value != "{}")


def _facts(results: Mapping[str, Any]) -> str:
    def all_of(*path: str) -> str:
        return ", ".join(_all_of(results, *path))

    return (
        f"Sensor profile `{all_of('profile')}`, code `{all_of('versions', 'code')}`, "
        f"MuJoCo {all_of('versions', 'mujoco')}, NumPy {all_of('versions', 'numpy')}, "
        f"OpenCV {all_of('versions', 'opencv-python-headless')}. "
        f"{_weights(results)}; signs are read by RapidOCR {all_of('versions', 'rapidocr')}."
    )


def _weights(results: Mapping[str, Any]) -> str:
    found = {
        f"{name} `{sha256[:12]}`"
        for result in results.values()
        for name, sha256 in result.get("weights", {}).items()
    }
    return (
        f"Learned weights: {', '.join(sorted(found))}" if found else "No learned weights of our own"
    )


def _floors(results: Mapping[str, Any]) -> str:
    lines = [_row("", *FAMILIES), _rule(len(FAMILIES))]
    for floor in FLOORS:
        cells = (
            _judged(floor, family, results.get(f"{floor.evaluation}-{family}"))
            for family in FAMILIES
        )
        lines.append(_row(floor.title, *cells))
    return "\n".join(lines)


def _learned_planners(result: Mapping[str, Any] | None) -> str:
    if result is None:
        return "Not measured yet."
    parts = [floors_of(result)]
    for conditions in CONDITIONS:
        told = [f"{family} {result['n'][f'{family}-{conditions}']}" for family in FAMILIES]
        parts.append(f"**{conditions}**, states: {', '.join(told)}")
        parts.append(table_of(result, conditions))
    return "\n\n".join(parts)


def _judged(floor: Floor, family: str, result: Mapping[str, Any] | None) -> str:
    """Return whether a floor is met (DESIGN 8): by the value; shown by the whole interval."""
    if family not in floor.wanted or result is None:
        return ""
    wanted, value = floor.wanted[family], result["results"][floor.metric]
    low, high = shown_intervals(result)[floor.metric]
    met, shown = (
        (value <= wanted, high <= wanted) if floor.at_most else (value >= wanted, low >= wanted)
    )
    verdict = "shown" if shown else "met" if met else "**missed**"
    sign = "<=" if floor.at_most else ">="
    return f"{_number(value)}{_interval((low, high))} {sign} {wanted:g}: {verdict}"


def _missions(found: Mapping[str, Any]) -> str:
    lines = [_row("", *found), _rule(len(found))]
    lines.append(_row("missions", *(str(result["n"]) for result in found.values())))
    lines.append(_row("scenes", *(_span(result) for result in found.values())))
    for metric in _MISSIONS:
        cells = []
        for result in found.values():
            interval = result["ci95"].get(metric)
            cells.append(_number(result["results"][metric]) + _interval(interval))
        lines.append(_row(f"`{metric}`", *cells))
    failures = [
        ", ".join(f"{name} {count}" for name, count in result["failures"].items()) or "none"
        for result in found.values()
    ]
    return "\n".join([*lines, _row("failures", *failures)])


def _beside_baselines(family: str, result: Mapping[str, Any]) -> str:
    names = list(result["baselines"])
    intervals = shown_intervals(result)
    facts = ", ".join(f"{key} {result[key]}" for key in ("conditions", "map", "depth"))
    lines = [
        f"**{family}**, n = {result['n']}, scenes {_span(result)}; {facts}",
        "",
        _row("", stack_name(result), "95 % interval", *names),
        _rule(2 + len(names)),
    ]
    for metric, value in result["results"].items():
        if metric == "wrong_aisle_percent" and family != "warehouse":
            continue  # nothing to count: aisles run between racks
        others = (_number(result["baselines"][name].get(metric)) for name in names)
        interval = _interval(intervals.get(metric)).strip(" ()")
        lines.append(_row(f"`{metric}`", _number(value), interval, *others))
    if "calibration" in result:
        lines += ["", _calibration(result["calibration"])]
    for name, reason in result.get("not_run", {}).items():
        lines += ["", f"{name}: not run, {reason}."]
    return "\n".join(lines)


def _calibration(told: Mapping[str, Any]) -> str:
    inside = ", ".join(f"{_number(value)} %" for value in told["inside_percent"])
    shares = ", ".join(f"{100.0 * share:.0f} %" for share in SHARES)
    return (
        f"Covariance of {told['n']} fixes: median NEES {_number(told['nees_median'])} (2.37 is "
        f"right), mean {_number(told['nees_mean'])} (3 is right, one wrong place spoils it); "
        f"{inside} of the errors lie inside the ellipsoids of {shares}."
    )


def _odometry(family: str, result: Mapping[str, Any]) -> str:
    metrics = list(result["results"])
    lines = [
        f"**{family}**, n = {result['n']} drives, scenes {_span(result)}",
        "",
        _row("", *(f"`{metric}`" for metric in metrics)),
        _rule(len(metrics)),
    ]
    for row in result["rows"]:
        lines.append(_row(row["modalities"], *(_number(row[metric]) for metric in metrics)))
    for name, baseline in result["baselines"].items():
        lines.append(_row(f"`{name}`", *(_number(baseline[metric]) for metric in metrics)))
    spread = (_interval(result["ci95"].get(metric)).strip(" ()") for metric in metrics)
    lines.append(_row(f"95 % interval of {result['rows'][0]['modalities']}", *spread))
    return "\n".join(lines)


def _agreement(found: Mapping[str, Any]) -> str:
    lines = [_row("", *found), _rule(len(found))]
    lines.append(_row("pairs", *(str(result["n"]) for result in found.values())))
    for metric in ("success_percent", "first_fix_s", "localization_success_percent"):
        for side, name in (("in_process", "in one process"), ("dds", "over DDS")):
            cells = []
            for result in found.values():
                # Results from before these two were compared lack them.
                text = _number(result[side].get(metric))
                if metric == "success_percent":
                    text += _interval(result[side]["ci95"])
                cells.append(text)
            lines.append(_row(f"`{metric}` {name}", *cells))
    same = (f"{result['same_verdict']} of {result['n']}" for result in found.values())
    lines.append(_row("same verdict", *same))
    for figure in ("sim_time_s", "path_length_m"):
        ratios = (_number(result["median_ratio"][figure]) for result in found.values())
        lines.append(_row(f"`{figure}`, median ratio of DDS to one process", *ratios))
    return "\n".join(lines)


def _stack(found: Mapping[str, Any]) -> str:
    lines = [_row("", "budget", *found), _rule(1 + len(found))]
    lines.append(_row("missions each way", "", *(str(result["n"]) for result in found.values())))
    lines.append(_row("scene", "", *(str(result["seed"]) for result in found.values())))
    cores = (str(result["machine"]["cores"]) for result in found.values())
    lines.append(_row("cores", "2", *cores))
    for metric, title in _STACK.items():
        budget = BUDGETS.get(metric)
        cells = [_number(result["results"][metric]) for result in found.values()]
        asked = ""
        if budget is not None:
            sign = ">=" if budget.at_least else "<="
            asked = f"{sign} {budget.floor:g}, aim {budget.aim:g}"
            met = [result["budgets"][metric]["floor_met"] for result in found.values()]
            cells = [
                cell + {True: ", met", False: ", **missed**", None: ""}[one]
                for cell, one in zip(cells, met, strict=True)
            ]
        lines.append(_row(title, asked, *cells))
    for stage in next(iter(found.values()))["stages"]:
        times = (result["stages"].get(stage) for result in found.values())
        cells = [
            f"{_number(one['cpu_s_per_sim_s'])} s, {_number(one['ms_per_call'])} ms" if one else "-"
            for one in times
        ]
        lines.append(_row(f"`{stage}`", "", *cells))
    return "\n".join(lines)


def _span(result: Mapping[str, Any]) -> str:
    first, last = result["seeds"]
    return f"{first}:{last}"


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, (bool, str, int)):
        return str(value)
    return f"{value:.1f}" if abs(value) >= 10.0 else f"{value:.3g}"


def _interval(interval: Sequence[float | None] | None) -> str:
    if not interval or None in interval:
        return ""
    return f" ({_number(interval[0])} to {_number(interval[1])})"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _rule(columns: int) -> str:
    return "|---|" + "---:|" * columns


if __name__ == "__main__":
    sys.exit(main())
