"""Motion and measurement models of the filter, with their Jacobians derived by hand.

State, 12 numbers, see :class:`State` for their places::

    x, y, theta   pose in odom
    u             speed as the encoders show it
    w             turn rate
    b             gyro bias
    k             wheel scale error, constant
    t             error of the track, constant: turning by w the encoders show (1 + t + s) w
    m             mismatch of the wheels, constant: the encoders turn by m per metre driven
    s, d          slip: as k and m, but wandering with the floor (first-order Markov over distance)
    a             bias of the accelerometer to the left

The true speed is v = (1 - k - s) u. The encoder speed is the state, not v: its reading is then
linear, and a product of two unknowns cannot feign knowledge of k. What knows k is the
accelerometer, by how fast the robot really goes round a bend: it reads v w + a to the left. (The
forward reading was tried as well and added nothing to that.) What knows b while driving are the
wheels, once t and m are known, and those show in turns to both sides and at different speeds.

Errors of the wheels as in J. Borenstein and L. Feng, "Measurement and correction of systematic
odometry errors in mobile robots", 1996.
"""

from __future__ import annotations

import math
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NUM_STATES",
    "State",
    "acceleration_noise",
    "gyro",
    "predict",
    "sideways_acceleration",
    "speed_ratio",
    "true_speed",
    "turn_rate",
    "wheel_linear",
    "wheel_turn",
]

NUM_STATES = 12
Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]


class State(IntEnum):
    """Places in the state vector."""

    X = 0
    Y = 1
    THETA = 2
    U = 3
    W = 4
    GYRO_BIAS = 5
    SCALE = 6
    TRACK = 7
    MISMATCH = 8
    SLIP = 9
    TURN_SLIP = 10
    SIDE_BIAS = 11


# Plain integers: an enum costs time in every index of a filter at 100 Hz.
_X, _Y, _THETA, _U, _W, _B, _K, _T, _M, _S, _D, _A = (int(place) for place in State)


def speed_ratio(state: Vector) -> float:
    """Return v / u = 1 - k - s."""
    return float(1.0 - state[_K] - state[_S])


def true_speed(state: Vector) -> float:
    """Return v = (1 - k - s) u, m/s."""
    return float(state[_U]) * speed_ratio(state)


def predict(state: Vector, dt_s: float, lead_s: float, keep: float) -> tuple[Vector, Matrix]:
    """Drive on with constant v and w, by the midpoint rule.

    With phi = theta + w (dt / 2 + lead): x' = x + v dt cos(phi), y' likewise with sin,
    theta' = theta + w dt, s' = keep s, d' = keep d; the rest stays. The angle is not wrapped here:
    the filter keeps it continuous.

    Args:
        state: ``(12,)``.
        dt_s: Time step, seconds, >= 0.
        lead_s: How much the heading of the state is behind the position's time: the gyro's delay.
        keep: What remains of the slip after the distance of this step, in [0, 1].

    Returns:
        New state ``(12,)`` and its derivative by the old one ``(12, 12)``.
    """
    u, w = state[_U], state[_W]
    share = speed_ratio(state)
    ahead = 0.5 * dt_s + lead_s
    middle = state[_THETA] + ahead * w
    cos, sin = math.cos(middle), math.sin(middle)
    step = u * share * dt_s
    result = state.copy()
    result[_X] += step * cos
    result[_Y] += step * sin
    result[_THETA] += w * dt_s
    result[_S] *= keep
    result[_D] *= keep
    jacobian = np.eye(NUM_STATES)
    for row, along, across in ((_X, cos, -sin), (_Y, sin, cos)):
        jacobian[row, _THETA] = step * across
        jacobian[row, _U] = share * dt_s * along
        jacobian[row, _W] = ahead * step * across
        jacobian[row, _K] = jacobian[row, _S] = -u * dt_s * along
    jacobian[_THETA, _W] = dt_s
    jacobian[_S, _S] = jacobian[_D, _D] = keep
    return result, jacobian


def acceleration_noise(heading_rad: float, dt_s: float, linear: float, angular: float) -> Matrix:
    """Return the noise of one step ``(12, 12)``: white acceleration, forward and turning.

    A velocity that walks moves the pose within the same step, by half of it on average:
    [[dt^3/3, dt^2/2], [dt^2/2, dt]] times the density, for distance and speed: who was wrong about
    the speed at the end of a step was half as wrong about the way.

    Args:
        heading_rad: Direction of the forward motion.
        dt_s: Length of the step, seconds.
        linear: Square root of the density, m/s per root second.
        angular: The same for turning, rad/s per root second.
    """
    cos, sin = math.cos(heading_rad), math.sin(heading_rad)
    noise = np.zeros((NUM_STATES, NUM_STATES))
    walks, cross, moves = dt_s, dt_s**2 / 2.0, dt_s**3 / 3.0
    q = linear * linear
    noise[_X, _X], noise[_Y, _Y] = q * moves * cos * cos, q * moves * sin * sin
    noise[_X, _Y] = noise[_Y, _X] = q * moves * cos * sin
    noise[_X, _U] = noise[_U, _X] = q * cross * cos
    noise[_Y, _U] = noise[_U, _Y] = q * cross * sin
    noise[_U, _U] = q * walks
    q = angular * angular
    noise[_THETA, _THETA], noise[_W, _W] = q * moves, q * walks
    noise[_THETA, _W] = noise[_W, _THETA] = q * cross
    return noise


def gyro(state: Vector) -> tuple[float, Vector]:
    """Return the expected yaw rate reading w + b and its derivative ``(12,)``."""
    derivative = np.zeros(NUM_STATES)
    derivative[_W] = derivative[_B] = 1.0
    return state[_W] + state[_B], derivative


def sideways_acceleration(state: Vector) -> tuple[float, Vector]:
    """Return the expected reading to the left, v w + a, and its derivative ``(12,)``."""
    u, w = state[_U], state[_W]
    share = speed_ratio(state)
    derivative = np.zeros(NUM_STATES)
    derivative[_U], derivative[_W], derivative[_A] = share * w, share * u, 1.0
    derivative[_K] = derivative[_S] = -u * w
    return share * u * w + state[_A], derivative


def wheel_linear(state: Vector) -> tuple[float, Vector]:
    """Return the expected encoder speed u and its derivative ``(12,)``."""
    derivative = np.zeros(NUM_STATES)
    derivative[_U] = 1.0
    return state[_U], derivative


def wheel_turn(state: Vector) -> tuple[float, Vector]:
    """Return the expected encoder turn rate (1 + t + s) w + (m + d) u, its derivative ``(12,)``."""
    u, w = state[_U], state[_W]
    scale, bend = 1.0 + state[_T] + state[_S], state[_M] + state[_D]
    derivative = np.zeros(NUM_STATES)
    derivative[_W], derivative[_U] = scale, bend
    derivative[_T] = derivative[_S] = w
    derivative[_M] = derivative[_D] = u
    return scale * w + bend * u, derivative


def turn_rate(state: Vector) -> tuple[float, Vector]:
    """Return the turn rate w itself and its derivative ``(12,)``: for a robot known to stand."""
    derivative = np.zeros(NUM_STATES)
    derivative[_W] = 1.0
    return state[_W], derivative
