"""Prints the result of an evaluation beside its baselines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from astra_eval.shown_interval import shown_intervals
from astra_eval.stack_facts import stack_name

__all__ = ["number_text", "print_report"]

_FACTS = ("split", "conditions", "conditions_sha256", "map", "depth", "profile")


def print_report(
    console: Console,
    report: Mapping[str, Any],
    metrics: Sequence[str],
    *,
    title: str,
) -> None:
    """Print a table: a line per metric, the stack with its interval first, then the baselines.

    Args:
        console: Where to.
        report: JSON of an evaluation (DESIGN section 9). ``not_run`` may say why a baseline is
            missing.
        metrics: Keys of ``results``, in the order of the lines.
        title: What was evaluated.
    """
    first, last = report["seeds"]
    facts = ", ".join(f"{name} {report[name]}" for name in _FACTS if name in report)
    console.print(
        f"{title}: {report['scene']} {first}:{last}, n = {report['n']}, {facts}", soft_wrap=True
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for heading in (stack_name(report), "95 % interval", *report["baselines"]):
        table.add_column(heading, justify="right")
    intervals = shown_intervals(report)
    for metric in metrics:
        others = [values.get(metric) for values in report["baselines"].values()]
        table.add_row(
            metric,
            number_text(report["results"].get(metric)),
            _interval(intervals.get(metric)),
            *map(number_text, others),
        )
    console.print(table)
    for name, reason in report.get("not_run", {}).items():
        console.print(f"{name}: not run: {reason}", markup=False, soft_wrap=True)


def number_text(value: float | None) -> str:
    """Return a figure as tables show it: three digits, a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:.1f}" if abs(value) >= 10.0 else f"{value:.3g}"


def _interval(bounds: Sequence[float | None] | None) -> str:
    return "" if bounds is None else f"{number_text(bounds[0])} to {number_text(bounds[1])}"
