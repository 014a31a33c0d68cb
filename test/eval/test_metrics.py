"""Metrics: numbers worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_core import se2
from astra_eval.metrics.intervals import cluster_interval, wilson_interval
from astra_eval.metrics.localization import localization_errors
from astra_eval.metrics.odometry import (
    absolute_trajectory_error_m,
    path_length,
    relative_rotation_error_deg_per_10m,
    relative_translation_error_percent,
)


def test_wilson_interval_of_a_published_example() -> None:
    # 9 of 10: (0.596, 0.982), as in Brown, Cai and DasGupta's tables.
    low, high = wilson_interval(9, 10)
    assert low == pytest.approx(0.5958, abs=1e-3)
    assert high == pytest.approx(0.9821, abs=1e-3)
    assert wilson_interval(0, 0) == (0.0, 1.0)


@settings(deadline=None)
@given(st.integers(1, 500), st.data())
def test_wilson_interval_contains_the_share(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = wilson_interval(successes, trials)
    assert 0.0 <= low <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= high <= 1.0


def test_wilson_interval_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="3 successes in 2"):
        wilson_interval(3, 2)


def test_clusters_are_weighed_by_their_trials() -> None:
    # 20 buildings with a single right answer, 20 with 99 wrong ones: a share of 1 %.
    low, high = cluster_interval([1] * 20 + [0] * 20, [1] * 20 + [99] * 20)
    assert 0.0 < low < 0.01 < high < 0.03


def test_a_cluster_interval_covers_95_percent() -> None:
    # 100 independent trials: 0.5 +- 1.96 sqrt(0.25 / 100).
    low, high = cluster_interval([1, 0] * 50, [1] * 100)
    assert low == pytest.approx(0.402, abs=0.011)
    assert high == pytest.approx(0.598, abs=0.011)


def test_clusters_without_trials_do_not_count() -> None:
    with_empty = cluster_interval([3, 0, 5, 0], [4, 0, 8, 0])
    assert with_empty == cluster_interval([3, 5], [4, 8])
    assert all(map(math.isnan, cluster_interval([3, 0], [4, 0])))


def _straight(length_m: float, scale: float = 1.0) -> np.ndarray:
    x = np.arange(0.0, length_m + 1e-9, 0.1) * scale
    return np.column_stack([x, np.zeros_like(x), np.zeros_like(x)])


def test_a_scale_error_of_five_percent_is_an_rte_of_five_percent() -> None:
    rte = relative_translation_error_percent(_straight(12.0, 1.05), _straight(12.0))
    assert rte == pytest.approx(5.0, abs=0.01)


def _jump_at(x_m: float, dx: float, dy: float) -> np.ndarray:
    """Return odometry along 12 m that is off by (dx, dy) from a place on."""
    estimated = _straight(12.0)
    estimated[estimated[:, 0] > x_m, :2] += (dx, dy)
    return estimated


def test_segments_begin_at_every_metre_to_the_very_last() -> None:
    # Eight segments of 5 m begin at 0 to 7 m. A jump by 1 m at 5.55 m lies in those from 1 to 5 m.
    truth = _straight(12.0)
    for dx, dy in ((1.0, 0.0), (0.6, -0.8)):
        rte = relative_translation_error_percent(_jump_at(5.55, dx, dy), truth)
        assert rte == pytest.approx(5 / 8 * 20.0)
    # One at 11.55 m lies in the last only, and one of the way truly driven counts.
    assert relative_translation_error_percent(_jump_at(11.55, 0.0, 1.0), truth) == pytest.approx(
        1 / 8 * 20.0
    )
    assert relative_translation_error_percent(_jump_at(0.55, 40.0, 0.0), truth) == pytest.approx(
        1 / 8 * 800.0
    )


def test_rte_does_not_depend_on_the_frame_of_the_odometry() -> None:
    truth = se2.accumulate(np.tile([0.1, 0.0, 0.02], (200, 1)))
    moved = se2.compose([3.0, -2.0, 1.0], truth)
    assert relative_translation_error_percent(moved, truth) == pytest.approx(0.0, abs=1e-6)


def test_rte_of_a_robot_that_stood_still_is_not_a_number() -> None:
    still = np.zeros((50, 3))
    assert math.isnan(relative_translation_error_percent(still, still))


def test_path_length_by_hand() -> None:
    assert path_length(np.array([[0.0, 0.0, 0.0], [3.0, 4.0, 1.0], [3.0, 5.0, 1.0]])) == 6.0
    assert path_length(np.zeros((1, 3))) == 0.0


def test_localization_errors_skip_what_was_not_claimed() -> None:
    truth = np.array([[0.0, 0.0, 3.1], [1.0, 0.0, 0.0], [2.0, 0.0, 0.0]])
    estimated = np.array([[0.0, 0.3, -3.1], [np.nan] * 3, [2.0, 2.0, 0.0]])
    errors = localization_errors(estimated, truth)
    np.testing.assert_allclose(errors.errors_m, [0.3, 2.0])
    assert errors.errors_rad[0] == pytest.approx(2 * math.pi - 6.2)
    assert errors.within_1m_percent == 50.0
    assert math.isnan(localization_errors(np.full((2, 3), np.nan), truth[:2]).median_m)


def test_a_heading_that_drifts_by_one_degree_per_metre_is_ten_degrees_per_10_m() -> None:
    truth = _straight(12.0)
    drifted = truth.copy()
    drifted[:, 2] = np.radians(truth[:, 0])
    assert relative_rotation_error_deg_per_10m(drifted, truth) == pytest.approx(10.0, abs=0.01)
    # To the left or to the right is the same error.
    assert relative_rotation_error_deg_per_10m(-drifted, -truth) == pytest.approx(10.0, abs=0.01)


def test_a_half_turn_in_a_segment_is_not_taken_for_one_the_other_way_round() -> None:
    # 5 m of a circle turn the robot by just under half a turn, by odometry by just over it.
    truth = se2.accumulate(np.tile([0.1, 0.0, (math.pi - 0.01) / 50], (50, 1)))
    turned = se2.accumulate(np.tile([0.1, 0.0, (math.pi + 0.01) / 50], (50, 1)))
    rre = relative_rotation_error_deg_per_10m(turned, truth, segment_m=4.9)
    assert rre == pytest.approx(math.degrees(0.02) * 2.0, rel=0.02)


def test_rre_of_a_short_drive_counts_as_one_segment() -> None:
    truth = _straight(2.0)
    turned = truth.copy()
    turned[-1, 2] = np.radians(3.0)
    assert relative_rotation_error_deg_per_10m(turned, truth) == pytest.approx(15.0)
    assert math.isnan(relative_rotation_error_deg_per_10m(np.zeros((9, 3)), np.zeros((9, 3))))


def test_ate_ignores_the_frame_and_keeps_the_shape() -> None:
    truth = se2.accumulate(np.tile([0.1, 0.0, 0.05], (100, 1)))
    moved = se2.compose([3.0, -2.0, 2.0], truth)
    assert absolute_trajectory_error_m(moved, truth) == pytest.approx(0.0, abs=1e-9)


def test_ate_of_four_points_by_hand() -> None:
    # A line of length 3 stretched to 3.3: after alignment the errors are 0.15, 0.05, 0.05, 0.15.
    truth = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0], [3.0, 0.0]])
    expected = math.sqrt((2 * 0.15**2 + 2 * 0.05**2) / 4)
    assert absolute_trajectory_error_m(1.1 * truth, truth) == pytest.approx(expected)
    assert math.isnan(absolute_trajectory_error_m(np.zeros((0, 3)), np.zeros((0, 3))))


def test_localization_errors_by_hand() -> None:
    truth = np.zeros((4, 3))
    estimated = np.array([[1.0, 0.0, 0.1], [0.0, -1.01, -0.2], [0.6, 0.8, 0.3], [0.0, 0.0, 0.5]])
    errors = localization_errors(estimated, truth)
    # One metre exactly is within one metre.
    assert errors.within_1m_percent == 75.0
    assert errors.median_m == pytest.approx(1.0)
    assert errors.median_deg == pytest.approx(math.degrees(0.25))
    assert math.isnan(localization_errors(np.full((2, 3), np.nan), truth[:2]).median_deg)
