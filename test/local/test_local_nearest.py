"""The summary for the guard, from single cells whose distance and bearing are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_local.voxel.nearest import nearest_obstacle
from astra_local.voxel.occupancy import OccupancyView

RADIUS_M = 0.22
#: At (0.3, -0.2), looking along y.
POSE = np.array([0.3, -0.2, math.pi / 2])


def view_with(*cells: tuple[int, int]) -> OccupancyView:
    """Return a grid of 0.1 m from (-1, -1) on with these cells (row, column) occupied."""
    occupied = np.zeros((40, 40), dtype=bool)
    for cell in cells:
        occupied[cell] = True
    return OccupancyView(occupied, np.ones_like(occupied), (-1.0, -1.0), 0.1, 7)


def test_one_cell_by_hand() -> None:
    # Its centre is (0.35, 0.45): 0.65 m ahead and 0.05 m to the right of the robot's.
    nearest = nearest_obstacle(view_with((14, 13)), POSE, RADIUS_M, 72)
    assert nearest.distance_m == pytest.approx(math.hypot(0.65, 0.05) - 0.05 - RADIUS_M)
    assert nearest.bearing_rad == pytest.approx(-math.atan2(0.05, 0.65))
    assert (nearest.stamp_ns, nearest.valid, nearest.resolution_m) == (7, True, 0.1)
    # 4.4 degrees to the right: nearer to the middle of the sector at -5 than of the one ahead.
    expected = [math.inf] * 72
    expected[71] = nearest.distance_m
    assert nearest.sector_distance_m == pytest.approx(expected)


def test_each_sector_has_its_own_nearest_cell() -> None:
    # Two cells ahead to the left (4.4 and 2.9 degrees), one to the right of the robot.
    nearest = nearest_obstacle(view_with((14, 12), (17, 12), (7, 19)), POSE, RADIUS_M, 72)
    sectors = nearest.sector_distance_m
    near_side = 0.05 + RADIUS_M
    assert sectors[1] == pytest.approx(math.hypot(0.65, 0.05) - near_side)
    right = math.hypot(0.65, 0.05) - near_side
    assert min(sectors[53:56]) == pytest.approx(right)
    assert sum(map(math.isfinite, sectors)) == 2


def test_range_is_measured_from_the_centre() -> None:
    # 0.65 m ahead exactly in the middle: out of reach at 0.65 m, within at a hair more.
    pose = np.array([0.35, -0.2, math.pi / 2])
    assert not math.isfinite(
        nearest_obstacle(view_with((14, 13)), pose, 0.22, 8, 0.6499).distance_m
    )
    assert nearest_obstacle(view_with((14, 13)), pose, 0.22, 8, 0.6501).distance_m == pytest.approx(
        0.38
    )


def test_an_obstacle_inside_the_footprint_has_a_negative_distance() -> None:
    nearest = nearest_obstacle(view_with((8, 13)), POSE, RADIUS_M, 8)
    assert nearest.distance_m == pytest.approx(math.hypot(0.05, 0.05) - 0.05 - RADIUS_M)
    assert nearest.distance_m < 0.0


def test_nothing_near_is_infinitely_far_and_blind_is_worse_than_touching() -> None:
    nearest = nearest_obstacle(view_with(), POSE, RADIUS_M, 4)
    assert nearest.valid and nearest.distance_m == math.inf and nearest.bearing_rad == 0.0
    blind = np.array([False, True, False, False])
    nearest = nearest_obstacle(view_with((14, 13)), POSE, RADIUS_M, 4, blind_sectors=blind)
    assert nearest.sector_distance_m[1] == -math.inf
    assert nearest.sector_distance_m[2:] == (math.inf, math.inf)
    assert nearest.distance_m == nearest.sector_distance_m[0] > 0.0
