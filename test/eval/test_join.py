"""Joining topics of different rates."""

import numpy as np

from astra_cli.demo.join import join_drive

MS = 1_000_000


def test_global_pose_is_carried_on_by_odometry() -> None:
    truth = {k * 20 * MS: np.array([5.0 + 0.01 * k, 0.0, 0.0]) for k in range(6)}
    odometry = {k * 20 * MS: np.array([0.01 * k, 0.0, 0.0]) for k in range(6)}
    record = join_drive(truth, odometry, {40 * MS: np.array([5.02, 0.0, 0.0])})
    assert len(record.stamps_ns) == 6
    assert np.isnan(record.global_pose[:2]).all()
    np.testing.assert_allclose(record.global_pose[2:], record.truth[2:])


def test_not_localized_and_too_old_are_not_claimed() -> None:
    truth = {k * 100 * MS: np.zeros(3) for k in range(12)}
    odometry = {k * 100 * MS: np.zeros(3) for k in range(12)}
    record = join_drive(truth, odometry, {0: np.zeros(3), 900 * MS: None})
    known = np.isfinite(record.global_pose).all(axis=1)
    # Good for 0.5 s after stamp 0, then stale, then explicitly lost.
    assert known.tolist() == [True] * 6 + [False] * 6


def test_truth_without_odometry_nearby_is_dropped() -> None:
    truth = {0: np.zeros(3), 500 * MS: np.zeros(3)}
    record = join_drive(truth, {30 * MS: np.ones(3)}, {})
    assert record.stamps_ns.tolist() == [0]
    np.testing.assert_array_equal(record.odometry[0], np.ones(3))
