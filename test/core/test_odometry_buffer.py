"""The odometry buffer: poses predicted and held, motion, windows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core import se2
from astra_core.odometry_buffer import OdometryBuffer
from astra_core.records import LocalOdometry, Velocity

S = 1_000_000_000


def odometry(stamp_s: float, x: float, y: float, theta: float) -> LocalOdometry:
    return LocalOdometry(round(stamp_s * S), np.array([x, y, theta]), np.eye(3), Velocity())


def test_interpolates_across_the_wrap() -> None:
    buffer = OdometryBuffer()
    buffer.add(odometry(0.0, 0.0, 0.0, math.pi - 0.1))
    buffer.add(odometry(1.0, 2.0, 1.0, -math.pi + 0.1))
    np.testing.assert_allclose(buffer.driven_at(S // 4), [0.5, 0.25, math.pi - 0.05])
    np.testing.assert_allclose(buffer.driven_at(3 * S // 4), [1.5, 0.75, -math.pi + 0.05])


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
    assert buffer.driven_at(0) is None
    for stamp in np.arange(0.0, 60.0, 0.02):
        assert buffer.add(odometry(stamp, stamp, 0.0, 0.0))
    assert buffer.driven_at(5 * S) is None
    np.testing.assert_allclose(buffer.driven_at(55 * S)[0], 55.0, atol=1e-6)
    assert buffer.driven_at(61 * S) is None
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
    expected = se2.between(buffer.driven_at(first), buffer.driven_at(second))
    actual = buffer.motion(first, second).relative
    difference = se2.between(expected, actual)
    np.testing.assert_allclose(difference, 0.0, atol=1e-9)


MS = 1_000_000


def estimate(stamp_ms: int, pose: tuple[float, float, float], v: float = 0.0, w: float = 0.0):
    return LocalOdometry(stamp_ms * MS, np.array(pose), np.eye(3), Velocity(v, w))


def test_poses_are_interpolated_the_short_way_around() -> None:
    buffer = OdometryBuffer(3.0)
    buffer.add(estimate(0, (0.0, 0.0, math.pi - 0.1)))
    buffer.add(estimate(100, (1.0, 2.0, -math.pi + 0.1)))
    pose = buffer.pose_at(25 * MS)
    np.testing.assert_allclose(pose, [0.25, 0.5, math.pi - 0.05], atol=1e-9)


def test_extrapolates_a_little_and_not_more() -> None:
    buffer = OdometryBuffer(3.0)
    buffer.add(estimate(100, (1.0, 0.0, math.pi / 2), v=0.5))
    np.testing.assert_allclose(buffer.pose_at(200 * MS), [1.0, 0.05, math.pi / 2], atol=1e-9)
    assert buffer.pose_at(301 * MS) is None
    assert buffer.pose_at(99 * MS) is None


def test_an_empty_buffer_and_what_is_too_old() -> None:
    buffer = OdometryBuffer(1.0)
    assert buffer.latest is None
    assert buffer.pose_at(0) is None
    for number in range(300):
        buffer.add(estimate(20 * number, (float(number), 0.0, 0.0)))
    buffer.add(estimate(10, (-1.0, 0.0, 0.0)))  # too late: dropped
    assert buffer.pose_at(0) is None
    assert buffer.latest.pose[0] == 299.0
    assert buffer.pose_at(20 * 290 * MS)[0] == pytest.approx(290.0)


def test_extrapolates_along_the_arc() -> None:
    # A quarter turn of radius 0.5 m about (0, 0.5), 0.1 s of it by 0.2 rad: the chord points
    # half as far aside as the robot turns.
    buffer = OdometryBuffer(3.0)
    buffer.add(estimate(100, (0.0, 0.0, 0.0), v=1.0, w=2.0))
    pose = buffer.pose_at(200 * MS)
    np.testing.assert_allclose(pose, [0.1 * math.cos(0.1), 0.1 * math.sin(0.1), 0.2])
    # The limit itself is allowed.
    assert buffer.pose_at(300 * MS) is not None


def test_keeps_what_it_promises_and_not_for_ever() -> None:
    buffer = OdometryBuffer(1.0)
    for number in range(1000):
        buffer.add(estimate(20 * number, (float(number), 0.0, 0.0)))
        if number >= 50:
            assert buffer.pose_at((20 * number - 1000) * MS)[0] == number - 50
    assert buffer.pose_at((20 * 999 - 2020) * MS) is None


def test_an_estimate_is_read_as_it_was_given() -> None:
    buffer = OdometryBuffer(1.0)
    buffer.add(estimate(20, (1.0, 2.0, 0.5)))
    pose = buffer.pose_at(20 * MS)
    pose[:] = 9.0  # nobody's but the reader's
    np.testing.assert_array_equal(buffer.pose_at(20 * MS), [1.0, 2.0, 0.5])


def test_beyond_the_newest_a_pose_is_predicted_and_the_driven_way_is_held() -> None:
    buffer = OdometryBuffer()
    for stamp_ms, x in ((0, 0.0), (100, 0.05)):
        buffer.add(estimate(stamp_ms, (x, 0.0, 0.0), v=0.5))
    np.testing.assert_allclose(buffer.pose_at(200 * MS), [0.1, 0.0, 0.0], atol=1e-12)
    np.testing.assert_array_equal(buffer.driven_at(200 * MS), [0.05, 0.0, 0.0])
    assert buffer.motion(0, 200 * MS).length_m == 0.05  # nothing is driven before it is measured
    # Before the oldest: held by the one, unknown to the other.
    np.testing.assert_array_equal(buffer.driven_at(-200 * MS), [0.0, 0.0, 0.0])
    assert buffer.pose_at(-1) is None
    assert buffer.driven_at(-200 * MS - 1) is None and buffer.driven_at(300 * MS + 1) is None
