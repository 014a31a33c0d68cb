"""How long it takes from a picture to the first command that is based on it."""

from __future__ import annotations

from collections import deque

import numpy as np

__all__ = ["Latency"]

_KEPT = 200


class Latency:
    """Time from the exposure of images to the first command of the plan that was made with them.

    By the clock of the node: on a robot that is everything between the two, the driver's share
    included; in lockstep it is simulated time.
    """

    def __init__(self) -> None:
        """Nothing is measured yet."""
        self._planned_ns: int | None = None
        self._measured_ms: deque[float] = deque(maxlen=_KEPT)

    def plan(self, image_ns: int) -> None:
        """Note that there is a plan made with images of a stamp."""
        self._planned_ns = image_ns

    def command(self, now_ns: int) -> None:
        """Note that a command goes out now."""
        image_ns, self._planned_ns = self._planned_ns, None
        if image_ns is not None:
            self._measured_ms.append((now_ns - image_ns) / 1e6)

    def values(self) -> dict[str, float]:
        """Return median and 95th percentile of the newest, milliseconds; empty before any."""
        measured_ms = list(self._measured_ms)
        if not measured_ms:
            return {}
        median_ms, late_ms = np.percentile(measured_ms, (50, 95))
        return {
            "image_to_command_ms_median": float(median_ms),
            "image_to_command_ms_p95": float(late_ms),
        }
