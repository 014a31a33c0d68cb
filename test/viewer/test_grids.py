"""Grids as the page shows them, by hand."""

import numpy as np

from astra_viewer.grids import distance_picture, map_picture, occupied_points

CELLS = np.array([[-1, 0, 100], [0, 49, 50]], dtype=np.int8)


def test_the_unknown_is_see_through_and_walls_are_darker_than_floor():
    picture = map_picture(CELLS)
    assert picture.shape == (2, 3, 4)
    assert picture[..., 3].tolist() == [[0, 255, 255], [255, 255, 255]]
    assert picture[0, 2, 0] < picture[0, 1, 0]
    assert picture[1, 2].tolist() == picture[0, 2].tolist()


def test_obstacles_are_the_centres_of_occupied_cells():
    points = occupied_points(CELLS, (10.0, -5.0), 0.2)
    # Row 0 at the lowest y: cells (column 2, row 0) and (column 2, row 1).
    np.testing.assert_allclose(points, [[10.5, -4.9], [10.5, -4.7]])


def test_no_obstacles_are_no_points():
    assert occupied_points(np.zeros((3, 3), dtype=np.int8), (0.0, 0.0), 0.1).shape == (0, 2)


def test_near_is_red_and_far_is_blue():
    picture = distance_picture(np.array([[100, 0]], dtype=np.int8))
    near, far = picture[0, 0], picture[0, 1]
    assert near[0] > near[2]
    assert far[2] > far[0]
