"""What a table says of many missions with faults."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["FAULT_COLUMNS", "summarize_fault", "summarize_faults"]

#: Slower contact is a touch (the floor of the faults' issue).
_HIT_MPS = 0.1

#: Figures of one fault, in the order of the table.
FAULT_COLUMNS = (
    "n",
    "began",
    "kept",
    "hit",
    "contact_mps",
    "pressing_s",
    "brake_s",
    "stand_s",
    "stood",
    "way_m",
    "turn_rad",
    "mended_s",
    "mended",
    "named",
)


def summarize_faults(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return ``n, faults, rows``; ``faults`` has the figures of each fault by name."""
    names = dict.fromkeys(row["fault"] for row in rows)
    return {
        "n": len(rows),
        "faults": {
            name: summarize_fault([row for row in rows if row["fault"] == name]) for name in names
        },
        "rows": list(rows),
    }


def summarize_fault(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one fault.

    Counts are of the missions in which it began (``began`` of ``n``): ``kept`` of those that missed
    nothing of the fault's floor, ``hit`` of contacts above 0.1 m/s. Speeds and times are the worst,
    in m/s, s, m and rad; those that never ended (it never stood, was never mended) have no time and
    are left out of ``stood`` and ``mended``.
    """
    begun = [row for row in rows if row["began_s"] is not None]

    def count(name: str) -> int:
        return sum(row[name] is not None for row in begun)

    return {
        "n": len(rows),
        "began": len(begun),
        "kept": sum(not row["missed"] for row in begun),
        "hit": sum(row["contact_mps"] > _HIT_MPS for row in begun),
        "contact_mps": _worst(row["contact_mps"] for row in begun),
        "pressing_s": _worst(row["pressing_s"] for row in begun),
        "brake_s": _worst(row["brake_s"] for row in begun),
        "stand_s": _worst(row["stand_s"] for row in begun),
        "stand_median_s": _median(row["stand_s"] for row in begun),
        "stood": count("stand_s"),
        "way_m": _worst(row.get("way_m") for row in begun),
        "turn_rad": _worst(row.get("turn_rad") for row in begun),
        "mended_s": _worst(row["mended_s"] for row in begun),
        "mended": count("mended_s"),
        "named": count("fault_named"),
    }


def _worst(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
