"""Where the robot was when an image was exposed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.records import LocalOdometry, Velocity
from astra_local.odometry.history import OdometryHistory

MS = 1_000_000


def estimate(stamp_ms: int, pose: tuple[float, float, float], v: float = 0.0, w: float = 0.0):
    return LocalOdometry(stamp_ms * MS, np.array(pose), np.eye(3), Velocity(v, w))


def test_interpolates_the_short_way_around() -> None:
    history = OdometryHistory(3.0)
    history.append(estimate(0, (0.0, 0.0, math.pi - 0.1)))
    history.append(estimate(100, (1.0, 2.0, -math.pi + 0.1)))
    pose = history.pose_at(25 * MS)
    np.testing.assert_allclose(pose, [0.25, 0.5, math.pi - 0.05], atol=1e-9)


def test_extrapolates_a_little_and_not_more() -> None:
    history = OdometryHistory(3.0)
    history.append(estimate(100, (1.0, 0.0, math.pi / 2), v=0.5))
    np.testing.assert_allclose(history.pose_at(200 * MS), [1.0, 0.05, math.pi / 2], atol=1e-9)
    assert history.pose_at(301 * MS) is None
    assert history.pose_at(99 * MS) is None


def test_empty_and_old() -> None:
    history = OdometryHistory(1.0)
    assert history.latest() is None
    assert history.pose_at(0) is None
    for number in range(300):
        history.append(estimate(20 * number, (float(number), 0.0, 0.0)))
    history.append(estimate(10, (-1.0, 0.0, 0.0)))  # too late: dropped
    assert history.pose_at(0) is None
    assert history.latest().pose[0] == 299.0
    assert history.pose_at(20 * 290 * MS)[0] == pytest.approx(290.0)


def test_extrapolates_along_the_arc() -> None:
    # A quarter turn of radius 0.5 m about (0, 0.5), 0.1 s of it by 0.2 rad: the chord points
    # half as far aside as the robot turns.
    history = OdometryHistory(3.0)
    history.append(estimate(100, (0.0, 0.0, 0.0), v=1.0, w=2.0))
    pose = history.pose_at(200 * MS)
    np.testing.assert_allclose(pose, [0.1 * math.cos(0.1), 0.1 * math.sin(0.1), 0.2])
    # The limit itself is allowed.
    assert history.pose_at(300 * MS) is not None


def test_keeps_what_it_promises_and_not_for_ever() -> None:
    history = OdometryHistory(1.0)
    for number in range(1000):
        history.append(estimate(20 * number, (float(number), 0.0, 0.0)))
        if number >= 50:
            assert history.pose_at((20 * number - 1000) * MS)[0] == number - 50
    assert history.pose_at((20 * 999 - 2020) * MS) is None


def test_an_estimate_is_read_as_it_was_given() -> None:
    history = OdometryHistory(1.0)
    history.append(estimate(20, (1.0, 2.0, 0.5)))
    pose = history.pose_at(20 * MS)
    pose[:] = 9.0  # nobody's but the reader's
    np.testing.assert_array_equal(history.pose_at(20 * MS), [1.0, 2.0, 0.5])
