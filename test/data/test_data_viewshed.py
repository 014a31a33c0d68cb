"""What a mast of 1.1 m sees: distances worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_data.viewshed import Viewshed

CELL_M = 0.05
SIDE = 301
MIDDLE = 150


@pytest.fixture(scope="module")
def viewshed() -> Viewshed:
    return Viewshed(CELL_M)


def floor() -> np.ndarray:
    return np.zeros((SIDE, SIDE), np.float32)


def ahead(viewshed: Viewshed, mask: np.ndarray) -> np.ndarray:
    """Return what lies along +x: by distance in cells from the camera."""
    return mask[viewshed.reach, viewshed.reach :]


def test_the_floor_is_seen_from_the_lower_edge_of_the_picture_on(viewshed):
    view = viewshed.look(floor(), MIDDLE, MIDDLE, 0.0)
    # The middle of the lowest layer, 0.15 m, is in the picture from 0.95 / 0.894 = 1.063 m before
    # the camera on, which sits 0.15 m ahead: 1.213 m, the 25th cell is the first.
    seen = ahead(viewshed, view.floor)
    assert not seen[:25].any()
    assert seen[25:].all()
    # Along the diagonal the lower edge is sqrt(2) farther: 1.715 m, cell (25, 25) again.
    diagonal = np.diagonal(view.floor)[viewshed.reach :]
    assert not diagonal[:25].any()
    assert diagonal[25:60].all()
    assert not view.hit.any()


def test_the_blind_square_turns_with_the_robot(viewshed):
    view = viewshed.look(floor(), MIDDLE, MIDDLE, math.pi / 4)
    seen = ahead(viewshed, view.floor)
    # Straight along x is now the diagonal of the square: 1.715 m is 34.3 cells.
    assert not seen[:35].any()
    assert seen[35:].all()
    # And both diagonals are straight ahead of a camera: 1.213 m is 17.2 of their cells.
    for turned in (view.floor, view.floor[:, ::-1]):
        diagonal = np.diagonal(turned)[viewshed.reach :]
        assert not diagonal[:17].any()
        assert diagonal[18:60].all()


def test_a_wall_hides_all_behind_it(viewshed):
    heights = floor()
    heights[:, MIDDLE + 40 : MIDDLE + 44] = 2.5
    view = viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    assert ahead(viewshed, view.hit)[40]
    # Its face and a cell or two of its body, for what a bearing misses; nothing of its back.
    assert not ahead(viewshed, view.hit)[43:].any()
    assert ahead(viewshed, view.floor)[25:40].all()
    assert not ahead(viewshed, view.floor)[40:].any()
    assert not ahead(viewshed, view.through)[44:].any()


def test_a_wall_that_runs_along_has_few_holes(viewshed):
    heights = floor()
    heights[MIDDLE + 12 : MIDDLE + 16] = 2.5
    view = viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    # Its near row, from beside the camera to four metres on: 0.6 m aside, 8 degrees.
    near = view.hit[viewshed.reach + 12, viewshed.reach : viewshed.reach + 80]
    assert near.mean() > 0.85


def test_a_low_thing_hides_a_strip_and_is_seen_from_above(viewshed):
    heights = floor()
    heights[:, MIDDLE + 40 : MIDDLE + 50] = 0.5
    view = viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    assert ahead(viewshed, view.hit)[40:50].all()
    # Over its far edge, 0.6 below the camera at 49 cells (2.45 m, 2.3 before the camera), the ray
    # comes down to 0.95 below at 2.3 * 0.95 / 0.6 = 3.642: 3.792 m, 75.8 cells.
    seen = ahead(viewshed, view.floor)
    assert not seen[50:76].any()
    assert seen[77:].all()
    # A chest behind it stands out.
    assert ahead(viewshed, view.through)[50:].all()


def test_a_low_thing_below_the_picture_is_not_seen(viewshed):
    heights = floor()
    heights[MIDDLE - 1 : MIDDLE + 2, MIDDLE + 10 : MIDDLE + 12] = 0.4
    view = viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    # 0.7 below the camera: in the picture from 0.7 / 0.894 + 0.15 = 0.93 m on; it is at 0.5.
    assert not view.hit.any()


def test_a_person_is_seen_until_a_wall_is_before_them(viewshed):
    heights = floor()
    viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    there = np.array([3.0, 0.0])
    assert viewshed.sees(there, 1.4, 0.4)
    heights[:, MIDDLE + 40 : MIDDLE + 44] = 2.5
    viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    assert not viewshed.sees(there, 1.4, 0.4)
    assert viewshed.sees(np.array([-3.0, 0.5]), 1.4, 0.4)
    assert not viewshed.sees(np.array([-6.0, 0.0]), 1.4, 0.4)
    # Behind a table the chest shows.
    heights[:] = 0.0
    heights[:, MIDDLE + 40 : MIDDLE + 44] = 0.75
    viewshed.look(heights, MIDDLE, MIDDLE, 0.0)
    assert viewshed.sees(there, 1.4, 0.4)
