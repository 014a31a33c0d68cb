"""The window in the robot's frame: cells worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_local.voxel.ego_window import WINDOW, EgoWindow


def grid(size_m: float = 12.0, resolution_m: float = 0.05):
    """Return an empty grid about the origin: occupied, known, origin, resolution."""
    cells = round(size_m / resolution_m)
    origin = (-size_m / 2.0, -size_m / 2.0)
    return np.zeros((cells, cells), bool), np.ones((cells, cells), bool), origin, resolution_m


def put(cells, origin_m, resolution_m, x_m, y_m):
    row = math.floor((y_m - origin_m[1]) / resolution_m)
    column = math.floor((x_m - origin_m[0]) / resolution_m)
    cells[row, column] = not cells[row, column]


@pytest.mark.parametrize(
    ("pose", "expected"),
    [
        # A thing at (2.03, 1.03) in odom. x ahead = -2 + 0.1 column, y left = -3.2 + 0.1 row.
        ((0.0, 0.0, 0.0), (42, 40)),
        # A metre forward: 1.03 ahead.
        ((1.0, 0.0, 0.0), (42, 30)),
        # Turned left by 90 degrees it is 1.03 ahead and 2.03 to the right.
        ((0.0, 0.0, math.pi / 2), (11, 30)),
        # Turned right about (2.03, 0): 1.03 to the left of who looks along -y ... 1.03 behind.
        ((2.0, 0.0, -math.pi / 2), (32, 9)),
    ],
)
def test_a_thing_lands_in_the_cell_that_geometry_says(pose, expected):
    occupied, known, origin, resolution = grid()
    put(occupied, origin, resolution, 2.03, 1.03)
    taken, _ = WINDOW.sample(occupied, known, origin, resolution, np.array(pose))
    assert [tuple(cell) for cell in np.argwhere(taken)] == [expected]


def test_one_unknown_point_makes_a_cell_unknown_and_an_occupied_one_makes_it_known():
    occupied, known, origin, resolution = grid()
    put(known, origin, resolution, 1.02, 0.02)
    _, seen = WINDOW.sample(occupied, known, origin, resolution, np.zeros(3))
    assert [tuple(cell) for cell in np.argwhere(~seen)] == [(32, 30)]
    put(occupied, origin, resolution, 1.07, 0.07)
    taken, seen = WINDOW.sample(occupied, known, origin, resolution, np.zeros(3))
    assert taken[32, 30]
    assert seen.all()


def test_beyond_the_grid_nothing_is_known():
    occupied, known, origin, resolution = grid(size_m=4.0)
    occupied[:] = True
    taken, seen = WINDOW.sample(occupied, known, origin, resolution, np.zeros(3))
    # The grid ends at x = 2 and y = +-2: column 40, rows 12 to 51.
    np.testing.assert_array_equal(np.unique(np.argwhere(taken)[:, 0]), np.arange(12, 52))
    np.testing.assert_array_equal(np.unique(np.argwhere(taken)[:, 1]), np.arange(0, 40))
    np.testing.assert_array_equal(taken, seen)


def test_centers_are_those_of_the_contract():
    centers = WINDOW.centers()
    assert centers.shape == (64, 64, 2)
    np.testing.assert_allclose(centers[0, 0], [-1.95, -3.15])
    np.testing.assert_allclose(centers[63, 0], [-1.95, 3.15])
    np.testing.assert_allclose(centers[0, 63], [4.35, -3.15])


def test_another_window():
    window = EgoWindow(low_m=(0.0, -0.5), shape=(2, 3), cell_m=0.5)
    occupied, known, origin, resolution = grid(resolution_m=0.25)
    put(occupied, origin, resolution, 1.3, 0.3)
    taken, _ = window.sample(occupied, known, origin, resolution, np.zeros(3))
    np.testing.assert_array_equal(taken, [[False, False, False], [False, False, True]])
