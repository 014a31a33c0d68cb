"""Rows that nobody named a file for: kept, found again, never mixed, not piled up."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from astra_cli import kept_rows
from astra_cli.kept_rows import open_rows
from astra_core.errors import ConfigError
from astra_core.stack_spec import CLASSICAL, StackSpec
from astra_eval import report
from astra_eval.report import EvalProtocol

PROTOCOL = EvalProtocol(
    *("goals", "home", "empty", "abc", CLASSICAL, "oracle", "rig", "none"),
    settings={"per_scene": 2},
    weights={},
)


def quiet() -> Console:
    return Console(file=io.StringIO(), width=40)


def kept(protocol: EvalProtocol) -> Path:
    with open_rows(None, protocol, quiet()) as rows:
        return rows.path


def test_the_same_evaluation_finds_its_rows_and_is_told_where_they_are(row_folder: Path) -> None:
    console = quiet()
    with open_rows(None, PROTOCOL, console) as rows:
        rows.append((1,), {"x": 1})
        assert f"rows are kept in {rows.path}\n" in console.file.getvalue()  # type: ignore[attr-defined]
        assert rows.path.parent == row_folder
    with open_rows(None, PROTOCOL, quiet()) as rows:
        assert (1,) in rows


@pytest.mark.parametrize(
    "changes",
    [
        {"command": "odometry"},
        {"family": "office"},
        {"conditions": "crowded"},
        {"profile": "abd"},
        {"stack": StackSpec(planner="flow")},
        {"map": "built"},
        {"tour": "front"},
        {"depth": "sensor"},
        {"settings": {"per_scene": 3}},
        {"weights": {"local": "123"}},
    ],
)
def test_another_evaluation_has_another_file(changes: dict) -> None:
    assert kept(PROTOCOL) != kept(replace(PROTOCOL, **changes))


def test_rows_of_another_stack_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with open_rows(path, PROTOCOL, quiet()) as rows:
        rows.append((1,), {"x": 1})
    flow = replace(PROTOCOL, stack=StackSpec(planner="flow"))
    with pytest.raises(ConfigError, match=r'\(stack.planner "mppi" instead of "flow"\)'):
        open_rows(path, flow, quiet())
    weights = replace(PROTOCOL, weights={"planner-flow": "ab"})
    with pytest.raises(ConfigError, match=r'weights.planner-flow null instead of "ab"'):
        open_rows(path, weights, quiet())
    with open_rows(path, PROTOCOL, quiet()) as rows:
        assert (1,) in rows


def test_other_code_has_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    before = kept(PROTOCOL)
    monkeypatch.setattr(report, "library_versions", lambda: {"code": "changed"})
    assert kept(PROTOCOL) != before


def test_two_identical_evaluations_at_once_are_refused() -> None:
    with (
        open_rows(None, PROTOCOL, quiet()),
        pytest.raises(ConfigError, match=r"another process.*--rows FILE"),
    ):
        open_rows(None, PROTOCOL, quiet())


def test_a_file_that_somebody_names_is_taken(tmp_path: Path, row_folder: Path) -> None:
    console = quiet()
    with open_rows(tmp_path / "mine", PROTOCOL, console) as rows:
        assert rows.path == tmp_path / "mine"
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]
    assert not row_folder.exists()


def test_a_folder_that_cannot_be_made_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(kept_rows, "row_cache_folder", lambda: tmp_path / "file" / "rows")
    with pytest.raises(ConfigError, match="cannot keep rows in"):
        open_rows(None, PROTOCOL, quiet())


def test_the_longest_unused_make_room_unless_they_are_being_written(
    row_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_rows, "_KEPT_FILES", 3)
    protocols = [replace(PROTOCOL, profile=str(age)) for age in range(5)]
    files = [kept(protocol) for protocol in protocols[:3]]
    for age, path in enumerate(files):
        os.utime(path, (1000.0 - age, 1000.0 - age))
    with open_rows(None, protocols[2], quiet()):
        os.utime(files[2], (0.0, 0.0))
        kept(protocols[3])
        assert all(path.exists() for path in files)
    os.utime(files[2], (0.0, 0.0))
    kept(protocols[4])
    # The last three used are left: 3 and 4 are new, 0 is the youngest of the old ones.
    assert [path.exists() for path in files] == [True, False, False]
