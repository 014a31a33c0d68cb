"""The sheet of camera pictures: one tile each, in order, nothing stretched."""

import numpy as np

from astra_viewer.camera_sheet import camera_sheet


def flat(value, height=240, width=320):
    return np.full((height, width, 3), value, dtype=np.uint8)


def test_four_cameras_stand_two_by_two():
    sheet = camera_sheet({"a": flat(10), "b": flat(20), "c": flat(30), "d": flat(40)})
    assert sheet.shape == (484, 644, 3)
    # Below the names, in the middle of each tile.
    assert sheet[120, 160].tolist() == [10] * 3
    assert sheet[120, 484].tolist() == [20] * 3
    assert sheet[364, 160].tolist() == [30] * 3
    assert sheet[364, 484].tolist() == [40] * 3


def test_one_stands_alone_and_three_leave_a_gap():
    assert camera_sheet({"a": flat(10)}).shape == (240, 320, 3)
    three = camera_sheet({"a": flat(10), "b": flat(20), "c": flat(30)})
    assert three[364, 484].tolist() == [255] * 3


def test_other_shapes_get_bars_and_are_not_stretched():
    wide = camera_sheet({"a": flat(200, 100, 400)})  # 320x80 in the middle of 320x240
    assert wide[120, 160].tolist() == [200] * 3
    assert wide[70, 160].tolist() == wide[170, 160].tolist() == [0] * 3
    assert wide[85, 300].tolist() == wide[155, 300].tolist() == [200] * 3
    tall = camera_sheet({"a": flat(200, 480, 160)})  # 80x240
    assert tall[120, 110].tolist() == [0] * 3 and tall[120, 160].tolist() == [200] * 3
