"""The benchmarks of voxel work: what is timed is right, and what is printed is complete."""

import numpy as np
import pytest

from astra_eval import voxel_bench
from astra_eval.bar_chart import draw_bars
from astra_eval.timing import measure

pytest.importorskip("torch")


def test_a_timing_counts_every_round_and_waits_for_the_device():
    calls, waits = [], []
    timing = measure(lambda: calls.append(1), synchronize=lambda: waits.append(1), budget_s=0.0)
    assert timing.rounds == 5
    assert len(calls) == 2 + 5 and len(waits) == 1 + 5
    assert 0.0 <= timing.fastest_ms <= timing.median_ms <= timing.slowest_ms


@pytest.mark.parametrize("grid", [(64, 48), (8, 40, 40)])
def test_rooms_are_neither_empty_nor_full(grid):
    occupied = voxel_bench.rooms(2, grid)
    assert occupied.shape == (2, *grid)
    assert 0.01 < occupied.mean() < 0.5
    assert (occupied[0] != occupied[1]).any()
    np.testing.assert_array_equal(occupied, voxel_bench.rooms(2, grid))


def test_every_case_has_a_row_for_every_engine(monkeypatch):
    monkeypatch.setattr(voxel_bench, "ESDF_CASES", ((1, (20, 30)), (2, (4, 8, 8))))
    rows = list(voxel_bench.bench_esdf(False, False))
    assert {row["case"] for row in rows} == {"20x30", "2 of 4x8x8"}
    assert [row["engine"] for row in rows[:4]] == [
        "edt",
        "edt, two passes",
        "scipy",
        "torch on the CPU",
    ]
    assert all(row["ms"] > 0.0 and row["rounds"] >= 5 for row in rows)
    assert rows[0]["bytes_per_s"] == pytest.approx(5.0 * 600 / (1e-3 * rows[0]["ms"]))


def test_lifting_is_timed_with_and_without_gradients(monkeypatch):
    monkeypatch.setattr(voxel_bench, "LIFT_CASES", ((1, 5, 4, (3, 4), 6),))
    rows = list(voxel_bench.bench_lift(False))
    assert [row["engine"] for row in rows] == [
        "cpu",
        "torch on the CPU",
        "torch on the CPU, with gradients",
    ]
    assert rows[0]["points"] > 0


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
