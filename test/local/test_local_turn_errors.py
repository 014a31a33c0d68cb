"""Constant errors of wheels and gyro, told from ways; and what a linear covariance leaves out."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_local.config import OdometryConfig
from astra_local.odometry import model
from astra_local.odometry.curvature import Curvature
from astra_local.odometry.kalman import Kalman
from astra_local.odometry.turn_errors import TurnErrors

CONFIG = OdometryConfig()
DT_S = 0.02
BIAS, MISMATCH = 0.004, 0.03


def compared(speeds: list[float], seconds: float = 20.0, *, stands: bool = False) -> TurnErrors:
    """Return what is found, straight ahead at each of these speeds in turn."""
    found = TurnErrors(CONFIG)
    for speed in speeds:
        for _ in range(round(seconds / DT_S)):
            found.add(
                MISMATCH * speed,
                BIAS,
                speed,
                DT_S,
                slip_rad_m=0.01,
                gyro_noise_rad_s=CONFIG.gyro_noise_rad_s,
                stands=stands,
            )
    return found


def test_one_speed_tells_mismatch_and_bias_together_and_no_more() -> None:
    found = compared([0.8])
    assert abs(found.mean[0]) < 2e-4
    assert math.sqrt(found.covariance[0, 0]) > 0.95 * CONFIG.gyro_bias_start_rad_s
    assert not found.bias_is_known
    # What both make together is well known: m v - b.
    assert found.mean[2] * 0.8 - found.mean[0] == pytest.approx(MISMATCH * 0.8 - BIAS, rel=0.02)


def test_other_speeds_tell_them_apart() -> None:
    found = compared([1.5, 0.3] * 12)
    assert found.mean[0] == pytest.approx(BIAS, abs=1e-3)
    assert found.mean[2] == pytest.approx(MISMATCH, abs=2e-3)
    assert found.bias_is_known


def test_standing_tells_the_bias_at_once() -> None:
    found = compared([0.0], 2.0, stands=True)
    assert found.mean[0] == pytest.approx(BIAS, rel=0.02)
    assert found.bias_is_known


def test_what_is_known_of_the_bias_elsewhere_tells_the_mismatch() -> None:
    found = compared([0.8])
    found.learn_bias(BIAS, 1e-8)
    assert found.covariance[0, 0] == pytest.approx(1e-8)
    assert found.mean[2] == pytest.approx(MISMATCH, rel=0.02)
    before = found.mean.copy()
    found.learn_bias(0.5, 1.0)  # nothing that is not known better here
    np.testing.assert_array_equal(found.mean, before)


def test_a_way_with_a_heading_off_is_shorter_and_aside() -> None:
    # Ten metres along y, the heading off by 0.3 rad (standard deviation).
    rest = Curvature()
    for _ in range(100):
        rest.add(0.1, math.pi / 2, 0.3, 0.0)
    added = rest.widened(np.diag([0.0, 0.0, 0.09]), 0.0)
    anywhere = 10.0 * math.sqrt(105.0 / 576.0) * 0.3**4
    assert added[1, 1] == pytest.approx((10.0 * math.sqrt(0.75) * 0.09) ** 2 + anywhere**2)
    assert added[0, 0] == pytest.approx((10.0 * math.sqrt(15 / 36) * 0.027) ** 2 + anywhere**2)
    assert added[2, 2] == pytest.approx(0.09)
    # There and back is no error of the way but for what goes anywhere.
    for _ in range(100):
        rest.add(-0.1, math.pi / 2, 0.3, 0.0)
    back = rest.widened(np.diag([0.0, 0.0, 0.09]), 0.0)
    assert back[1, 1] == pytest.approx(4.0 * anywhere**2)


def test_a_heading_is_known_up_to_whole_turns() -> None:
    told = np.array([[4.0, 0.0, 1.0], [0.0, 9.0, 2.0], [1.0, 2.0, 100.0]])
    widened = Curvature().widened(told, 0.0)
    assert widened[2, 2] == pytest.approx(math.pi**2 / 3.0)
    assert abs(widened[1, 2]) < 0.05
    near = np.array([[4.0, 0.0, 0.1], [0.0, 9.0, 0.2], [0.1, 0.2, 0.04]])
    np.testing.assert_allclose(Curvature().widened(near, 0.0), near)


def test_what_is_learned_of_a_bias_is_told_as_an_error_and_moves_no_pose() -> None:
    kalman = Kalman(np.full(model.NUM_STATES, 1e-3))
    bias, theta = int(model.State.GYRO_BIAS), int(model.State.THETA)
    # A heading that went wrong by minus 50 s of an unknown bias of 0.005 rad/s.
    kalman.covariance[bias, bias], kalman.covariance[theta, theta] = 0.005**2, 0.25**2 + 1e-6
    kalman.covariance[bias, theta] = kalman.covariance[theta, bias] = -0.25 * 0.005
    kalman.learn(bias, 0.004, 1e-10)
    assert kalman.state[bias] == pytest.approx(0.004, rel=1e-3)
    assert kalman.covariance[bias, bias] == pytest.approx(1e-10, rel=1e-3)
    assert kalman.state[theta] == 0.0
    assert kalman.unapplied[theta] == pytest.approx(-0.2, rel=1e-3)
    assert kalman.pose_covariance(0.0)[2, 2] == pytest.approx(0.2**2, rel=1e-2)
