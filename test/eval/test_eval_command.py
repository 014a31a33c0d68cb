"""`./astra eval`: what it writes, what it refuses, and that an interrupted run loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from astra_cli.commands.eval import app
from astra_core.errors import AstraError
from astra_core.stack_spec import CLASSICAL
from astra_eval import stack_facts
from astra_global import stack as global_stack

#: DESIGN section 9: the keys that stay stable.
STABLE = {"scene", "seeds", "n", "results", "baselines", "ci95", "rows", "versions", "weights"}
STABLE |= {"stack", "map", "tour", "conditions", "depth"}


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    if isinstance(result.exception, AstraError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def without_times(value: Any) -> Any:
    """Return plain data without what the clock says."""
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if not k.startswith("seconds")}
    return [without_times(one) for one in value] if isinstance(value, list) else value


def test_goals_writes_the_stable_keys_and_prints_the_baselines(tmp_path: Path) -> None:
    target = tmp_path / "goals.json"
    output = run("goals", "--seeds", "100:102", "--per-scene", "8", "--json", str(target))
    assert "landmark_percent" in output
    assert "word_overlap" in output
    data = json.loads(target.read_text())
    assert set(data) >= STABLE | {"profile", "split"}
    assert (data["stack"], data["weights"]) == (CLASSICAL.to_json(), {})
    assert (data["map"], data["depth"]) == ("oracle", "none")
    assert (data["scene"], data["seeds"], data["split"]) == ("home", [100, 102], "train")
    assert data["n"] == len(data["rows"]) == 16
    assert set(data["results"]) >= {
        *("landmark_percent", "node_percent", "refused_impossible_percent", "seconds_per_query"),
    }
    assert {"word_overlap", "random"} <= set(data["baselines"])
    assert ("sentence_embedding" in data["baselines"]) != ("sentence_embedding" in data["not_run"])


def test_another_stack_stands_beside_the_classical_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(global_stack, "_BUILT", {"coarse": ("vlad",), "goals": ("words", "reader")})
    monkeypatch.setattr(stack_facts, "weights_sha256", lambda stack: {"goals-reader": "ab"})
    monkeypatch.setenv("COLUMNS", "200")
    target = tmp_path / "goals.json"
    words = ["goals", "--seeds", "100:101", "--per-scene", "6", "--stack", "goals=reader"]
    output = run(*words, "--json", str(target))
    assert "classical,goals=reader" in output
    data = json.loads(target.read_text())
    assert data["stack"] == {**CLASSICAL.to_json(), "goals": "reader"}
    assert data["weights"] == {"goals-reader": "ab"}
    # The words are read by the same code here, whatever the spec says.
    assert without_times(data["baselines"]["classical"]) == without_times(data["results"])
    assert list(data["rows"][0]["answers"])[:2] == ["classical,goals=reader", "classical"]


def test_an_interrupted_run_goes_on_to_the_same_result(tmp_path: Path) -> None:
    rows, words = tmp_path / "rows", ["goals", "--per-scene", "6", "--seeds"]
    run(*words, "100:103", "--json", str(tmp_path / "whole.json"))
    run(*words, "100:102", "--rows", str(rows))
    # The crash came in the middle of the second row.
    rows.write_bytes(rows.read_bytes()[:-30])
    output = run(*words, "100:103", "--rows", str(rows), "--json", str(tmp_path / "resumed.json"))
    assert "1 of 3 stand in" in output
    whole, resumed = (
        without_times(json.loads((tmp_path / f"{name}.json").read_text()))
        for name in ("whole", "resumed")
    )
    assert resumed == whole


def test_without_a_file_of_rows_the_same_call_goes_on_as_well(tmp_path: Path) -> None:
    words, target = ["goals", "--per-scene", "4", "--seeds"], tmp_path / "goals.json"
    assert "rows are kept in" in run(*words, "100:101")
    output = run(*words, "100:102", "--json", str(target))
    assert "1 of 2 stand in" in output
    first = target.read_text()
    assert "2 of 2 stand in" in run(*words, "100:102", "--json", str(target))
    assert target.read_text() == first
    # Other settings are another evaluation, not a mistake.
    assert "stand in" not in run("goals", "--per-scene", "3", "--seeds", "100:101")


def test_rows_of_other_settings_are_refused(tmp_path: Path) -> None:
    rows = str(tmp_path / "rows")
    run("goals", "--seeds", "100:101", "--per-scene", "2", "--rows", rows)
    with pytest.raises(AstraError, match="per_scene 2 instead of 3"):
        run("goals", "--seeds", "100:101", "--per-scene", "3", "--rows", rows)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["goals", "--scene", "castle"], "castle"),
        (["goals", "--seeds", "5:5"], "empty"),
        (["goals", "--seeds", "49999:50001"], "mixes"),
        (["goals", "--embedding", "/no/such/folder"], "."),
        (["localization", "--cameras", "back"], "rig or front"),
        (["localization", "--scene", "castle"], "castle"),
        (["localization", "--seeds", "one:two"], "whole numbers"),
        (["localization", "--conditions", "stormy"], "stormy"),
        (["odometry", "--scene", "castle"], "castle"),
        (["odometry", "--seeds", "-5:2"], "out of range"),
        (["odometry", "--json", "/proc/none/file.json"], "cannot write"),
    ],
)
def test_what_cannot_be_run_is_refused_before_any_work(words: list[str], message: str) -> None:
    with pytest.raises(AstraError, match=message):
        run(*words)


def test_odometry_writes_the_stable_keys(tmp_path: Path) -> None:
    target = tmp_path / "odometry.json"
    output = run("odometry", "--seeds", "100:101", "--per-scene", "1", "--json", str(target))
    assert "wheel_only" in output
    data = json.loads(target.read_text())
    assert set(data) >= STABLE
    assert set(data["results"]) == {"rte_percent", "rre_deg_per_10m", "ate_m"}
    assert data["n"] == 1
    assert {row["modalities"] for row in data["rows"]} == {"wheels+imu", "wheels", "imu"}


def test_localization_writes_the_stable_keys(tmp_path: Path) -> None:
    target, rows = tmp_path / "localization.json", str(tmp_path / "rows")
    # Home 7: the missions of the tests need its map as well, so it is made once.
    words = ["localization", "--seeds", "7:8", "--per-scene", "1", "--frames", "2"]
    output = run(*words, "--rows", rows, "--json", str(target))
    assert "sift_pnp" in output
    data = json.loads(target.read_text())
    assert set(data) >= STABLE | {"calibration", "ci95_by_scene"}
    assert set(data["results"]) >= {
        *("within_1m_5deg_percent", "within_025m_2deg_percent", "within_10m_percent"),
        *("refused_percent", "false_fix_percent", "seconds_per_query"),
    }
    assert set(data["baselines"]) == {"no_ocr", "sift_pnp", "retrieval", "random_node"}
    assert (data["n"], data["cameras"], data["frames"]) == (1, "rig", 2)
    assert data["results"]["within_10m_percent"] == 100.0
    first = target.read_text()
    assert "1 of 1 stand in" in run(*words, "--rows", rows, "--json", str(target))
    assert target.read_text() == first
