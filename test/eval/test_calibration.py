"""Calibration of covariances: numbers worked out by hand, and a fair Gaussian."""

from __future__ import annotations

import numpy as np

from astra_eval.metrics.calibration import calibration, pose_nees


def test_nees_of_hand_made_errors() -> None:
    estimated = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, np.pi - 0.1]])
    truth = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, -np.pi + 0.1]])
    covariance = np.array([np.diag([1.0, 4.0, 1.0]), np.diag([1.0, 1.0, 0.04])])
    # 1/1 + 4/4 + 0; and a heading error of 0.2 rad across the seam: 0.04 / 0.04.
    np.testing.assert_allclose(pose_nees(estimated, covariance, truth), [2.0, 1.0])
    assert estimated[1, 2] == np.pi - 0.1, "the input stays as it is"


def test_correlation_counts() -> None:
    covariance = np.array([[[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 0.0, 1.0]]])
    # Inverse of the upper block is [[2, -1], [-1, 2]] / 3.
    along = pose_nees(np.array([[1.0, 1.0, 0.0]]), covariance, np.zeros((1, 3)))
    across = pose_nees(np.array([[1.0, -1.0, 0.0]]), covariance, np.zeros((1, 3)))
    np.testing.assert_allclose([along[0], across[0]], [2.0 / 3.0, 2.0])


def test_shares_inside_the_ellipsoids() -> None:
    # Chi-square with 3 degrees of freedom: 50 % below 2.366, 90 % below 6.251, 95 % below 7.815.
    result = calibration(np.array([2.3, 2.4, 6.2, 7.0, np.nan]))
    assert result.n == 4
    assert result.inside_percent == (25.0, 75.0, 100.0)
    np.testing.assert_allclose([result.nees_mean, result.nees_median], [4.475, 4.3])


def test_an_honest_gaussian_scores_three_and_a_modest_one_less() -> None:
    rng = np.random.default_rng(4)
    root = np.array([[0.1, 0.0, 0.0], [0.05, 0.2, 0.0], [0.0, 0.01, 0.03]])
    covariance = root @ root.T
    errors = rng.normal(size=(4000, 3)) @ root.T
    honest = calibration(pose_nees(errors, np.tile(covariance, (4000, 1, 1)), np.zeros((4000, 3))))
    # Deviation of the mean of 4,000 chi-square values: sqrt(6 / 4000) = 0.04.
    assert abs(honest.nees_mean - 3.0) < 0.16
    np.testing.assert_allclose(honest.inside_percent, [50.0, 90.0, 95.0], atol=2.5)
    modest = calibration(
        pose_nees(errors, np.tile(4 * covariance, (4000, 1, 1)), np.zeros((4000, 3)))
    )
    np.testing.assert_allclose(modest.nees_mean, honest.nees_mean / 4.0)


def test_nothing_claimed_is_nothing_said() -> None:
    result = calibration(np.zeros(0))
    assert result.n == 0 and np.isnan(result.nees_mean) and np.isnan(result.inside_percent).all()
