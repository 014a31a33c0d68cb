"""Thinned depth: of dense images every n-th pixel, of sparse ones what their blocks have."""

import numpy as np
import pytest

from astra_local.voxel.thinning import thin_depth


def sparse(period, row, column, shape=(24, 36), depth_m=2.0):
    """Depth in one pixel of every ``period``-th row and column."""
    image = np.zeros(shape, np.float32)
    image[row::period, column::period] = depth_m
    return image


def test_a_dense_image_keeps_its_middle_pixels_and_their_holes():
    image = np.arange(1, 36 + 1, dtype=np.float32).reshape(6, 6)
    image[1, 3] = image[3, 3] = 0.0
    thinned = thin_depth(image, 2)
    np.testing.assert_array_equal(thinned, image[1::2, 1::2])
    assert thinned[0, 1] == 0.0


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("period", [2, 3, 4, 8])
def test_sparse_depth_is_seen_at_every_phase(period, stride):
    # At most half of its density is lost at any phase; every n-th pixel loses all at most of them.
    least = 0.5 / period**2
    for row in range(period):
        for column in range(period):
            thinned = thin_depth(sparse(period, row, column), stride)
            assert np.count_nonzero(thinned) >= least * thinned.size, (row, column)
            assert set(np.unique(thinned)) <= {0.0, 2.0}


def test_a_block_gives_its_nearest():
    image = np.zeros((4, 4), np.float32)
    image[0, 0], image[0, 1] = 3.0, 1.5
    image[2, 2] = 4.0
    np.testing.assert_array_equal(thin_depth(image, 2), [[1.5, 0.0], [0.0, 4.0]])


@pytest.mark.parametrize("shape", [(5, 7), (6, 6), (1, 3)])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_the_shape_is_that_of_the_middle_pixels(shape, stride):
    start = stride // 2
    wanted = np.zeros(shape)[start::stride, start::stride].shape
    dense, few = np.ones(shape, np.float32), np.zeros(shape, np.float32)
    few[0, 0] = 1.0
    assert thin_depth(dense, stride).shape == thin_depth(few, stride).shape == wanted


def test_what_is_no_distance_is_unknown():
    image = np.full((4, 4), np.nan, np.float32)
    image[1, 1], image[1, 3], image[3, 1] = np.inf, -1.0, 2.0
    np.testing.assert_array_equal(thin_depth(image, 2), [[0.0, 0.0], [2.0, 0.0]])
