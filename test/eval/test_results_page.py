"""The page of results: what every table shows, and what is kept of the results."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from astra_core.stack_spec import StackSpec
from astra_eval.stack_summary import summarize_stack

METRICS = {"rte_percent": 0.5, "rre_deg_per_10m": 0.4, "ate_m": 0.03}
FACTS = {"conditions": "standard", "map": "oracle", "depth": "none", "seeds": [65000, 65010]}


@pytest.fixture()
def page(benchmark_script: Callable[[str], ModuleType]) -> ModuleType:
    return benchmark_script("results_page")


def odometry() -> dict[str, Any]:
    rows = [{"modalities": name, **METRICS} for name in ("wheels+imu", "wheels", "imu")]
    return {
        **FACTS,
        "n": 300,
        "results": METRICS,
        "baselines": {"wheel_only": {key: 10.0 * value for key, value in METRICS.items()}},
        "ci95": {"rte_percent": [0.4, 0.6]},
        "rows": rows,
        "drives": [{"seed": 65000}] * 300,
    }


def localization() -> dict[str, Any]:
    shares = {
        "within_1m_5deg_percent": 99.0,
        "wrong_aisle_percent": 1.0,
        "right_room_percent": 98.0,
    }
    return {
        **FACTS,
        "n": 100,
        "results": shares,
        "baselines": {"no_ocr": shares},
        "ci95": {metric: [0.0, 100.0] for metric in shares},
        "rows": [{}] * 100,
    }


def agreement() -> dict[str, Any]:
    side = {"success_percent": 90.0, "ci95": [60.0, 98.0]}
    more = {"first_fix_s": 0.56, "localization_success_percent": 70.0}
    return {
        "n": 10,
        "in_process": {**side, **more},
        "dds": side,  # as results were before fixes were compared
        "same_verdict": 9,
        "median_ratio": {"sim_time_s": 1.04, "path_length_m": None},
    }


def test_odometry_stands_beside_its_baseline(page: ModuleType) -> None:
    text = page._section("odometry", {"odometry-home": odometry()})
    assert "| wheels+imu | 0.5 | 0.4 | 0.03 |" in text
    assert "| `wheel_only` | 5 | 4 | 0.3 |" in text


def test_aisles_are_counted_where_there_are_aisles(page: ModuleType) -> None:
    results = {f"localization-rig-{family}": localization() for family in page.FAMILIES}
    home, office, warehouse = page._section("localization-rig", results).split("\n\n**")
    assert "wrong_aisle" not in home + office
    assert "| `wrong_aisle_percent` | 1 |" in warehouse
    assert all("right_room_percent" in part for part in (home, office, warehouse))


def test_a_table_is_headed_by_the_stack_that_made_it(page: ModuleType) -> None:
    # Tables that are kept from before stacks had names are the classical one's.
    text = page._section("localization-rig", {"localization-rig-home": localization()})
    assert "|  | classical | 95 % interval | no_ocr |" in text
    made = {**localization(), "stack": StackSpec(coarse="mllm").to_json()}
    text = page._section("localization-rig", {"localization-rig-home": made})
    assert "|  | classical,coarse=mllm | 95 % interval | no_ocr |" in text


def test_agreement_shows_fixes_of_both_sides(page: ModuleType) -> None:
    text = page._section("agreement", {"agreement-home": agreement()})
    assert "| `success_percent` over DDS | 90.0 (60.0 to 98.0) |" in text
    assert "| `first_fix_s` in one process | 0.56 |" in text
    assert "| `localization_success_percent` in one process | 70.0 |" in text
    assert "| `localization_success_percent` over DDS | - |" in text


def test_cost_stands_beside_its_budget(page: ModuleType) -> None:
    stages = {"simulate": {"cpu_s_per_sim_s": 0.25, "ms_per_call": 4.5}}
    memory = [{"stack_memory_mb": 500.0}, {"stack_memory_mb": 4000.0}]
    results = {}
    for family, outside in zip(("home", "office"), memory, strict=True):
        inside = {"real_time_factor": 0.75, "stages": stages}
        summary = summarize_stack([inside], [{"real_time_factor": 0.6, **outside}])
        facts = {"n": 1, "seed": 65000, "machine": {"cores": 2}}
        results[f"bench-stack-{family}"] = {**facts, **summary}
    text = page._section("bench-stack", results)
    assert "| real-time factor, one process | >= 0.5, aim 1 | 0.75, met | 0.75, met |" in text
    assert "| <= 3000, aim 1500 | 500.0, met | 4000.0, **missed** |" in text
    assert "| `simulate` |  | 0.25 s, 4.5 ms | 0.25 s, 4.5 ms |" in text
    assert page._section("bench-stack", {}) == "Not measured yet."


def test_tables_of_several_versions_say_who_made_which(page: ModuleType) -> None:
    codes = {"home": "aaa", "office": "bbb", "warehouse": "aaa"}
    results = {
        f"odometry-{family}": {**odometry(), "versions": {"code": code}}
        for family, code in codes.items()
    }
    made_by = page._section("odometry", results).splitlines()[-1]
    assert made_by == "Made by code `aaa` (home, warehouse), `bbb` (office)."
    alike = {name: results[name] for name in ("odometry-home", "odometry-warehouse")}
    # Where all tables of the page are by one version its beginning says which.
    assert "Made by" not in page._section("odometry", alike)
    alike["goals-home"] = {"versions": {"code": "ccc"}}
    assert page._section("odometry", alike).endswith("Made by code `aaa`.")


def test_the_page_names_the_weights_of_its_tables(page: ModuleType) -> None:
    results = {"odometry-home": odometry()}
    assert "No learned weights of our own; signs" in page._section("facts", results)
    results["planner-open-home"] = {"weights": {"planner-flow": "0123456789abcdef"}}
    text = page._section("facts", results)
    assert "Learned weights: planner-flow `0123456789ab`; signs" in text


def test_what_nobody_measured_is_said(page: ModuleType) -> None:
    assert page._section("planner-open", {}) == "Not measured yet."


def test_results_are_kept_without_what_is_bulky(
    page: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, target = tmp_path / "results", tmp_path / "docs" / "page.md"
    folder.mkdir()
    target.parent.mkdir()
    (folder / "odometry-home.json").write_text(json.dumps(odometry()))
    (folder / "localization-rig-home.json").write_text(json.dumps(localization()))
    words = ["results_page.py", "--folder", str(folder), "--page", str(target)]
    monkeypatch.setattr(sys, "argv", words)
    assert page.main() == 0
    kept = json.loads((target.parent / "page" / "odometry-home.json").read_text())
    assert [row["modalities"] for row in kept["rows"]] == ["wheels+imu", "wheels", "imu"]
    assert "drives" not in kept
    kept = json.loads((target.parent / "page" / "localization-rig-home.json").read_text())
    assert "rows" not in kept and kept["n"] == 100
    # Every place of the template is filled.
    assert "<<" not in target.read_text()


def test_tables_that_were_not_made_again_stay(
    page: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "docs" / "page.md"
    target.parent.mkdir()
    for name, result in (
        ("odometry-home", odometry()),
        ("localization-rig-home", localization()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / f"{name}.json").write_text(json.dumps(result))
        words = ["results_page.py", "--folder", str(folder), "--page", str(target)]
        monkeypatch.setattr(sys, "argv", words)
        assert page.main() == 0
    text = target.read_text()
    assert "| wheels+imu | 0.5 | 0.4 | 0.03 |" in text
    assert "| `right_room_percent` | 98.0 |" in text


def test_floors_are_met_by_the_value_and_shown_by_the_whole_interval(page: ModuleType) -> None:
    def missions(percent: float, low: float, high: float) -> dict[str, Any]:
        ci95 = {"success_percent": [low, high]}
        return {"results": {"success_percent": percent}, "ci95": ci95}

    def aisles(percent: float, high: float) -> dict[str, Any]:
        figures = {"within_1m_5deg_percent": 99.0, "wrong_aisle_percent": percent}
        ci95 = {"within_1m_5deg_percent": [94.0, 100.0], "wrong_aisle_percent": [0.0, high]}
        return {"results": figures, "ci95": ci95}

    results = {
        "missions-named-home": missions(98.0, 95.5, 99.0),
        "missions-named-office": missions(97.0, 87.0, 99.0),
        "missions-named-warehouse": missions(70.0, 60.0, 81.0),
        "localization-rig-warehouse": aisles(1.0, 3.0),
    }
    named, sentences, near, aisle = page._section("floors", results).splitlines()[2:]
    assert "98.0 (95.5 to 99.0) >= 95: shown | 97.0 (87.0 to 99.0) >= 93: met |" in named
    assert "70.0 (60.0 to 81.0) >= 80: **missed** |" in named
    assert sentences == "| missions, sentences |  |  |  |"
    assert near.endswith("|  |  | 99.0 (94.0 to 100.0) >= 90: shown |")
    assert aisle.endswith("|  |  | 1 (0 to 3) <= 2: met |")
