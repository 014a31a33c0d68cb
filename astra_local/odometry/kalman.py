"""State and covariance of the filter: scalar updates of a pose that is continuous.

The optimal gain would move the pose, as soon as a constant error is better known, by all that this
error has done to it since the start: by decimetres, of a robot that stands. What was seen from the
old pose would then lie in the wrong place, and that is what ``odom`` is for (REP 105). So a reading
moves the pose by what the robot may have driven since the reading before, and no further. What it
would be moved by beyond that is known, and not applied: it is kept beside the state and goes on
with the heading. The covariance is that of the optimal filter; the error of the pose that is told
has as second moment that covariance and the square of what is not applied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from astra_local.odometry import model
from astra_local.odometry.curvature import Curvature

__all__ = ["Kalman", "Measurement"]

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
# State to the expected reading and its derivative by the state.
Measurement = Callable[[Vector], tuple[float, Vector]]

_GATE_SIGMA = 3.0  # beyond this an innovation counts less, as in Huber's loss
_IDENTITY = np.eye(model.NUM_STATES)
_THETA, _U, _W = int(model.State.THETA), int(model.State.U), int(model.State.W)


class Kalman:
    """Extended Kalman filter over :class:`~astra_local.odometry.model.State`.

    Attributes:
        state: ``(12,)``.
        covariance: ``(12, 12)``, as if the pose had been moved by the optimal gain.
        unapplied: ``(3,)`` by how much the optimal pose differs from that of the state.
        curvature: What the linear covariance leaves out.
    """

    def __init__(self, deviation: Vector) -> None:
        """Start at zero with standard deviations ``(12,)``."""
        self.state: Vector = np.zeros(model.NUM_STATES)
        self.covariance: Matrix = np.diag(np.square(deviation))
        self.unapplied: Vector = np.zeros(3)
        self.curvature = Curvature()

    @property
    def is_finite(self) -> bool:
        """Return whether all of it are numbers."""
        return bool(
            np.isfinite(self.state).all()
            and np.isfinite(self.covariance).all()
            and np.isfinite(self.unapplied).all()
        )

    @property
    def heading_variance(self) -> float:
        """Return the mean square error of the heading that is told, rad^2."""
        return float(self.covariance[_THETA, _THETA] + self.unapplied[_THETA] ** 2)

    def pose_covariance(self, unsure_s: float) -> Matrix:
        """Return the mean square error ``(3, 3)`` of the pose that is told.

        Args:
            unsure_s: Standard deviation of the delay of the heading.
        """
        told = self.covariance[:3, :3] + np.outer(self.unapplied, self.unapplied)
        return self.curvature.widened(told, float(self.state[_W]) * unsure_s)

    def propagate(self, state: Vector, jacobian: Matrix, noise: Matrix) -> None:
        """Go on to a predicted state ``(12,)`` with its derivative and noise ``(12, 12)``."""
        self.state = state
        self.covariance = jacobian @ self.covariance @ jacobian.T + noise
        self.unapplied = jacobian[:3, :3] @ self.unapplied

    def update(
        self,
        measure: Measurement,
        value: float,
        noise: float,
        *,
        interval_s: tuple[float, float] = (0.0, 0.0),
        keeps: Sequence[int] = (),
    ) -> None:
        """Fuse one scalar in Joseph's form; outliers are weighed down to the gate, not dropped.

        Args:
            measure: What is measured.
            value: The reading.
            noise: Its standard deviation.
            interval_s: Since speed and turn were measured before.
            keeps: What is reckoned with and not changed (Schmidt-Kalman filter).
        """
        expected, jacobian = measure(self.state)
        innovation = value - expected
        column = self.covariance @ jacobian
        variance = float(jacobian @ column)
        measured = noise * noise
        excess = innovation * innovation / (_GATE_SIGMA**2)
        if excess > variance + measured:
            measured = excess - variance
        gain = column / (variance + measured)
        for place in keeps:
            gain[place] = 0.0
        before = self.heading_variance
        applied = gain.copy()
        applied[:3] = self._pose_gain(gain, *interval_s)
        self.state = self.state + applied * innovation
        self.unapplied = self.unapplied + (gain - applied)[:3] * innovation
        across = gain[:, None]
        keep = _IDENTITY - across * jacobian
        self.covariance = keep @ self.covariance @ keep.T + measured * across * gain
        self.curvature.shrink(before, self.heading_variance)

    def _pose_gain(self, gain: Vector, speed_s: float, turn_s: float) -> Vector:
        """Return how far the pose ``(3,)`` moves where the velocities change by ``gain``.

        They were predicted to be constant since they were measured before; if they have grown
        evenly, the mean was off by half of what they are off now.
        """
        heading = float(self.state[_THETA])
        ahead = 0.5 * speed_s * model.speed_ratio(self.state) * gain[_U]
        turned = 0.5 * turn_s * gain[_W]
        return np.array([ahead * math.cos(heading), ahead * math.sin(heading), turned])

    def allow_new(self, place: int, measure: Measurement, value: float, noise: float) -> None:
        """Take what begins faster than one may walk for a new value of one state.

        As an outlier it would count less, and a turn, with the gyro, pass for a new bias.
        """
        expected, jacobian = measure(self.state)
        variance = float(jacobian @ self.covariance @ jacobian) + noise**2
        excess = (value - expected) ** 2 / _GATE_SIGMA**2 - variance
        self.covariance[place, place] += max(excess, 0.0)

    def learn(self, place: int, mean: float, variance: float) -> None:
        """Bring one constant to what is known of it elsewhere, from the same readings.

        As the reading would that leaves exactly that; nothing where more is known here.
        """
        known = float(self.covariance[place, place])
        if variance >= 0.98 * known:
            return
        measured = 1.0 / (1.0 / variance - 1.0 / known)
        before = float(self.state[place])
        derivative = np.zeros(model.NUM_STATES)
        derivative[place] = 1.0
        reading = before + (mean - before) * (known + measured) / known
        self.update(lambda state: (float(state[place]), derivative), reading, math.sqrt(measured))

    def fade(self, place: int, share: float, least: float) -> None:
        """Let one state fade to a share of itself, and become no better known than ``least``."""
        self.state[place] *= share
        self.covariance[place, :] *= share
        self.covariance[:, place] *= share
        self.covariance[place, place] = max(self.covariance[place, place], least**2)
