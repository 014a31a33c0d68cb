"""Who sees what: cells and cameras at the very limit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flat_world import make_rig

from astra_local.voxel.coverage import RigCoverage, blind_cameras

S = 1_000_000_000


def test_a_camera_is_blind_when_its_image_is_older_than_the_limit() -> None:
    stamps = {"front": 0, "left": 1, "rear": 5 * S}
    assert blind_cameras(stamps, 600_000_000, 0.6) == ()
    assert blind_cameras(stamps, 600_000_001, 0.6) == ("front",)
    assert blind_cameras(stamps, S, 0.6) == ("front", "left")


def test_blind_cells_lie_where_the_robot_looks_and_not_close_by() -> None:
    # The robot is at (1, 2) and looks along y; the grid of 0.1 m begins at (-1, 0).
    pose = np.array([1.0, 2.0, math.pi / 2])
    coverage = RigCoverage(make_rig(), 72)

    def blind(cameras: tuple[str, ...], x: float, y: float) -> bool:
        cells = coverage.blind_cells(cameras, pose, (-1.0, 0.0), 0.1, (40, 50), 0.6)
        assert cells.shape == (40, 50)
        return bool(cells[math.floor(y / 0.1), math.floor((x + 1.0) / 0.1)])

    assert blind(("front",), 1.05, 3.05)
    assert not blind(("front",), 1.05, 0.95)  # behind
    assert not blind(("front",), 2.05, 2.05)  # to the right
    assert blind(("right",), 2.05, 2.05)
    assert not blind(("right",), 0.05, 2.05)
    # 0.55 m ahead is remembered, 0.65 m is not.
    assert not blind(("front",), 1.05, 2.55)
    assert blind(("front",), 1.05, 2.65)
    assert not coverage.blind_cells((), pose, (-1.0, 0.0), 0.1, (40, 50), 0.6).any()


@pytest.mark.parametrize("blind", [("left",), ("right",), ("left", "right")])
def test_to_be_blind_at_the_side_keeps_nobody_from_driving(blind: tuple[str, ...]) -> None:
    assert RigCoverage(make_rig(), 72).drivable(blind) == (True, True)
