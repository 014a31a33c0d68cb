"""The picture of results: what stands in it, and where."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture()
def picture(benchmark_script: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark_script("results_picture")


def localization(percent: float, interval: tuple[float, float]) -> dict[str, Any]:
    return {
        "n": 100,
        "results": {"within_1m_5deg_percent": percent},
        "baselines": {"sift_pnp": {"within_1m_5deg_percent": 20.0}, "no_ocr": {}},
        "ci95": {"within_1m_5deg_percent": [50.0, 65.0]},
        "ci95_by_scene": {"within_1m_5deg_percent": list(interval)},
    }


def test_a_line_for_the_stack_and_one_for_each_baseline_drawn(picture: ModuleType) -> None:
    panel = next(one for one in picture.PANELS if one.evaluation == "localization-rig")
    results = {"localization-rig-office": localization(60.0, (40.0, 70.0))}
    ((stack, baseline),) = picture._lines(panel, results)
    assert (stack.label, stack.value, stack.interval) == ("office, n = 100", 60.0, (40.0, 70.0))
    assert (baseline.label, baseline.value, baseline.interval) == ("sift_pnp", 20.0, None)


def test_marks_stand_at_their_percentages(picture: ModuleType, tmp_path: Path) -> None:
    results = {"localization-rig-home": localization(60.0, (40.0, 70.0))}
    picture.draw(results, tmp_path / "results.png")
    image = np.asarray(Image.open(tmp_path / "results.png").convert("RGB")).astype(int)
    chart = image[:, picture._LEFT_PX - 6 : -picture._RIGHT_PX + 6]
    for color, low, high in ((picture._ASTRA, 40.0, 70.0), (picture._BASELINE, 20.0, 20.0)):
        near = np.abs(chart - color).sum(axis=2) < 60
        columns = np.flatnonzero(near.any(axis=0)) + picture._LEFT_PX - 6
        radius = 6 if low == high else 2
        assert columns.min() == pytest.approx(picture._across(low) - radius + 1, abs=2)
        assert columns.max() == pytest.approx(picture._across(high) + radius - 1, abs=2)


def test_nothing_to_draw_is_said(
    picture: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "odometry-home.json").write_text(json.dumps({"n": 3}))
    target = tmp_path / "results.png"
    words = ["results_picture.py", "--folder", str(tmp_path), "--png", str(target)]
    monkeypatch.setattr(sys, "argv", words)
    assert picture.main() == 1
    assert "run benchmarks/results_page.py first" in capsys.readouterr().out
    assert not target.exists()
