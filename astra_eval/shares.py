"""Shares of queries for which something holds, with intervals: the body of most tables.

A row is a query: it has a ``seed``, and under ``answers`` what every method made of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from astra_eval.metrics.intervals import cluster_interval, wilson_interval

__all__ = [
    "Row",
    "Share",
    "cluster_intervals",
    "flatten",
    "percents",
    "share_counts",
    "wilson_intervals",
]

Row = Mapping[str, Any]
_UNKNOWN = (math.nan, math.nan)


@dataclass(frozen=True)
class Share:
    """The share of the queries ``about`` which it is, for which ``holds`` is true.

    Attributes:
        holds: From a query and one method's answer to whether it counts.
        about: Which queries it is a share of; all by default.
    """

    holds: Callable[[Row, Row], bool]
    about: Callable[[Row], bool] = lambda row: True

    def hits(self, rows: Sequence[Row], method: str) -> list[bool]:
        """Return whether it holds, for every query that it is about."""
        return [self.holds(row, row["answers"][method]) for row in rows if self.about(row)]


def flatten(scenes: Sequence[tuple[int, Row]]) -> list[dict[str, Any]]:
    """Return one row per query from (seed, row of a scene with its ``queries``)."""
    return [
        {"seed": seed, "number": number, **query}
        for seed, row in scenes
        for number, query in enumerate(row["queries"])
    ]


def percents(rows: Sequence[Row], method: str, shares: Mapping[str, Share]) -> dict[str, float]:
    """Return every share, 0 to 100; NaN where no query is about it."""
    result = {}
    for name, share in shares.items():
        hits = share.hits(rows, method)
        result[name] = 100.0 * sum(hits) / len(hits) if hits else math.nan
    return result


def wilson_intervals(
    rows: Sequence[Row], method: str, shares: Mapping[str, Share]
) -> dict[str, list[float]]:
    """Return 95 % intervals in percent, as if queries were independent; NaN without any."""
    intervals = {}
    for name, share in shares.items():
        hits = share.hits(rows, method)
        bounds = wilson_interval(sum(hits), len(hits)) if hits else _UNKNOWN
        intervals[name] = [100.0 * bound for bound in bounds]
    return intervals


def cluster_intervals(
    rows: Sequence[Row], method: str, shares: Mapping[str, Share], key: str
) -> dict[str, list[float]]:
    """Return 95 % intervals in percent for queries that are alike where ``key`` is the same.

    Whole clusters are drawn (see :func:`cluster_interval`); NaN where there is only one.
    """
    clusters: dict[Any, list[Row]] = {}
    for row in rows:
        clusters.setdefault(row[key], []).append(row)
    intervals = {}
    for name, share in shares.items():
        hits = [share.hits(group, method) for group in clusters.values()]
        bounds = cluster_interval([sum(h) for h in hits], [len(h) for h in hits])
        intervals[name] = [100.0 * bound for bound in bounds]
    return intervals


def share_counts(rows: Sequence[Row], shares: Mapping[str, Share]) -> dict[str, int]:
    """Return how many queries every share is about."""
    return {name: sum(map(share.about, rows)) for name, share in shares.items()}
