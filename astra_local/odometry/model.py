"""Motion and measurement models of the filter, with their Jacobians derived by hand.

State ``s = [x, y, theta, v, w, b, k]``: pose in ``odom``, forward speed and turn rate, gyro bias,
wheel scale error (the encoder reads (1 + k) v). Nothing on board observes k; it is carried so that
the covariance of the position grows with the distance driven, as the true error does, instead of
with its square root.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["NUM_STATES", "acceleration_noise", "gyro", "predict", "wheel_linear", "wheel_turn"]

NUM_STATES = 7
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


def predict(state: Vector, dt_s: float) -> tuple[Vector, Matrix]:
    """Drive on with constant v and w, by the midpoint rule.

    x' = x + v dt cos(theta + w dt / 2), y' likewise with sin, theta' = theta + w dt; the rest
    stays. The angle is not wrapped here: the filter keeps it continuous.

    Args:
        state: ``(7,)``.
        dt_s: Time step, seconds, >= 0.

    Returns:
        New state ``(7,)`` and its derivative by the old one ``(7, 7)``.
    """
    v, w = state[3], state[4]
    middle = state[2] + 0.5 * w * dt_s
    cos, sin = math.cos(middle), math.sin(middle)
    step = v * dt_s
    result = state.copy()
    result[0] += step * cos
    result[1] += step * sin
    result[2] += w * dt_s
    jacobian = np.eye(NUM_STATES)
    jacobian[0, 2], jacobian[1, 2] = -step * sin, step * cos
    jacobian[0, 3], jacobian[1, 3] = dt_s * cos, dt_s * sin
    jacobian[0, 4], jacobian[1, 4] = -0.5 * dt_s * step * sin, 0.5 * dt_s * step * cos
    jacobian[2, 4] = dt_s
    return result, jacobian


def acceleration_noise(heading_rad: float, dt_s: float, linear: float, angular: float) -> Matrix:
    """Return the noise of one step ``(7, 7)``: white acceleration, forward and turning.

    A velocity that walks moves the pose within the same step, by half of it on average:
    [[dt^3/3, dt^2/2], [dt^2/2, dt]] times the density, for distance and speed. Without the
    off-diagonal part a reading at the end of a step could not correct the pose, which would lag.

    Args:
        heading_rad: Direction of the forward motion.
        dt_s: Length of the step, seconds.
        linear: Square root of the density, m/s per root second.
        angular: The same for turning, rad/s per root second.
    """
    forward = np.zeros(NUM_STATES)
    forward[0], forward[1] = math.cos(heading_rad), math.sin(heading_rad)
    speed, heading, turn = np.eye(NUM_STATES)[[3, 2, 4]]
    noise = np.zeros((NUM_STATES, NUM_STATES))
    for moved, walks, density in ((forward, speed, linear**2), (heading, turn, angular**2)):
        cross = np.outer(moved, walks)
        noise += density * dt_s**3 / 3.0 * np.outer(moved, moved)
        noise += density * dt_s**2 / 2.0 * (cross + cross.T)
        noise += density * dt_s * np.outer(walks, walks)
    return noise


def gyro(state: Vector) -> tuple[float, Vector]:
    """Return the expected yaw rate reading w + b and its derivative ``(7,)``."""
    return state[4] + state[5], np.array([0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0])


def wheel_linear(state: Vector) -> tuple[float, Vector]:
    """Return the expected encoder speed (1 + k) v and its derivative ``(7,)``."""
    derivative = np.array([0.0, 0.0, 0.0, 1.0 + state[6], 0.0, 0.0, state[3]])
    return (1.0 + state[6]) * state[3], derivative


def wheel_turn(state: Vector) -> tuple[float, Vector]:
    """Return the expected encoder turn rate w and its derivative ``(7,)``."""
    return state[4], np.array([0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0])
