"""The odometry buffer: interpolation, motion, windows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core import se2
from astra_core.records import LocalOdometry, Velocity
from astra_global.fusion import OdometryBuffer

S = 1_000_000_000


def odometry(stamp_s: float, x: float, y: float, theta: float) -> LocalOdometry:
    return LocalOdometry(round(stamp_s * S), np.array([x, y, theta]), np.eye(3), Velocity())


def test_interpolates_across_the_wrap() -> None:
    buffer = OdometryBuffer()
    buffer.add(odometry(0.0, 0.0, 0.0, math.pi - 0.1))
    buffer.add(odometry(1.0, 2.0, 1.0, -math.pi + 0.1))
    np.testing.assert_allclose(buffer.pose_at(S // 4), [0.5, 0.25, math.pi - 0.05])
    np.testing.assert_allclose(buffer.pose_at(3 * S // 4), [1.5, 0.75, -math.pi + 0.05])


def test_motion_counts_way_and_turn_both_ways() -> None:
    buffer = OdometryBuffer()
    for stamp, x, theta in ((0.0, 0.0, 0.0), (1.0, 2.0, 0.5), (2.0, 0.0, 0.0)):
        buffer.add(odometry(stamp, x, 0.0, theta))
    motion = buffer.motion(0, 2 * S)
    np.testing.assert_allclose(motion.relative, 0.0, atol=1e-12)
    assert motion.length_m == pytest.approx(4.0)
    assert motion.turn_rad == pytest.approx(1.0)
    assert buffer.motion(2 * S, 0).length_m == pytest.approx(4.0)


def test_refuses_what_it_cannot_know() -> None:
    buffer = OdometryBuffer(window_s=10.0)
    assert buffer.pose_at(0) is None
    for stamp in np.arange(0.0, 60.0, 0.02):
        assert buffer.add(odometry(stamp, stamp, 0.0, 0.0))
    assert buffer.pose_at(5 * S) is None
    np.testing.assert_allclose(buffer.pose_at(55 * S)[0], 55.0, atol=1e-6)
    assert buffer.pose_at(61 * S) is None
    assert len(buffer) < 600
    assert buffer.total_length_m == pytest.approx(59.98)


def test_ignores_old_and_broken_samples() -> None:
    buffer = OdometryBuffer()
    assert buffer.add(odometry(1.0, 0.0, 0.0, 0.0))
    assert not buffer.add(odometry(1.0, 9.0, 0.0, 0.0))
    assert not buffer.add(odometry(0.5, 9.0, 0.0, 0.0))
    assert not buffer.add(odometry(2.0, math.nan, 0.0, 0.0))
    assert len(buffer) == 1


@given(
    st.lists(st.tuples(*[st.floats(-3.0, 3.0)] * 3), min_size=3, max_size=8),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_motion_is_the_difference_of_poses(poses, first_percent, second_percent) -> None:
    buffer = OdometryBuffer()
    for number, pose in enumerate(poses):
        buffer.add(odometry(float(number), *pose))
    end = (len(poses) - 1) * S
    first, second = (end * percent // 100 for percent in (first_percent, second_percent))
    expected = se2.between(buffer.pose_at(first), buffer.pose_at(second))
    actual = buffer.motion(first, second).relative
    difference = se2.between(expected, actual)
    np.testing.assert_allclose(difference, 0.0, atol=1e-9)
