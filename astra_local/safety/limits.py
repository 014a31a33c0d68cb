"""Limits on speed, acceleration and jerk of one axis. Plain arithmetic."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["AxisLimiter", "AxisLimits"]


@dataclass(frozen=True)
class AxisLimits:
    """Limits of one axis, all positive: fastest each way, speeding up, braking, jerk."""

    fastest_forward: float
    fastest_backward: float
    acceleration: float
    deceleration: float
    jerk: float


class AxisLimiter:
    """Lets one velocity follow its target within the limits.

    Speeding up (away from zero) has limited acceleration and limited growth of acceleration.
    Braking (towards zero) may always use the full deceleration at once. A change of sign brakes
    to zero first.

    Attributes:
        value: Present output.
        limits: May be replaced at any time; a value beyond new ones brakes down to them.
    """

    def __init__(self, limits: AxisLimits) -> None:
        """Start at rest."""
        self.limits = limits
        self.value = 0.0
        self._acceleration = 0.0

    def stop(self) -> None:
        """Stand at once: for who stands already, whatever was wanted."""
        self.value = self._acceleration = 0.0

    def step(self, target: float, dt_s: float) -> float:
        """Move towards a finite target for ``dt_s`` seconds and return the new value."""
        limits = self.limits
        target = min(max(target, -limits.fastest_backward), limits.fastest_forward)
        if dt_s <= 0.0:
            return self.value
        value = self.value
        if value != 0.0 and (target * value <= 0.0 or abs(target) < abs(value)):
            # Braking; through zero only in the next step.
            floor = abs(target) if target * value > 0.0 else 0.0
            size = max(abs(value) - limits.deceleration * dt_s, floor)
            self.value = math.copysign(size, value) if size > 0.0 else 0.0
            self._acceleration = 0.0
            return self.value
        missing = abs(target) - abs(value)
        grown = min(limits.acceleration, self._acceleration + limits.jerk * dt_s)
        # Tapering towards the target keeps the end of the ramp as soft as its start.
        wanted = min(grown, max(math.sqrt(2.0 * limits.jerk * missing), limits.jerk * dt_s))
        wanted = min(wanted, missing / dt_s)
        self._acceleration = wanted
        self.value = math.copysign(abs(value) + wanted * dt_s, target) if target else 0.0
        return self.value
