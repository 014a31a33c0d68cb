"""Signed distance fields against brute force, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from astra_core.errors import ConfigError, ShapeError
from astra_local.voxel.esdf import distance_to, signed_distance


def brute_force(occupied: np.ndarray, resolution_m: float) -> np.ndarray:
    cells = np.stack(np.meshgrid(*map(np.arange, occupied.shape), indexing="ij"), axis=-1)
    result = np.empty(occupied.shape)
    for index in np.ndindex(occupied.shape):
        others = cells[occupied != occupied[index]]
        distance = math.inf
        if len(others):
            distance = np.sqrt(((others - np.array(index)) ** 2).sum(axis=-1)).min() - 0.5
        result[index] = resolution_m * (-distance if occupied[index] else distance)
    return result


@pytest.mark.parametrize("engine", ["edt", "scipy"])
@settings(max_examples=60, deadline=None)
@given(
    occupied=arrays(bool, array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=7)),
    resolution_m=st.sampled_from([0.05, 0.1, 1.0]),
)
def test_equals_brute_force(engine: str, occupied: np.ndarray, resolution_m: float) -> None:
    if engine == "edt":
        pytest.importorskip("edt")
    field = signed_distance(occupied, resolution_m, engine=engine)
    np.testing.assert_allclose(field, brute_force(occupied, resolution_m), atol=1e-5)
    assert field.dtype == np.float32


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (1, 1, 1), (1, 4, 1), (3, 1, 5)])
def test_empty_and_full_grids_take_the_cap(shape: tuple[int, ...]) -> None:
    assert (signed_distance(np.zeros(shape, bool), 0.1) == math.inf).all()
    assert (signed_distance(np.ones(shape, bool), 0.1) == -math.inf).all()
    assert (signed_distance(np.zeros(shape, bool), 0.1, max_distance_m=2.0) == 2.0).all()
    assert (signed_distance(np.ones(shape, bool), 0.1, max_distance_m=2.0) == -2.0).all()


def test_one_voxel_by_hand() -> None:
    occupied = np.zeros((3, 5), bool)
    occupied[1, 1] = True
    field = signed_distance(occupied, 0.1)
    assert field[1, 1] == pytest.approx(-0.05)  # half a cell inside
    assert field[1, 2] == pytest.approx(0.05)  # half a cell outside: zero lies on the face
    assert field[1, 4] == pytest.approx(0.25)
    assert field[0, 0] == pytest.approx(0.1 * (math.sqrt(2.0) - 0.5))


def test_the_border_is_not_an_obstacle() -> None:
    occupied = np.zeros((1, 50), bool)
    occupied[0, 0] = True
    assert signed_distance(occupied, 1.0)[0, -1] == pytest.approx(48.5)


def test_non_contiguous_input() -> None:
    occupied = np.zeros((6, 4), bool)
    occupied[0, 2] = True
    np.testing.assert_array_equal(
        signed_distance(occupied.T, 0.1), signed_distance(occupied, 0.1).T
    )


def test_errors_name_the_problem() -> None:
    with pytest.raises(ShapeError, match="occupancy"):
        signed_distance(np.zeros(4, bool), 0.1)
    with pytest.raises(ShapeError):
        signed_distance(np.zeros((0, 4), bool), 0.1)
    with pytest.raises(ConfigError, match="positive"):
        distance_to(np.ones((2, 2), bool), 0.0)
    with pytest.raises(ConfigError, match="known: auto, edt, scipy, torch, cuda"):
        signed_distance(np.ones((2, 2), bool), 0.1, engine="gpu")
