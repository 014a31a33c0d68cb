"""Which past grid stands for which moment, and where its cells lie now."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.time import from_seconds
from astra_local.voxel.ego_history import EgoHistory
from astra_local.voxel.occupancy import OccupancyView

AGES_S = (0.0, 0.5, 1.0, 1.5)


def view(stamp_s: float, x_m: float, y_m: float) -> OccupancyView:
    """Return 12 x 12 m about the origin with one thing in it."""
    occupied = np.zeros((240, 240), bool)
    occupied[math.floor((y_m + 6.0) / 0.05), math.floor((x_m + 6.0) / 0.05)] = True
    known = np.ones((240, 240), bool)
    return OccupancyView(occupied, known, (-6.0, -6.0), 0.05, from_seconds(stamp_s))


def columns(occupied: np.ndarray) -> list[int]:
    """Return the column of the one thing at each moment."""
    return [int(np.argwhere(moment)[0, 1]) for moment in occupied]


def test_every_moment_has_the_newest_grid_that_is_as_old():
    history = EgoHistory(AGES_S)
    # Ten grids a second; the thing comes nearer by 0.1 m each: at s seconds it is at 4.02 - s.
    for number in range(21):
        history.append(view(0.1 * number, 4.02 - 0.1 * number, 0.02))
    occupied, known = history.windows(np.zeros(3))
    # Now at 2.02: column (2.02 + 2) / 0.1 = 40; half a second ago 5 columns farther.
    assert columns(occupied) == [40, 45, 50, 55]
    assert known.all()
    assert len(history) == 16


def test_old_grids_are_cut_out_where_the_robot_is_now():
    history = EgoHistory(AGES_S)
    for stamp_s in (0.0, 0.5, 1.0, 1.5):
        history.append(view(stamp_s, 3.02, 0.02))
    # It stood still in odom while the robot came a metre nearer and turned: all moments agree.
    occupied, _ = history.windows(np.array([3.0, -1.0, math.pi / 2]))
    for moment in occupied:
        # 1.02 ahead, 0.02 to the right of who looks along y.
        assert np.argwhere(moment).tolist() == [[31, 30]]


def test_known_is_what_is_known_now():
    history = EgoHistory(AGES_S)
    first, second = view(0.0, 1.02, 0.02), view(0.1, 1.02, 0.02)
    first.known[:] = False
    history.append(first)
    history.append(second)
    assert history.windows(np.zeros(3))[1].all()


def test_uneven_rates_and_a_short_past():
    history = EgoHistory(AGES_S)
    history.append(view(0.0, 1.02, 0.02))
    history.append(view(0.7, 2.02, 0.02))
    occupied, _ = history.windows(np.zeros(3))
    # Half a second before 0.7 s only the first is old enough, and it stands for all before.
    assert columns(occupied) == [40, 30, 30, 30]


def test_a_grid_that_is_not_newer_changes_nothing():
    history = EgoHistory(AGES_S)
    history.append(view(1.0, 1.02, 0.02))
    history.append(view(1.0, 2.02, 0.02))
    history.append(view(0.5, 3.02, 0.02))
    assert len(history) == 1
    assert columns(history.windows(np.zeros(3))[0]) == [30, 30, 30, 30]


def test_without_a_grid_there_is_nothing_to_cut():
    history = EgoHistory(AGES_S)
    with pytest.raises(ValueError, match="no occupancy"):
        history.windows(np.zeros(3))
    history.append(view(1.0, 1.02, 0.02))
    history.clear()
    assert len(history) == 0
