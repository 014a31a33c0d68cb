"""Do missions in one process and over DDS come out alike? The same cases, compared in pairs."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from astra_core.errors import ConfigError
from astra_eval.metrics.intervals import wilson_interval
from astra_eval.mission_fixes import first_fix_s, localization_success_percent

__all__ = ["agreement"]

_FIGURES = ("sim_time_s", "path_length_m")
_LEAST_SAME = 0.9


def agreement(
    inside: Sequence[dict[str, Any]], outside: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Compare rows of the same missions, run both ways.

    Args:
        inside: Rows of runs without ROS.
        outside: Rows of runs over DDS.

    Returns:
        ``n`` pairs; of both sides ``success_percent`` with ``ci95``, ``first_fix_s`` (median) and
        ``localization_success_percent``; ``same_verdict``: pairs that ended alike; ``agree``:
        whether the intervals of success overlap (a rate of 100 % lies in no interval but that of
        another 100 %, so to ask for each rate in the other's interval would call 10 and 9 of 10
        different) and nine of ten pairs ended alike, because intervals of ten missions overlap
        easily: those of 10 and 5 of 10 do; ``median_ratio`` of duration and way (over DDS to
        without) over the pairs that succeeded both ways, those left out that began at the goal:
        0 m to 0 m is no ratio.

    Raises:
        ConfigError: No mission was run both ways.
    """
    others = {_key(row): row for row in outside}
    pairs = [(row, others[_key(row)]) for row in inside if _key(row) in others]
    if not pairs:
        raise ConfigError("no mission was run both with and without ROS: nothing to compare")
    answer: dict[str, Any] = {"n": len(pairs)}
    intervals = []
    for side, name in ((0, "in_process"), (1, "dds")):
        rows = [pair[side] for pair in pairs]
        successes = sum(bool(row["success"]) for row in rows)
        low, high = wilson_interval(successes, len(pairs))
        intervals.append((100.0 * low, 100.0 * high))
        percent = 100.0 * successes / len(pairs)
        answer[name] = {
            "success_percent": percent,
            "ci95": list(intervals[-1]),
            "first_fix_s": first_fix_s(rows),
            "localization_success_percent": localization_success_percent(rows),
        }
    (low_a, high_a), (low_b, high_b) = intervals
    answer["same_verdict"] = sum(a["success"] == b["success"] for a, b in pairs)
    overlap = low_a <= high_b and low_b <= high_a
    answer["agree"] = overlap and answer["same_verdict"] >= _LEAST_SAME * len(pairs)
    both = [(a, b) for a, b in pairs if a["success"] and b["success"]]
    answer["median_ratio"] = {figure: _median_ratio(both, figure) for figure in _FIGURES}
    return answer


def _median_ratio(
    pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], figure: str
) -> float | None:
    ratios = [b[figure] / a[figure] for a, b in pairs if a[figure] > 0.0 and b[figure] > 0.0]
    return statistics.median(ratios) if ratios else None


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["scene"], row["seed"], row["number"], row["conditions"]
