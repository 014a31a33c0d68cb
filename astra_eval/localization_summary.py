"""What a table says of many localization queries."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from astra_core.stack_spec import CLASSICAL
from astra_eval.metrics.calibration import calibration
from astra_eval.shares import (
    Row,
    Share,
    cluster_intervals,
    percents,
    share_counts,
    wilson_intervals,
)

__all__ = ["summarize_localization"]


def _is_within(answer: Row, distance_m: float, angle_deg: float) -> bool:
    return (
        not answer["refused"]
        and answer["error_m"] <= distance_m
        and answer["error_deg"] <= angle_deg
    )


def _is_right(row: Row, answer: Row) -> bool:
    return _is_within(answer, 1.0, 5.0)


def _is_refused(row: Row, answer: Row) -> bool:
    return bool(answer["refused"])


def _is_identifiable(row: Row) -> bool:
    return bool(row["told_by"])


#: A refusal is neither a success nor a false fix, and counts in the denominator of all.
_SHARES = {
    "within_1m_5deg_percent": Share(_is_right),
    "within_025m_2deg_percent": Share(lambda row, a: _is_within(a, 0.25, 2.0)),
    "within_10m_percent": Share(lambda row, a: _is_within(a, 10.0, 180.0)),
    "refused_percent": Share(_is_refused),
    "false_fix_percent": Share(lambda row, a: not a["refused"] and not _is_right(row, a)),
    "wrong_aisle_percent": Share(lambda row, a: not a["refused"] and bool(a["wrong_aisle"])),
    "right_room_percent": Share(
        lambda row, a: not a["refused"] and a["room"] == row["room"],
        about=lambda row: bool(row["room"]),
    ),
    "identifiable_percent": Share(lambda row, a: _is_identifiable(row)),
    "identifiable_within_1m_5deg_percent": Share(_is_right, about=_is_identifiable),
    "unidentifiable_refused_percent": Share(
        _is_refused, about=lambda row: not _is_identifiable(row)
    ),
}


def summarize_localization(rows: Sequence[Row], ours: str = CLASSICAL.name) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, ...`` of queries (DESIGN section 9).

    ``ci95`` are Wilson intervals, as if queries were independent; ``ci95_by_scene`` draws whole
    scenes, since they are not.
    """
    names = list(rows[0]["answers"]) if rows else [ours]
    others = [name for name in names if name != ours]
    answers = [row["answers"][ours] for row in rows]
    nees = [a["nees"] for a in answers if not a["refused"] and a["nees"] is not None]
    return {
        "n": len(rows),
        "results": _results(rows, ours),
        "baselines": {name: _results(rows, name) for name in others},
        "ci95": wilson_intervals(rows, ours, _SHARES),
        "ci95_by_scene": cluster_intervals(rows, ours, _SHARES, "seed"),
        "baselines_ci95": {name: wilson_intervals(rows, name, _SHARES) for name in others},
        "counts": share_counts(rows, _SHARES),
        "calibration": asdict(calibration(np.array(nees, dtype=np.float64))),
        "rows": list(rows),
    }


def _results(rows: Sequence[Row], name: str) -> dict[str, float]:
    answers = [row["answers"][name] for row in rows]
    found = [answer for answer in answers if not answer["refused"]]
    return {
        **percents(rows, name, _SHARES),
        "median_error_m": _median([answer["error_m"] for answer in found]),
        "median_error_deg": _median([answer["error_deg"] for answer in found]),
        "seconds_per_query": statistics.fmean(answer["seconds"] for answer in answers)
        if answers
        else math.nan,
    }


def _median(values: list[float]) -> float:
    return statistics.median(values) if values else math.nan
