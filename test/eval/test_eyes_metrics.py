"""Depth errors and obstacle cells, by walls whose places are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from astra_core.camera import CameraRig
from astra_core.stack_spec import StackSpec
from astra_eval.eyes_eval import EyesWork
from astra_eval.eyes_summary import summarize_eyes
from astra_eval.metrics.eyes import cell_counts, depth_error, obstacle_cells
from astra_sim.rig import default_rig

FRONT = CameraRig(default_rig().cameras[:1])


def wall(distance_m):
    """Return what the front camera, 0.15 m before the middle, sees of a wall across its way."""
    depth = np.full((240, 320), distance_m - 0.15, np.float32)
    k = FRONT.cameras[0].intrinsics
    down = (np.arange(240.0) - k.cy_px) / k.fy_px
    # The floor is nearer than the wall where its ray gets down 1.1 m before.
    floor = np.where(down > 0.0, 1.1 / np.maximum(down, 1e-6), np.inf)
    return np.minimum(depth, floor[:, None]).astype(np.float32)


def test_error_of_depth_counts_what_stands_near():
    true = wall(2.15)
    exact = depth_error(FRONT, [true], [true])
    assert exact.relative == 0.0
    assert exact.unknown == 0
    k = FRONT.cameras[0].intrinsics
    # The wall at 2 m of depth from 0.05 to 1.8 m: rows from -0.7 / 2 to 1.05 / 2 focal lengths.
    rows = np.arange(240.0) - k.cy_px
    kept = (rows >= -0.7 / 2.0 * k.fy_px) & (rows <= 1.05 / 2.0 * k.fy_px)
    assert exact.pixels == pytest.approx(320 * kept.sum(), abs=320)
    off = depth_error(FRONT, [1.1 * true], [true])
    assert off.relative / off.pixels == pytest.approx(0.1, abs=1e-6)
    assert off.pixels == exact.pixels
    holes = true.copy()
    holes[:, :160] = 0.0
    half = depth_error(FRONT, [holes], [true])
    assert half.pixels == half.unknown == exact.pixels / 2
    far = wall(5.4)
    # 5.25 m of depth is too far, and the floor is no obstacle.
    assert depth_error(FRONT, [far], [far]).pixels <= 320


def test_a_wall_fills_the_cells_that_it_stands_in():
    cells = obstacle_cells(FRONT, [wall(2.1)])
    # 48 cells of 0.2 m, the first from -4.8: 2.1 m is in column 34. The view is 100 degrees wide.
    assert cells.shape == (48, 48)
    assert set(np.flatnonzero(cells.any(axis=0)).tolist()) == {34}
    rows = np.flatnonzero(cells[:, 34])
    half_m = 1.95 * np.tan(np.radians(50.0))
    assert rows.min() == int(np.floor((-half_m + 4.8) / 0.2))
    assert rows.max() == int(np.floor((half_m + 4.8) / 0.2))
    assert not obstacle_cells(FRONT, [np.zeros((240, 320))]).any()


def test_cells_are_compared_where_they_can_be_seen():
    true = wall(2.1)
    same = cell_counts(FRONT, [true], [true])
    assert [counts.said + counts.true for counts in same] == [0, 0, 0]
    assert same[0].both == 0
    assert same[1].both == same[2].both > 20
    # Seen too near: a wall that is not there, and one that is missed.
    near = cell_counts(FRONT, [wall(1.7)], [true])[1]
    assert near.both == 0
    assert near.true == same[1].both
    assert near.said > 15
    # Seen too far: where it is said to be nobody can look, so that only the miss counts.
    far = cell_counts(FRONT, [wall(2.9)], [true])[1]
    assert far.both == 0
    assert far.said == 0
    assert far.true == same[1].both


def test_a_table_divides_sums():
    def query(depth, *cells):
        sensor = {"depth": [0.0, 10, 10], "cells": [[1, 0, 0]] * 3}
        return {"answers": {"encoder": {"depth": depth, "cells": cells}, "depth": sensor}}

    scenes = [
        (1, {"queries": [query([1.0, 10, 0], [1, 1, 0], [2, 1, 1], [0, 0, 4])]}),
        (2, {"queries": [query([0.5, 40, 0], [1, 0, 1], [4, 0, 0], [1, 1, 2])] * 2}),
    ]
    table = summarize_eyes(scenes, "encoder")
    assert table["n"] == 3
    assert table["results"]["abs_rel_5m"] == pytest.approx(2.0 / 90.0)
    assert table["results"]["bev_iou_1m5_percent"] == pytest.approx(100.0 * 3 / 6)
    assert table["results"]["bev_iou_3m_percent"] == pytest.approx(100.0 * 10 / 12)
    assert table["results"]["bev_iou_4m8_percent"] == pytest.approx(100.0 * 2 / 12)
    assert table["baselines"]["depth"]["unknown_percent"] == 50.0
    low, high = table["ci95"]["abs_rel_5m"]
    assert (low, high) == pytest.approx((1.0 / 80.0, 0.1))
    assert summarize_eyes(scenes, "depth")["baselines"] == {}


def test_one_frame_of_depth_cameras_in_a_home():
    row = EyesWork("home", "standard", 2, StackSpec.parse("classical"))((50120,))
    table = summarize_eyes([(50120, row)], "depth")
    assert table["n"] == 2
    # Noise of 0.45 % at 2 m and a scale error of each camera; holes at edges.
    assert 0.001 < table["results"]["abs_rel_5m"] < 0.01
    assert 0.5 < table["results"]["unknown_percent"] < 10.0
    assert 85.0 < table["results"]["bev_iou_3m_percent"] <= 100.0
    assert row == EyesWork("home", "standard", 2, StackSpec.parse("classical"))((50120,))
