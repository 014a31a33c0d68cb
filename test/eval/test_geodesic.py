"""Shortest ways: by hand, and against open floor."""

import math

import numpy as np

from astra_eval.geodesic import geodesic_distance


def _source(shape: tuple[int, int], cell: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, dtype=bool)
    mask[cell] = True
    return mask


def test_a_wall_is_walked_round_without_cutting_its_corner() -> None:
    free = np.ones((3, 3), dtype=bool)
    free[1, 1] = False
    distance = geodesic_distance(free, _source((3, 3), (0, 0)), 0.5)
    # Every diagonal touches the blocked centre: the far corner is four straight steps away.
    assert distance[2, 2] == 4 * 0.5
    assert np.isinf(distance[1, 1])


def test_open_floor_is_at_most_eight_percent_too_long() -> None:
    free = np.ones((40, 60), dtype=bool)
    distance = geodesic_distance(free, _source(free.shape, (5, 5)), 0.1)
    rows, columns = np.mgrid[:40, :60]
    straight = np.hypot(rows - 5, columns - 5) * 0.1
    assert (distance >= straight - 1e-9).all()
    assert (distance <= straight * 1.0824 + 1e-9).all()
    assert math.isclose(distance[8, 8], 3 * math.sqrt(2) * 0.1)


def test_no_source_and_no_way_are_infinite() -> None:
    free = np.ones((2, 5), dtype=bool)
    assert np.isinf(geodesic_distance(free, np.zeros_like(free), 1.0)).all()
    free[:, 2] = False
    distance = geodesic_distance(free, _source(free.shape, (0, 0)), 1.0)
    assert np.isinf(distance[:, 3:]).all()
    assert np.isfinite(distance[:, :2]).all()


def test_a_source_that_is_not_free_is_no_source() -> None:
    free = np.ones((1, 6), dtype=bool)
    free[0, 0] = False
    both = _source(free.shape, (0, 0)) | _source(free.shape, (0, 5))
    distance = geodesic_distance(free, both, 1.0)
    # Measured from the free one alone; the other has no distance, not even 0.
    np.testing.assert_array_equal(distance, [[np.inf, 4.0, 3.0, 2.0, 1.0, 0.0]])
    assert np.isinf(geodesic_distance(free, _source(free.shape, (0, 0)), 1.0)).all()
