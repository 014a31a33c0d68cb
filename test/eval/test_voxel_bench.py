"""The benchmarks of voxel work: what is timed is right, and what is printed is complete."""

import json

import numpy as np
import pytest

from astra_cli.commands import voxel_bench
from astra_core.errors import ConfigError
from astra_eval import esdf_bench, lift_bench, timing
from astra_eval.bar_chart import draw_bars
from astra_eval.bench_row import Selection
from astra_eval.esdf_bench import EsdfCase
from astra_eval.timing import device_milliseconds, measure
from astra_local.voxel.lift_table import LiftTable, VoxelGrid

torch = pytest.importorskip("torch")


def test_a_timing_counts_every_round_and_waits_for_the_device():
    calls, waits = [], []
    timing = measure(lambda: calls.append(1), synchronize=lambda: waits.append(1), budget_s=0.0)
    assert timing.rounds == 5
    assert len(calls) == 2 + 5 and len(waits) == 1 + 5
    assert 0.0 <= timing.fastest_ms <= timing.median_ms <= timing.slowest_ms


@pytest.mark.parametrize("grid", [(64, 48), (8, 40, 40)])
def test_rooms_are_neither_empty_nor_full(grid):
    case = EsdfCase(2, grid)
    occupied = esdf_bench.occupancy(case)
    assert occupied.shape == (2, *grid)
    assert 0.01 < occupied.mean() < 0.5
    assert (occupied[0] != occupied[1]).any()
    np.testing.assert_array_equal(occupied, esdf_bench.occupancy(case))


def test_hard_scenes_are_what_they_are_called():
    assert esdf_bench.occupancy(EsdfCase(3, (4, 5), "empty")).sum() == 0
    assert (
        esdf_bench.occupancy(EsdfCase(3, (4, 5), "one cell")).sum(axis=(1, 2)).tolist() == [1] * 3
    )
    names = [case.name for case in esdf_bench.ESDF_CASES]
    assert len(set(names)) == len(names)
    assert "64 of 256x256, one cell" in names and "160x160, cap 2 m" in names


def test_every_case_has_a_row_for_every_engine(monkeypatch):
    cases = (EsdfCase(1, (20, 30)), EsdfCase(2, (4, 8, 8)), EsdfCase(1, (9, 9), "empty", 2.0))
    monkeypatch.setattr(esdf_bench, "ESDF_CASES", cases)
    rows = list(esdf_bench.bench_esdf(False, False))
    ours = ["edt", "edt, two passes", "scipy", "torch on the CPU"]
    wanted = [("20x30", name) for name in ours] + [("2 of 4x8x8", name) for name in ours]
    wanted.append(("9x9, empty, cap 2 m", "edt"))
    assert [(row["case"], row["engine"]) for row in rows] == wanted
    assert all(row["ms"] > 0.0 and row["rounds"] >= 5 for row in rows)
    assert rows[0]["bytes_per_s"] == pytest.approx(5.0 * 600 / (1e-3 * rows[0]["ms"]))


def test_only_what_is_asked_for_is_timed(monkeypatch):
    cases = (EsdfCase(1, (20, 30)), EsdfCase(2, (4, 8, 8)))
    monkeypatch.setattr(esdf_bench, "ESDF_CASES", cases)
    some = Selection(("8x8",), ("scipy", "two"))
    rows = list(esdf_bench.bench_esdf(False, False, some))
    assert [row["engine"] for row in rows] == ["edt, two passes", "scipy"]
    assert {row["case"] for row in rows} == {"2 of 4x8x8"}


def test_lifting_is_timed_with_and_without_gradients(monkeypatch):
    monkeypatch.setattr(lift_bench, "LIFT_CASES", ((1, 5, 4, (3, 4), 6),))
    rows = list(lift_bench.bench_lift(False))
    assert [row["engine"] for row in rows] == [
        "cpu",
        "torch on the CPU",
        "torch on the CPU, with gradients",
    ]
    assert rows[0]["points"] > 0 and rows[0]["bytes_per_s"] > 0.0


def test_the_least_that_lifting_moves():
    # Two cameras with a map of 1x2 and two bins; three points lie in two of four voxels.
    voxel_of = np.array([0, -1, 0, -1, 3, -1, -1, -1], np.int32).reshape(2, 2, 1, 2)
    grid = VoxelGrid((1, 2, 2), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    table = LiftTable(grid, 2, (1, 2), 2, voxel_of)
    # Two pixels are used: 2 rows and 4 voxels of 5 channels, 3 depths; 2 indices a point.
    assert lift_bench.least_bytes(table, 7, 5, 2, False) == 7 * 2 * (10 + 3 + 20) + 4 * 6
    back = (10 + 3 + 10) + (20 + 8)
    assert lift_bench.least_bytes(table, 7, 5, 2, True) == 7 * 2 * (33 + back) + 4 * (6 + 8)


def test_the_time_of_a_device_leaves_out_the_launching(monkeypatch):
    log = []

    class Event:
        def __init__(self, enable_timing):
            assert enable_timing

        def record(self):
            log.append("event")

        def synchronize(self):
            log.append("wait")

        def elapsed_time(self, end):
            return 8.0

    monkeypatch.setattr(torch.cuda, "Event", Event)
    monkeypatch.setattr(torch.cuda, "_sleep", lambda cycles: log.append(cycles))
    assert device_milliseconds(lambda: log.append("call"), 5.0) == 2.0
    # The device sleeps for as long as four calls take to be queued.
    assert log == 5 * [50_000_000, "event", *4 * ["call"], "event", "wait"]


def test_a_broken_bench_leaves_the_rows_that_it_has(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "copy_bandwidth", lambda on_gpu: 1e9)
    path = tmp_path / "rows.json"

    def bench(large, on_gpu, selection, tell):
        yield esdf_bench.timed_row("a", "b", lambda: None, least_bytes=1.0, on_gpu=False)
        raise KeyboardInterrupt

    monkeypatch.setattr(esdf_bench, "bench_esdf", bench)
    with pytest.raises(KeyboardInterrupt):
        voxel_bench.esdf(json_file=path)
    (row,) = json.loads(path.read_text())["rows"]
    assert row["case"] == "a" and row["copy_share"] > 0.0


def test_names_that_nothing_has_are_refused(monkeypatch):
    monkeypatch.setattr(timing, "copy_bandwidth", lambda on_gpu: 1e9)
    with pytest.raises(ConfigError, match="no case and engine"):
        voxel_bench.esdf(cases="no such case, ")


def test_a_chart_has_a_bar_for_every_value(tmp_path):
    from PIL import Image

    path = draw_bars(
        "times", "ms", {"a": {"x": 1.0, "y": 20.0}, "b": {"x": 3.0}}, tmp_path / "t.png"
    )
    image = np.asarray(Image.open(path))
    blue = (image == (40, 110, 200)).all(axis=-1)
    orange = (image == (240, 140, 30)).all(axis=-1)
    # Logarithmic: 20 reaches farther than 3, and that farther than 1.
    assert orange.any(axis=0).nonzero()[0].max() > blue.any(axis=0).nonzero()[0].max() > 260
