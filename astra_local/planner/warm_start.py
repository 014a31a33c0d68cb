"""The last control sequence, brought forward by the time that has passed since."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from astra_core.time import from_seconds

__all__ = ["WarmStart"]


class WarmStart:
    """Controls ``(2, T)`` [forward speed, turn rate] in steps of one length.

    They move in whole steps, and what is left of a step is kept for the next time: at 30 Hz and
    steps of 0.1 s every third plan moves them. Rounded away at each plan, they never would, and
    the planner would plan what it has driven already.
    """

    def __init__(self, num_steps: int, step_s: float) -> None:
        """Start from standstill."""
        self._controls = np.zeros((2, num_steps), dtype=np.float32)
        self._step_ns = from_seconds(step_s)
        self._stamp_ns: int | None = None
        self._late_ns = 0  # how far the controls begin before the stamp

    def reset(self) -> None:
        """Forget them, for example after a stop or a spin."""
        self._controls = np.zeros_like(self._controls)
        self._stamp_ns, self._late_ns = None, 0

    def at(self, now_ns: int) -> NDArray[np.float32]:
        """Return the controls from now on ``(2, T)``; the last one goes on at the end.

        A clock that went back moves nothing.
        """
        if self._stamp_ns is not None:
            self._late_ns += max(now_ns - self._stamp_ns, 0)
            self._stamp_ns = now_ns
            steps = round(self._late_ns / self._step_ns)
            self._late_ns -= steps * self._step_ns
            kept = self._controls[:, steps:]
            missing = self._controls.shape[1] - kept.shape[1]
            last = np.repeat(self._controls[:, -1:], missing, axis=1)
            self._controls = np.concatenate([kept, last], axis=1)
        return self._controls

    def keep(
        self, linear_mps: NDArray[np.float32], angular_rad_s: NDArray[np.float32], now_ns: int
    ) -> None:
        """Take the controls ``(T,)`` of the plan that was made for now."""
        self._controls = np.stack([linear_mps, angular_rad_s])
        self._stamp_ns = now_ns
