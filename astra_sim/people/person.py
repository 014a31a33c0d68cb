"""One person: where, how fast, on the way to what."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from astra_sim.people.figure import Figure

__all__ = ["Person"]

_STRIDE_PER_HEIGHT = 0.80
_FULL_SWING_MPS = 1.0
_SWING_PER_S = 3.0
_TURN_RAD_S = 4.0


@dataclass
class Person:
    """The state of one person; only :class:`~astra_sim.people.crowd.Crowd` changes it.

    Attributes:
        figure: Build.
        stroll_mps: Speed this person likes to walk at.
        patience_s: How long this person waits before looking for another way.
        x_m: Position in ``map``.
        y_m: Position in ``map``.
        theta_rad: Where the chest points.
        velocity_mps: ``(2,)`` in ``map``.
        wanted_mps: ``(2,)`` what the last decision asked for.
        path_m: ``(N, 2)`` way still to go, the goal last; empty at a goal.
        rest_s: Time still to stand at the goal.
        squeezes: Whether the way leads close past a robot that stands.
        waited_s: How long a walk has been held up.
        crowded_s: How long this person has stood close to the robot.
        phase_rad: Of the step cycle.
        swing: How far the legs swing, 0 to 1.
    """

    figure: Figure
    stroll_mps: float
    patience_s: float
    x_m: float
    y_m: float
    theta_rad: float
    velocity_mps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    wanted_mps: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    path_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    rest_s: float = 0.0
    squeezes: bool = False
    waited_s: float = 0.0
    crowded_s: float = 0.0
    phase_rad: float = 0.0
    swing: float = 0.0

    @property
    def radius_m(self) -> float:
        """Radius of the cylinder that the robot can touch."""
        return self.figure.radius_m

    @property
    def xy_m(self) -> NDArray[np.float64]:
        """Position ``(2,)``."""
        return np.array([self.x_m, self.y_m])

    @property
    def speed_mps(self) -> float:
        """Speed now."""
        return math.hypot(*self.velocity_mps)

    def animate(self, dt_s: float) -> None:
        """Turn the chest towards the way and take the steps that go with the speed."""
        speed = self.speed_mps
        if speed > 0.1:
            heading = math.atan2(self.velocity_mps[1], self.velocity_mps[0])
            turn = math.remainder(heading - self.theta_rad, 2.0 * math.pi)
            limit = _TURN_RAD_S * dt_s
            self.theta_rad = math.remainder(
                self.theta_rad + min(max(turn, -limit), limit), 2.0 * math.pi
            )
        stride = _STRIDE_PER_HEIGHT * self.figure.height_m
        self.phase_rad = (self.phase_rad + 2.0 * math.pi * speed * dt_s / stride) % (2.0 * math.pi)
        swing = min(1.0, speed / _FULL_SWING_MPS)
        limit = _SWING_PER_S * dt_s
        self.swing += min(max(swing - self.swing, -limit), limit)
