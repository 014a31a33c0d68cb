"""Which interval stands beside a value, where a result has several."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["shown_intervals"]

_DRAWN = ("ci95_by_sentence", "ci95_by_scene")

Bounds = Sequence[float | None]


def shown_intervals(result: Mapping[str, Any]) -> dict[str, Bounds]:
    """Return the 95 % interval of every metric that has one.

    Where queries are alike, the interval that draws whole scenes or sentences is the honest one,
    but it says "100 to 100" when ten scenes hold no failure: none proves that there are none.
    Each bound is therefore the wider of it and of Wilson's, which takes queries for independent.

    Args:
        result: JSON of an evaluation (DESIGN section 9).

    Returns:
        Lower and upper bound; ``None`` or NaN where too few scenes tell nothing.
    """
    independent: Mapping[str, Bounds] = result["ci95"]
    drawn = next((result[name] for name in _DRAWN if name in result), independent)
    return {metric: _wider(bounds, independent.get(metric)) for metric, bounds in drawn.items()}


def _wider(drawn: Bounds, independent: Bounds | None) -> Bounds:
    low, high = drawn
    if independent is None or low is None or high is None or math.isnan(low):
        return drawn
    least, most = independent
    assert least is not None and most is not None
    return min(low, least), max(high, most)
