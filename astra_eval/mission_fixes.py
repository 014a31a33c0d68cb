"""When missions knew where they were, and whether they were right from then on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

__all__ = ["first_fix_s", "localization_success_percent"]


def first_fix_s(rows: Sequence[dict[str, Any]]) -> float:
    """Return the median time to the first fix [s]; missions without one do not count.

    NaN when no mission had a fix.
    """
    times_s = [row["localization"]["first_fix_s"] for row in rows]
    had = [time_s for time_s in times_s if time_s >= 0.0]
    return statistics.median(had) if had else math.nan


def localization_success_percent(rows: Sequence[dict[str, Any]]) -> float:
    """Return the share (0 to 100) of missions that were right within 1 m from the first fix on.

    A mission without a fix counts against it. NaN without rows.
    """
    right = [row["localization"]["within_1m_percent"] == 100.0 for row in rows]
    return 100.0 * statistics.fmean(right) if right else math.nan
