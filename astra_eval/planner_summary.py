"""What a table says of many plans or legs (metric keys of DESIGN section 9)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

from astra_eval.metrics.intervals import wilson_interval

__all__ = ["summarize_legs", "summarize_plans"]

_STACK = "astra"
Scenes = Sequence[tuple[int, dict[str, Any]]]


def summarize_plans(scenes: Scenes) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, rows`` of plans judged open loop."""
    rows = [{"seed": seed, **plan} for seed, row in scenes for plan in row["plans"]]
    names = [name for name in rows[0] if name != "seed"] if rows else [_STACK]
    tables = {name: _plan_figures([row[name] for row in rows]) for name in names}
    hits = sum(bool(row[_STACK]["collision"]) for row in rows)
    return {
        "n": len(rows),
        "results": tables.pop(_STACK),
        "baselines": tables,
        "ci95": {"collision_percent": _percents(wilson_interval(hits, len(rows)))},
        "rows": rows,
    }


def summarize_legs(scenes: Scenes) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, rows`` of legs driven closed loop."""
    rows = [{"seed": seed, **leg} for seed, row in scenes for leg in row["legs"]]
    by_name = {
        name: [row for row in rows if row["driver"] == name]
        for name in dict.fromkeys(row["driver"] for row in rows)
    }
    tables = {name: _leg_figures(legs) for name, legs in by_name.items()}
    ours = by_name.get(_STACK, [])
    good = sum(_succeeded(leg) for leg in ours)
    return {
        "n": len(ours),
        "results": tables.pop(_STACK, {}),
        "baselines": tables,
        "ci95": {"success_percent": _percents(wilson_interval(good, len(ours)))},
        "rows": rows,
    }


def _plan_figures(plans: Sequence[dict[str, Any]]) -> dict[str, float]:
    def mean(key: str) -> float:
        return statistics.fmean(float(plan[key]) for plan in plans) if plans else math.nan

    return {
        "collision_percent": 100.0 * mean("collision"),
        "speed": mean("speed"),
        "score": mean("score"),
        "progress": mean("progress"),
        "smoothness": mean("smoothness"),
        "stuck_percent": 100.0 * mean("stuck"),
        "wrong_way_percent": 100.0 * mean("wrong_way"),
        "best10_collision_percent": 100.0 * mean("best10_collision"),
        "best10_score": mean("best10_score"),
        "ms_per_plan": statistics.median(plan["ms"] for plan in plans) if plans else math.nan,
    }


def _leg_figures(legs: Sequence[dict[str, Any]]) -> dict[str, float]:
    driven_km = sum(leg["length_m"] for leg in legs) / 1000.0
    return {
        "success_percent": 100.0 * statistics.fmean(_succeeded(leg) for leg in legs),
        "spl": statistics.fmean(leg["spl"] for leg in legs),
        "collisions_per_km": sum(leg["collisions"] for leg in legs) / driven_km,
        "fallback_percent": 100.0 * statistics.fmean(leg["fallback"] for leg in legs),
        "seconds": statistics.median(leg["seconds"] for leg in legs),
    }


def _succeeded(leg: dict[str, Any]) -> bool:
    return bool(leg["reached"]) and not leg["collisions"]


def _percents(interval: tuple[float, float]) -> list[float]:
    return [100.0 * bound for bound in interval]
