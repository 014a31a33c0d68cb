"""What is no longer known where sensors are silent."""

from __future__ import annotations

import math

import numpy as np

from astra_local.config import OdometryConfig
from astra_local.odometry import model
from astra_local.odometry.kalman import Kalman

__all__ = [
    "MOST_HEADING_RAD",
    "UNKNOWN_SPEED_MPS",
    "UNKNOWN_TURN_RAD_S",
    "fade_speed",
    "fade_turn",
    "skip_gap",
]

UNKNOWN_SPEED_MPS = 0.3
UNKNOWN_TURN_RAD_S = 0.5
# At most, nothing is known of the heading: the deviation of an even spread over a turn.
MOST_HEADING_RAD = math.pi / math.sqrt(3.0)
# How the pose becomes uncertain over a gap (standard deviations): as if the robot had gone on for
# as long as it may take to stop, and was pushed a little.
_DRIVES_ON_S = 2.0
_PUSH_MPS = 0.1
_TURN_RAD_S = 0.2
_FADES_S = 1.0
_U, _W, _BIAS = int(model.State.U), int(model.State.W), int(model.State.GYRO_BIAS)


def fade_speed(kalman: Kalman, dt_s: float) -> None:
    """Let the speed fade: without wheels nothing says how fast we are, so do not run away."""
    kalman.fade(_U, math.exp(-dt_s / _FADES_S), UNKNOWN_SPEED_MPS)


def fade_turn(kalman: Kalman, dt_s: float) -> None:
    """Let the turn fade, where there is no gyro either."""
    kalman.fade(_W, math.exp(-dt_s / _FADES_S), UNKNOWN_TURN_RAD_S)


def skip_gap(kalman: Kalman, dt_s: float, config: OdometryConfig) -> None:
    """Let time pass in which nothing was sensed: the pose stays, the velocity is forgotten.

    Bounded however long the gap: less than 2 (|v| + 0.1) m and 104 degrees are added (one standard
    deviation each), once per gap.
    """
    state, covariance = kalman.state, kalman.covariance
    v, w = abs(float(state[_U])), abs(float(state[_W]))
    seconds = min(dt_s, _DRIVES_ON_S)
    moved = (v + _PUSH_MPS) * seconds
    turned = min((w + _TURN_RAD_S) * seconds, MOST_HEADING_RAD)
    covariance[:3, :3] += np.diag(np.square([moved, moved, turned]))
    state[[_U, _W]] = 0.0
    # What was known of the velocity, and with what it went together, is no longer true.
    covariance[[_U, _W], :] = 0.0
    covariance[:, [_U, _W]] = 0.0
    covariance[_U, _U] = max(v, UNKNOWN_SPEED_MPS) ** 2
    covariance[_W, _W] = max(w, UNKNOWN_TURN_RAD_S) ** 2
    # The bias walks on, but never beyond what it may be at a start.
    bias = covariance[_BIAS, _BIAS]
    most = max(bias, config.gyro_bias_start_rad_s**2)
    covariance[_BIAS, _BIAS] = min(bias + config.gyro_bias_walk_rad_s_sqrt_s**2 * dt_s, most)
