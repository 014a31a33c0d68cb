"""The table of missions: seeds, rows, figures by hand."""

import json
import math
from pathlib import Path

import pytest

from astra_cli.missions_command import _read_rows, parse_seeds, summarize
from astra_core.errors import ConfigError


def _row(seed: int, success: bool, **changes: object) -> dict:
    row = {
        "scene": "home",
        "seed": seed,
        "success": success,
        "spl": 0.8 if success else 0.0,
        "path_length_m": 500.0,
        "collisions": 0 if success else 1,
        "fallback_fraction": 0.1,
        "real_time_factor": 2.0,
        "localization": {"first_fix_s": 1.0, "within_1m_percent": 100.0},
    }
    return {**row, **changes}


def test_seeds_are_half_open() -> None:
    assert list(parse_seeds("5:8")) == [5, 6, 7]


@pytest.mark.parametrize("text", ["5", "8:5", "5:5", "a:b", "-3:2", ""])
def test_bad_seeds_are_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="--seeds"):
        parse_seeds(text)


def test_figures_by_hand() -> None:
    never = {"first_fix_s": -1.0, "within_1m_percent": None}
    summary = summarize([_row(1, True), _row(2, False, localization=never)])
    results = summary["results"]
    assert summary["n"] == 2
    assert results["success_percent"] == 50.0
    assert results["spl"] == pytest.approx(0.4)
    # A start that never got a fix counts against localization, not into the time of fixes.
    assert results["first_fix_s"] == 1.0
    assert results["localization_success_percent"] == 50.0
    assert results["collisions_per_km"] == pytest.approx(1.0)
    low, high = summary["ci95"]["success_percent"]
    assert low < 50.0 < high


def test_no_rows_give_no_numbers() -> None:
    assert math.isnan(summarize([])["results"]["success_percent"])


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(_row(1, True)) + "\n{broken\n")
    with pytest.raises(ConfigError, match="line 2 is not a row"):
        _read_rows(path)
    assert _read_rows(tmp_path / "none.jsonl") == []
