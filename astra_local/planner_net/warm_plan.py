"""The last plan of a learned planner, brought forward by the time that has passed since.

Between two plans little changes: an answer may begin near the last plan instead of in plain noise,
and is then of the same mind as before. At any rate of planning, also between two steps of the plan.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.time import to_seconds
from astra_local.planner_record import STEP_S

__all__ = ["WarmPlan"]

#: What is older than that was planned for other surroundings.
_OLDEST_S = 0.5


class WarmPlan:
    """Steps ``(N, 3)`` dx, dy [m], dtheta [rad] of :data:`STEP_S`, each in the frame before it."""

    def __init__(self) -> None:
        """Know none."""
        self.reset()

    def reset(self) -> None:
        """Forget the plan."""
        self._steps: NDArray[np.float32] | None = None
        self._stamp_ns = 0

    def keep(self, steps: NDArray[np.float32], now_ns: int) -> None:
        """Take the plan that begins now; one with a NaN in it is none."""
        self._steps = steps if np.isfinite(steps).all() else None
        self._stamp_ns = now_ns

    def at(self, now_ns: int) -> NDArray[np.float32] | None:
        """Return the steps from now on; the last one goes on at the end.

        A step that has begun gives what is left of it and the beginning of the next, each by its
        share of the time. ``None`` without a plan, with one that is too old, or with a clock that
        went back.
        """
        age_s = to_seconds(now_ns - self._stamp_ns)
        if self._steps is None or not 0.0 <= age_s <= _OLDEST_S:
            return None
        place = age_s / STEP_S + np.arange(len(self._steps))
        whole = np.floor(place + 1e-9).astype(np.intp)
        share = np.maximum(place - whole, 0.0).astype(np.float32)[:, None]
        last = len(self._steps) - 1
        now, then = (self._steps[np.minimum(whole + k, last)] for k in (0, 1))
        return np.asarray((1.0 - share) * now + share * then)
