"""Lines of straight pieces: stations, projections and spacing worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core.polyline import Polyline, evenly_spaced, polyline_length_m, resample

CORNER = Polyline(np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 3.0]]))
# Crosses itself at (2, 0): at stations 2 and 10.
CROSSING = Polyline(np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 2.0], [2.0, 2.0], [2.0, -2.0]]))


def test_stations_and_length() -> None:
    np.testing.assert_allclose(CORNER.stations_m, [0.0, 2.0, 5.0])
    assert CORNER.length_m == 5.0
    assert polyline_length_m(CORNER.points_m) == 5.0
    assert polyline_length_m(CORNER.points_m[:1]) == 0.0


@pytest.mark.parametrize(
    ("point", "station", "away"),
    [
        ((1.0, 0.3), 1.0, 0.3),
        ((2.5, 1.0), 3.0, 0.5),
        ((-3.0, 4.0), 0.0, 5.0),
        ((2.0, 9.0), 5.0, 6.0),
        ((2.0, 0.0), 2.0, 0.0),
    ],
)
def test_the_nearest_place_by_hand(point: tuple[float, float], station: float, away: float) -> None:
    assert CORNER.project(point) == pytest.approx((station, away))


def test_a_window_chooses_between_the_branches_of_a_crossing() -> None:
    assert CROSSING.project((2.0, 0.05), 1.0, 5.0) == pytest.approx((2.0, 0.05))
    assert CROSSING.project((2.0, 0.05), 8.0) == pytest.approx((9.95, 0.0))
    # Nothing lies in the window: where it begins, within the line.
    assert CROSSING.project((0.0, 0.0), 99.0) == pytest.approx((12.0, np.hypot(2.0, 2.0)))


def test_a_double_point_does_no_harm() -> None:
    line = Polyline(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))
    assert line.project((1.2, 0.5)) == pytest.approx((1.5, 0.2))


def test_points_at_stations_and_beyond_the_ends() -> None:
    np.testing.assert_allclose(CORNER.point_at(3.5), [2.0, 1.5])
    np.testing.assert_allclose(CORNER.point_at(99.0), [2.0, 3.0])
    np.testing.assert_allclose(CORNER.point_at(-1.0), [0.0, 0.0])


@given(st.floats(0.0, 5.0))
def test_projecting_a_point_of_the_line_gives_its_station(station_m: float) -> None:
    assert CORNER.project(CORNER.point_at(station_m)) == pytest.approx((station_m, 0.0), abs=1e-6)


def test_resampling_keeps_corners_and_even_spacing_does_not() -> None:
    line = np.array([[0.0, 0.0], [0.25, 0.0], [0.25, 0.1]])
    third = 0.25 / 3.0
    by_hand = [[0, 0], [third, 0], [2 * third, 0], [0.25, 0], [0.25, 0.1]]
    np.testing.assert_allclose(resample(line, 0.1), by_hand, atol=1e-12)
    # 0.35 m in four steps of 0.0875 m: the third ends 1.25 cm beyond the corner.
    even = evenly_spaced(line, 0.1)
    by_hand = [[0, 0], [0.0875, 0], [0.175, 0], [0.25, 0.0125], [0.25, 0.1]]
    np.testing.assert_allclose(even, by_hand, atol=1e-12)


def test_a_step_that_fits_exactly_makes_no_extra_point() -> None:
    length_m = 0.1 * 3
    assert length_m / 0.1 > 3.0  # by rounding
    line = np.array([[0.0, 0.0], [length_m, 0.0]])
    assert len(resample(line, 0.1)) == 4


def test_spacing_skips_double_points() -> None:
    double = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.0], [1.0, 0.5]])
    np.testing.assert_allclose(evenly_spaced(double, 0.5), [[0, 0], [0.5, 0], [1, 0], [1, 0.5]])
    assert len(evenly_spaced(double[1:3], 0.5)) == 1
