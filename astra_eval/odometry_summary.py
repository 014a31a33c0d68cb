"""What a table says of many drives by odometry."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from astra_eval.metrics.intervals import cluster_interval
from astra_eval.odometry_eval import METRICS, MODALITIES, WHEEL_ONLY

__all__ = ["flatten_drives", "summarize_odometry"]

Row = Mapping[str, Any]


def flatten_drives(scenes: Sequence[tuple[int, Row]]) -> list[dict[str, Any]]:
    """Return one row per drive from (seed, row of a scene)."""
    return [
        {"seed": seed, "number": number, **drive}
        for seed, row in scenes
        for number, drive in enumerate(row["drives"])
    ]


def summarize_odometry(drives: Sequence[Row]) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, rows, drives`` (DESIGN section 9).

    ``rows`` are the sets of sensors; ``drives`` are what they are means of. Intervals draw whole
    scenes: drives in one building share its floor.
    """
    names = drives[0]["errors"] if drives else (WHEEL_ONLY,)
    others = [name for name in names if name not in MODALITIES]
    return {
        "n": len(drives),
        "results": _means(drives, MODALITIES[0]),
        "baselines": {name: _means(drives, name) for name in others},
        "ci95": _intervals(drives, MODALITIES[0]),
        "baselines_ci95": {name: _intervals(drives, name) for name in others},
        "rows": [{"modalities": name, **_means(drives, name)} for name in MODALITIES],
        "drives": list(drives),
    }


def _values(drives: Sequence[Row], name: str, metric: str) -> list[float]:
    found = [drive["errors"][name][metric] for drive in drives]
    # A drive too short to judge has no number.
    return [value for value in found if value is not None and math.isfinite(value)]


def _means(drives: Sequence[Row], name: str) -> dict[str, float]:
    values = {metric: _values(drives, name, metric) for metric in METRICS}
    return {key: statistics.fmean(found) if found else math.nan for key, found in values.items()}


def _intervals(drives: Sequence[Row], name: str) -> dict[str, list[float]]:
    seeds = sorted({drive["seed"] for drive in drives})
    scenes = [[drive for drive in drives if drive["seed"] == seed] for seed in seeds]
    intervals = {}
    for metric in METRICS:
        found = [_values(scene, name, metric) for scene in scenes]
        intervals[metric] = list(cluster_interval([sum(v) for v in found], [len(v) for v in found]))
    return intervals
