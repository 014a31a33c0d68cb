"""What a table says of many plans or legs (metric keys of DESIGN section 9)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from astra_core.stack_spec import CLASSICAL
from astra_eval.metrics.intervals import cluster_interval, wilson_interval

__all__ = ["summarize_legs", "summarize_plans"]

#: Open loop people react to the expert that drives, not to the plan: what nobody avoids without
#: hindsight is the expert's, so the excess over it is told beside.
_EXPERT = "expert"

Scenes = Sequence[tuple[int, dict[str, Any]]]

#: Means over plans: metric key to the key of a row, and what a row counts for.
_PLAN_MEANS = {
    "collision_percent": ("collision", 100.0),
    "static_percent": ("static", 100.0),
    "people_percent": ("people", 100.0),
    "speed": ("speed", 1.0),
    "score": ("score", 1.0),
    "progress": ("progress", 1.0),
    "smoothness": ("smoothness", 1.0),
    "stuck_percent": ("stuck", 100.0),
    "wrong_way_percent": ("wrong_way", 100.0),
    "pick10_collision_percent": ("pick10_collision", 100.0),
    "pick10_static_percent": ("pick10_static", 100.0),
    "pick10_people_percent": ("pick10_people", 100.0),
    "pick10_score": ("pick10_score", 1.0),
    "pick10_speed": ("pick10_speed", 1.0),
    "pick10_stuck_percent": ("pick10_stuck", 100.0),
    "best10_collision_percent": ("best10_collision", 100.0),
    "best10_score": ("best10_score", 1.0),
}


def summarize_plans(scenes: Scenes, ours: str = CLASSICAL.name) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, ci95_by_scene, rows`` of plans judged open loop.

    ``ci95`` is Wilson's, as if plans were independent; plans of one leg follow each other by a
    second, so ``ci95_by_scene`` draws whole scenes.
    """
    rows = [{"seed": seed, **plan} for seed, row in scenes for plan in row["plans"]]
    names = [name for name in rows[0] if name != "seed"] if rows else [ours]
    tables = {name: _plan_figures([row[name] for row in rows]) for name in names}
    excesses = _excesses(tables)
    for table in tables.values():
        table.update({metric: table[of] - tables[_EXPERT][of] for metric, of in excesses.items()})
    hits = {
        metric: sum(bool(row[ours][key]) for row in rows)
        for metric, (key, worth) in _PLAN_MEANS.items()
        if worth == 100.0
    }
    return {
        "n": len(rows),
        "results": tables.pop(ours),
        "baselines": tables,
        "ci95": {key: _percents(wilson_interval(count, len(rows))) for key, count in hits.items()},
        "ci95_by_scene": {
            metric: _by_scene(rows, _figure(ours, key, worth))
            for metric, (key, worth) in _PLAN_MEANS.items()
        }
        | {metric: _by_scene(rows, _excess(ours, of)) for metric, of in excesses.items()},
        "rows": rows,
    }


def summarize_legs(scenes: Scenes, ours: str = CLASSICAL.name) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, ci95_by_scene, rows`` of legs driven closed loop."""
    rows = [{"seed": seed, **leg} for seed, row in scenes for leg in row["legs"]]
    by_name = {
        name: [row for row in rows if row["driver"] == name]
        for name in dict.fromkeys(row["driver"] for row in rows)
    }
    tables = {name: _leg_figures(legs) for name, legs in by_name.items()}
    own = by_name.get(ours, [])
    good = sum(_succeeded(leg) for leg in own)
    return {
        "n": len(own),
        "results": tables.pop(ours, {}),
        "baselines": tables,
        "ci95": {"success_percent": _percents(wilson_interval(good, len(own)))},
        "ci95_by_scene": {
            "success_percent": _by_scene(own, lambda leg: 100.0 * _succeeded(leg)),
            "spl": _by_scene(own, lambda leg: leg["spl"]),
        },
        "rows": rows,
    }


def _figure(name: str, key: str, worth: float) -> Callable[[dict[str, Any]], float]:
    return lambda row: worth * float(row[name][key])


def _excesses(tables: Mapping[str, Any]) -> dict[str, str]:
    """Return the metrics that say how much more than the expert, and of which; without it none."""
    if _EXPERT not in tables:
        return {}
    shares = [name for name in _PLAN_MEANS if name.endswith("collision_percent")]
    return {name.replace("collision_percent", "excess_percent"): name for name in shares}


def _excess(name: str, metric: str) -> Callable[[dict[str, Any]], float]:
    """Return from a row how much more often than the expert it collides, in percent."""
    key, worth = _PLAN_MEANS[metric]
    return lambda row: worth * (float(row[name][key]) - float(row[_EXPERT][key]))


def _plan_figures(plans: Sequence[dict[str, Any]]) -> dict[str, float]:
    if not plans:
        return dict.fromkeys([*_PLAN_MEANS, "ms_per_plan"], math.nan)
    means = {
        metric: worth * statistics.fmean(float(plan[key]) for plan in plans)
        for metric, (key, worth) in _PLAN_MEANS.items()
    }
    return {**means, "ms_per_plan": statistics.median(plan["ms"] for plan in plans)}


def _leg_figures(legs: Sequence[dict[str, Any]]) -> dict[str, float]:
    driven_km = sum(leg["length_m"] for leg in legs) / 1000.0
    return {
        "success_percent": 100.0 * statistics.fmean(_succeeded(leg) for leg in legs),
        "spl": statistics.fmean(leg["spl"] for leg in legs),
        "collisions_per_km": sum(leg["collisions"] for leg in legs) / driven_km,
        "fallback_percent": 100.0 * statistics.fmean(leg["fallback"] for leg in legs),
        "seconds": statistics.median(leg["seconds"] for leg in legs),
    }


def _by_scene(
    rows: Sequence[dict[str, Any]], value: Callable[[dict[str, Any]], float]
) -> list[float]:
    """Return the interval of a mean, whole scenes drawn; NaN with fewer than two scenes."""
    scenes: dict[int, list[float]] = {}
    for row in rows:
        scenes.setdefault(row["seed"], []).append(float(value(row)))
    return list(cluster_interval([sum(v) for v in scenes.values()], [*map(len, scenes.values())]))


def _succeeded(leg: dict[str, Any]) -> bool:
    return bool(leg["reached"]) and not leg["collisions"]


def _percents(interval: tuple[float, float]) -> list[float]:
    return [100.0 * bound for bound in interval]
