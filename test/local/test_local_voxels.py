"""What one update does to single voxels: numbers by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from flat_world import make_rig

from astra_core.camera import CameraRig
from astra_core.observation import CameraFrame
from astra_local.config import OccupancyConfig
from astra_local.voxel.occupancy import RollingOccupancy

CONFIG = OccupancyConfig(pixel_stride=1)
#: The camera stands 0.15 m ahead of the centre, 1.1 m high, in row 80 of the grid; its layer is
#: the topmost one, from 1.0 to 1.3 m.
FRONT = CameraRig((make_rig().cameras[0],))
ROW, COLUMN, TOP = 80, 80, 4
RESOLUTION_M = 0.05
HERE = np.zeros(3)


def frame(depth_m: np.ndarray | float, stamp_ns: int = 1, camera: str = "front") -> CameraFrame:
    depth = np.broadcast_to(np.asarray(depth_m, np.float32), (120, 160))
    return CameraFrame(camera, stamp_ns, np.zeros((1, 1, 3), np.uint8), np.array(depth))


def grid(rig: CameraRig = FRONT, **changes) -> RollingOccupancy:
    return RollingOccupancy(rig, dataclasses.replace(CONFIG, **changes), 0.22)


def column_of(x_m: float) -> int:
    return COLUMN + int(np.floor(x_m / RESOLUTION_M))


def test_a_wall_is_hit_where_it_is_and_the_way_to_it_is_free() -> None:
    occupancy = grid()
    occupancy.update([frame(3.0)], [HERE])
    line = occupancy.log_odds[TOP, ROW]
    # The face is at x = 3.15 m, on the border of two cells; float32 puts it into the near one or
    # the far one.
    assert np.flatnonzero(line > 0.0).tolist() in ([column_of(3.11)], [column_of(3.16)])
    assert line.max() == np.float32(0.9)
    # Cleared as far as 4 cm and 1.5 % before the surface: the cell with its centre at 3.025 m is
    # 2.875 m from the camera, with its margin 2.958 m; the next one comes to 3.009 m.
    free = np.flatnonzero(line == np.float32(-0.45))
    assert free.max() == column_of(3.025)
    assert (np.diff(free) == 1).all()
    assert (line[column_of(3.025) + 1 : column_of(3.11)] == 0.0).all()


def test_evidence_adds_up_and_ends_at_the_limits() -> None:
    occupancy = grid()
    wall, free = [], []
    for number in range(8):
        occupancy.update([frame(2.97, number)], [HERE])
        wall.append(float(occupancy.log_odds[TOP, ROW, column_of(3.12)]))
        free.append(float(occupancy.log_odds[TOP, ROW, column_of(2.0)]))
    assert wall == pytest.approx([0.9, 1.8, 2.7, 2.7, 2.7, 2.7, 2.7, 2.7])
    assert free == pytest.approx([-0.45, -0.9, -1.35, -1.8, -2.25, -2.7, -2.7, -2.7])


def test_one_wrong_pixel_marks_nothing() -> None:
    occupancy = grid()
    depth = np.zeros((120, 160))
    depth[60, 80] = 3.5
    for number in range(5):
        occupancy.update([frame(depth, number)], [HERE])
    assert not (occupancy.log_odds > 0.0).any()
    # Two pixels on the same voxel are enough at that distance.
    depth[59, 80] = 3.5
    occupancy.update([frame(depth, 9)], [HERE])
    assert (occupancy.log_odds > 0.0).sum() == 1


def test_what_is_farther_than_can_be_trusted_clears_and_marks_nothing() -> None:
    occupancy = grid(max_depth_m=2.0)
    occupancy.update([frame(3.0)], [HERE])
    assert not (occupancy.log_odds > 0.0).any()
    assert occupancy.log_odds[TOP, ROW, column_of(2.8)] == np.float32(-0.45)


def test_what_was_seen_once_fades_out_of_view_and_what_was_certain_stays() -> None:
    occupancy = grid()
    blank = frame(0.0)
    occupancy.update([blank], [HERE])
    occupancy.log_odds[TOP, 20, 20] = 0.9  # one hit
    occupancy.log_odds[TOP, 20, 30] = 1.8  # two
    seen = []
    for _ in range(8):
        occupancy.update([blank], [HERE])
        seen.append(bool(occupancy.view().occupied[20, 20]))
    # 0.9 to 0.5 in steps of 0.1: not above the threshold any more from the fourth or fifth on.
    assert seen.count(True) in (3, 4) and seen == sorted(seen, reverse=True)
    for _ in range(20):
        occupancy.update([blank], [HERE])
    assert occupancy.log_odds[TOP, 20, 30] == np.float32(1.8)
    # And it never fades below unknown by much.
    assert -0.1 < occupancy.log_odds[TOP, 20, 20] <= 0.0


def test_known_is_what_is_occupied_or_whose_floor_was_seen() -> None:
    occupancy = grid()
    occupancy.update([frame(0.0)], [HERE])
    occupancy.log_odds[0, 20, 20] = -0.45
    occupancy.log_odds[3, 20, 30] = -2.7  # seen through above, the floor never
    occupancy.log_odds[3, 20, 40] = 2.7
    known = occupancy.view().known
    assert known[20, [20, 30, 40, 50]].tolist() == [True, False, True, False]


def test_upright_is_what_is_hit_above_the_knee() -> None:
    # A step of 0.2 m, 2 m ahead, and a post of full height: depth by hand, pixel by pixel.
    k = FRONT.cameras[0].intrinsics
    down = (np.arange(120)[:, None] - k.cy_px) / k.fy_px
    height = 1.1 - 2.0 * down
    aside = (np.arange(160)[None, :] - k.cx_px) / k.fx_px * 2.0
    step = (height > 0.06) & (height < 0.2) & (aside > 0.3)
    post = (height > 0.06) & (height < 1.25) & (aside < -0.3)
    occupancy = grid()
    occupancy.update([frame(np.where(step | post, 2.02, 0.0))], [HERE])
    view = occupancy.view()
    column = column_of(2.17)
    left, right = ROW + 10, ROW - 11  # 0.5 m to either side
    assert view.hit[[left, right], column].tolist() == [True, True]
    assert view.hit_upright[[left, right], column].tolist() == [True, False]
    # Each height in its own layer: the step in the lowest one only.
    assert np.flatnonzero(occupancy.log_odds[:, right, column] > 0.0).tolist() == [0]
    assert np.flatnonzero(occupancy.log_odds[:, left, column] > 0.0).tolist() == [0, 1, 2, 3, 4]
    # The next pictures show nothing: nothing is hit.
    occupancy.update([frame(0.0)], [HERE])
    assert not occupancy.view().hit.any()


def test_to_forget_frees_and_never_makes_less_free() -> None:
    occupancy = grid()
    occupancy.update([frame(0.0)], [HERE])
    occupancy.log_odds[:, 20, 20] = 2.7, 0.0, -0.2, -0.45, -2.7
    occupancy.log_odds[:, 20, 21] = 2.7
    cells = np.zeros((160, 160), bool)
    cells[20, 20] = True
    occupancy.forget(cells)
    expected = [-0.45, -0.45, -0.45, -0.45, -2.7]
    assert occupancy.log_odds[:, 20, 20].tolist() == pytest.approx(expected)
    assert (occupancy.log_odds[:, 20, 21] == np.float32(2.7)).all()


def test_the_memory_of_bodies_moves_with_the_grid() -> None:
    # A person stands 2 m to the left. While the robot drives on by 1 m the person goes: its upper
    # layers are seen to be free, its foot is not in view.
    occupancy = grid()
    occupancy.update([frame(0.0)], [HERE])
    occupancy.log_odds[:, ROW + 40, COLUMN] = 2.7
    occupancy.update([frame(0.0)], [HERE])
    occupancy.log_odds[3:, ROW + 40, COLUMN] = -0.45
    occupancy.update([frame(0.0)], [np.array([1.0, 0.0, 0.0])])
    assert occupancy.log_odds[:, ROW + 40, COLUMN - 20] == pytest.approx([-0.45] * 5)


def test_stamps_are_those_of_the_newest_pictures_and_never_go_back() -> None:
    cameras = make_rig().cameras[:2]
    occupancy = grid(CameraRig(cameras))
    left = frame(3.0, 90, "left")
    occupancy.update([frame(3.0, 100), left], [HERE, HERE])
    view = occupancy.view()
    assert view.stamp_ns == 100
    assert dict(view.camera_stamps_ns) == {"front": 100, "left": 100}
    # The left one waits from the first images of any on; its own older one changes nothing.
    occupancy.update([frame(3.0, 200)], [HERE])
    occupancy.update([frame(3.0, 150, "left"), frame(3.0, 140)], [HERE, HERE])
    view = occupancy.view()
    assert view.stamp_ns == 200
    assert dict(view.camera_stamps_ns) == {"front": 200, "left": 150}
    # A picture in which nothing was measured sees nothing.
    occupancy.update([frame(0.0, 300, "left")], [HERE])
    assert dict(occupancy.view().camera_stamps_ns) == {"front": 200, "left": 150}
    assert occupancy.view().stamp_ns == 300
