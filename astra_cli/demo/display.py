"""What the person in front of the terminal sees while the robot drives."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from time import monotonic

__all__ = ["ProgressLine", "ProgressState"]

_PLAIN_PERIOD_S = 2.0
_LIVE_PERIOD_S = 0.1


@dataclass
class ProgressState:
    """What the line tells.

    Attributes:
        phase: Phase of the mission.
        distance_m: Way to go; NaN while unknown.
        speed_mps: By odometry.
        localized: Whether the stack claims to know its pose.
        sigma_m: Its own standard deviation of the position.
        sim_time_s: Simulated seconds since the goal was given.
        real_time_factor: Simulated per wall seconds.
    """

    phase: str = "starting"
    distance_m: float = float("nan")
    speed_mps: float = 0.0
    localized: bool = False
    sigma_m: float = float("nan")
    sim_time_s: float = 0.0
    real_time_factor: float = float("nan")

    def text(self) -> str:
        """Return the line."""
        known = self.distance_m == self.distance_m
        distance = f"{self.distance_m:5.1f} m to go" if known else "  way unknown"
        where = f"localized ±{100 * self.sigma_m:.0f} cm" if self.localized else "not localized"
        factor = f"x{self.real_time_factor:.2f}" if self.real_time_factor > 0 else ""
        return (
            f"{self.sim_time_s:6.1f} s  {self.phase:<11} {distance}  {self.speed_mps:4.2f} m/s  "
            f"{where:<18} {factor}"
        )


class ProgressLine:
    """One line that is rewritten on a terminal; elsewhere a line every two seconds."""

    def __init__(self) -> None:
        """Nothing is printed yet."""
        self._live = sys.stdout.isatty()
        self._last_s = 0.0
        self._last_phase = ""
        self._width = 0

    def show(self, state: ProgressState) -> None:
        """Print the state if it is time to; a change of phase is always shown."""
        now_s = monotonic()
        period_s = _LIVE_PERIOD_S if self._live else _PLAIN_PERIOD_S
        if now_s - self._last_s < period_s and state.phase == self._last_phase:
            return
        self._last_s, self._last_phase = now_s, state.phase
        text = state.text()
        if self._live:
            self._width = max(self._width, len(text))
            print("\r" + text.ljust(self._width), end="", flush=True)
        else:
            print(text, flush=True)

    def close(self) -> None:
        """Leave the cursor on a line of its own."""
        if self._live and self._width:
            print(flush=True)
            self._width = 0
