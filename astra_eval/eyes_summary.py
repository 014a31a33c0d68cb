"""What a table says of eyes at many places."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from astra_eval.eyes_eval import SENSOR
from astra_eval.metrics.eyes import RANGES_M
from astra_eval.metrics.intervals import cluster_interval

__all__ = ["summarize_eyes"]

Row = Mapping[str, Any]
#: From an answer to the two sums whose quotient a metric is.
_Sums = Callable[[Mapping[str, Any]], tuple[float, float]]


def _metrics() -> dict[str, tuple[float, _Sums]]:
    """Return by key the factor of a metric and its sums."""
    found: dict[str, tuple[float, _Sums]] = {
        "abs_rel_5m": (1.0, lambda answer: (answer["depth"][0], answer["depth"][1])),
    }
    for number, range_m in enumerate(RANGES_M):
        name = f"{range_m:g}".replace(".", "m") + ("" if "." in f"{range_m:g}" else "m")

        def sums(answer: Mapping[str, Any], number: int = number) -> tuple[float, float]:
            return answer["cells"][number][0], sum(answer["cells"][number])

        found[f"bev_iou_{name}_percent"] = (100.0, sums)
    found["unknown_percent"] = (
        100.0,
        lambda answer: (answer["depth"][2], answer["depth"][1] + answer["depth"][2]),
    )
    return found


def summarize_eyes(scenes: Sequence[tuple[int, Row]], perception: str) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, baselines_ci95, rows`` (DESIGN section 9).

    Sums over all places are divided once: a place with many obstacles counts as much as they are.
    Intervals draw whole scenes.

    Args:
        scenes: (seed, row of a scene).
        perception: Name of the stack's.
    """
    names = dict.fromkeys((perception, SENSOR))
    others = [name for name in names if name != perception]
    return {
        "n": sum(len(row["queries"]) for _, row in scenes),
        "results": _values(scenes, perception),
        "baselines": {name: _values(scenes, name) for name in others},
        "ci95": _intervals(scenes, perception),
        "baselines_ci95": {name: _intervals(scenes, name) for name in others},
        "rows": [
            {"seed": seed, "number": number, **query}
            for seed, row in scenes
            for number, query in enumerate(row["queries"])
        ],
    }


def _values(scenes: Sequence[tuple[int, Row]], name: str) -> dict[str, float]:
    values = {}
    for key, (factor, sums) in _metrics().items():
        above, below = (sum(part) for part in zip(*_sums(scenes, name, sums), strict=True))
        values[key] = factor * above / below if below else math.nan
    return values


def _intervals(scenes: Sequence[tuple[int, Row]], name: str) -> dict[str, list[float]]:
    intervals = {}
    for key, (factor, sums) in _metrics().items():
        above, below = zip(*_sums(scenes, name, sums), strict=True)
        intervals[key] = [factor * bound for bound in cluster_interval(above, below)]
    return intervals


def _sums(scenes: Sequence[tuple[int, Row]], name: str, sums: _Sums) -> list[tuple[float, float]]:
    """Return both sums of each scene."""
    found = []
    for _, row in scenes:
        pairs = [sums(query["answers"][name]) for query in row["queries"]]
        found.append((sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)))
    return found
