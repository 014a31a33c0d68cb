"""What a table says of many goal queries."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

from astra_core.stack_spec import CLASSICAL
from astra_eval.shares import (
    Row,
    Share,
    cluster_intervals,
    percents,
    share_counts,
    wilson_intervals,
)

__all__ = ["summarize_goals"]


def _expects(what: str, kind: str = "") -> Callable[[Row], bool]:
    return lambda row: row["expect"] == what and kind in ("", row["kind"])


def _acts(*what: str) -> Callable[[Row, Row], bool]:
    return lambda row, answer: answer["action"] in what


def _lands(row: Row, answer: Row) -> bool:
    return answer["action"] == "arrive" and bool(answer["landmark_right"])


def _sees(row: Row, answer: Row) -> bool:
    return answer["action"] == "arrive" and bool(answer["node_right"])


#: Landmarks and nodes are shares of what can be answered, refusals of the impossible, and so on.
_SHARES = {
    "landmark_percent": Share(_lands, _expects("arrive")),
    "landmark_distractor_percent": Share(_lands, _expects("arrive", "distractor")),
    "node_percent": Share(_sees, _expects("arrive")),
    "refused_answerable_percent": Share(_acts("refuse", "ask"), _expects("arrive")),
    "refused_impossible_percent": Share(_acts("refuse"), _expects("refuse")),
    "asked_ambiguous_percent": Share(_acts("ask"), _expects("ask")),
}


def summarize_goals(rows: Sequence[Row], ours: str = CLASSICAL.name) -> dict[str, Any]:
    """Return ``n, results, baselines, ci95, ...`` of queries (DESIGN section 9).

    ``counts`` says how many queries every share is about. The same sentences return in every
    scene, so that more scenes tell little: ``ci95_by_sentence`` draws whole sentences.
    """
    names = list(rows[0]["answers"]) if rows else [ours]
    others = [name for name in names if name != ours]
    return {
        "n": len(rows),
        "results": _results(rows, ours),
        "baselines": {name: _results(rows, name) for name in others},
        "ci95": wilson_intervals(rows, ours, _SHARES),
        "ci95_by_sentence": cluster_intervals(rows, ours, _SHARES, "text"),
        "baselines_ci95": {name: wilson_intervals(rows, name, _SHARES) for name in others},
        "counts": share_counts(rows, _SHARES),
        "rows": list(rows),
    }


def _results(rows: Sequence[Row], name: str) -> dict[str, float]:
    seconds = [row["answers"][name]["seconds"] for row in rows]
    return {
        **percents(rows, name, _SHARES),
        "seconds_per_query": statistics.fmean(seconds) if seconds else math.nan,
    }
