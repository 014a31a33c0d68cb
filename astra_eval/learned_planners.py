"""What the tables of learned planners say: means over trainings, a table, and the floors.

A result is what ``benchmarks/planner_results.py`` writes: by planner (``flow-esdf``, ``act-plain``,
``mppi``, ``expert`` ...), by ``FAMILY-CONDITIONS`` and by metric the mean over training seeds, the
least, and the largest.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from astra_eval.tables import number_text
from astra_sim.scenes import FAMILIES

__all__ = ["CONDITIONS", "floors_of", "summarize_trainings", "table_of"]

CONDITIONS = ("standard", "crowded")
_SEED = re.compile(r"-s\d+$")
_HEADS = ("act", "vae", "diffusion")
#: Columns of the table: heading, metric.
_COLUMNS = (
    ("collisions %", "collision_percent"),
    ("with what stands", "static_percent"),
    ("with people", "people_percent"),
    ("over the expert", "excess_percent"),
    ("score", "score"),
    ("stuck %", "stuck_percent"),
    ("pick of 10: collisions %", "pick10_collision_percent"),
    ("over the expert", "pick10_excess_percent"),
    ("score", "pick10_score"),
    ("best of 10: score", "best10_score"),
    ("ms", "ms_per_plan"),
)


def summarize_trainings(results: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return means over training seeds, with the least and the largest.

    Args:
        results: By ``FAMILY-CONDITIONS`` the JSON of ``eval planner``; names of learned planners
            end in ``-s`` and the seed of their training.
    """
    planners: dict[str, dict[str, Any]] = {}
    for place, result in results.items():
        groups: dict[str, list[Mapping[str, float]]] = {}
        for name, table in {"mppi": result["results"], **result["baselines"]}.items():
            groups.setdefault(_SEED.sub("", name), []).append(table)
        for name, group in groups.items():
            planner = planners.setdefault(name, {"seeds": len(group), "figures": {}})
            planner["figures"][place] = {
                metric: _spread([table[metric] for table in group]) for metric in group[0]
            }
    some = next(iter(results.values()))
    return {
        **{key: some[key] for key in ("profile", "versions", "split", "depth")},
        "n": {place: result["n"] for place, result in results.items()},
        "scenes": {place: result["seeds"] for place, result in results.items()},
        "planners": planners,
    }


def table_of(result: Mapping[str, Any], conditions: str) -> str:
    """Return a Markdown table under some conditions: families equally, largest differences named.

    A figure is the mean over families and training seeds; where there is more than one seed, the
    least and the largest mean of a seed stand behind it.
    """
    places = [f"{family}-{conditions}" for family in FAMILIES]
    lines = [
        "| | seeds | " + " | ".join(heading for heading, _ in _COLUMNS) + " |",
        "|---|---:|" + "---:|" * len(_COLUMNS),
    ]
    for name, planner in result["planners"].items():
        figures = planner["figures"]
        there = [figures[place] for place in places if place in figures]
        cells = (_cell([row[metric] for row in there]) for _, metric in _COLUMNS)
        lines.append(f"| {name} | {planner['seeds']} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def floors_of(result: Mapping[str, Any]) -> str:
    """Return a Markdown table of what the planner must reach, and whether it does."""
    lines = ["| | reached | wanted | |", "|---|---:|---:|---|"]
    for title, value, wanted, met in _floors(_Figures(result)):
        verdict = "met" if met else "**missed**"
        lines.append(f"| {title} | {number_text(value)} | {wanted} | {verdict} |")
    return "\n".join(lines)


class _Figures:
    """Means over families of one planner's metric."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self._planners = result["planners"]

    def has(self, name: str) -> bool:
        return name in self._planners

    def of(self, name: str, metric: str, conditions: str, families: Sequence[str]) -> float:
        figures = self._planners[name]["figures"]
        return statistics.fmean(figures[f"{one}-{conditions}"][metric][0] for one in families)


Floor = tuple[str, float, str, bool]


def _floors(figures: _Figures) -> Iterator[Floor]:
    ours = "flow-esdf"
    if not figures.has(ours):
        return

    def of(
        metric: str, conditions: str, families: Sequence[str] = FAMILIES, name: str = ours
    ) -> float:
        return figures.of(name, metric, conditions, families)

    for conditions in CONDITIONS:
        if figures.has("flow-plain"):
            yield from _esdf_floors(of, conditions)
    for families, most, over in ((FAMILIES, 8.0, 2.0), (("home",), 11.0, 3.0)):
        where = "all families" if len(families) > 1 else "homes"
        single = of("collision_percent", "crowded", families)
        yield f"collisions %, crowded, single, {where}", single, f"<= {most:g}", single <= most
        for conditions in CONDITIONS:
            excess = of("pick10_excess_percent", conditions, families)
            title = f"over the expert, points, {conditions}, own pick of 10, {where}"
            yield title, excess, f"<= {over:g}", excess <= over
    for metric, what in (("score", "single"), ("pick10_score", "own pick of 10")):
        others = [name for name in (f"{head}-esdf" for head in _HEADS) if figures.has(name)]
        if others:
            best = max(of(metric, "crowded", name=name) for name in others)
            mine = of(metric, "crowded")
            title = f"score, crowded, {what}, against ACT, VAE, diffusion"
            yield title, mine, f">= {best:.3f}", mine >= best
    for conditions in CONDITIONS:
        for family in FAMILIES:
            mine = of("pick10_score", conditions, (family,))
            mppi = of("score", conditions, (family,), "mppi")
            title = f"score, {conditions}, {family}, own pick of 10 against MPPI"
            yield title, mine, f">= {mppi:.3f}", mine >= mppi
    time = statistics.fmean(
        of("ms_per_plan", c) / of("ms_per_plan", c, name="mppi") for c in CONDITIONS
    )
    yield "time of a plan over MPPI's", time, "<= 0.5", time <= 0.5


def _esdf_floors(of: Callable[..., float], conditions: str) -> Iterator[Floor]:
    """Yield what the ESDF loss must bring, as shares that are left of what is without."""
    for metric, what, most in (
        ("static_percent", "collisions with what stands", 1.0 / 2.0),
        ("excess_percent", "collisions over the expert", 2.0 / 3.0),
    ):
        without = of(metric, conditions, name="flow-plain")
        left = of(metric, conditions) / without if without > 0.0 else math.inf
        title = f"{what}, {conditions}: left with the ESDF loss"
        yield title, left, f"<= {most:.2f}", left <= most


def _spread(values: Sequence[float]) -> list[float]:
    return [statistics.fmean(values), min(values), max(values)]


def _cell(spreads: Sequence[Sequence[float]]) -> str:
    if not spreads:
        return "-"
    mean, low, high = (statistics.fmean(spread[k] for spread in spreads) for k in range(3))
    if not math.isfinite(mean):
        return "-"
    return (
        number_text(mean)
        if high == low
        else f"{number_text(mean)} ({number_text(low)}-{number_text(high)})"
    )
