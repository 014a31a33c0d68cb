"""`./astra data generate planner`: what it refuses before any work is done, and what it writes."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from astra_cli.commands.data import app
from astra_core.errors import AstraError


def call(tmp_path, *words):
    out = tmp_path / "out"
    return CliRunner().invoke(app, ["generate", "planner", "--out", str(out), *words])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seeds", "60000:60001"], "test seeds"),
        (["--seeds", "49999:50001"], "mixes train and validation"),
        (["--scene", "home,castle"], "castle"),
        (["--conditions", "standard,stormy"], "stormy"),
        (["--way", "dear"], "cheap or true"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_written(tmp_path, words, said):
    answer = call(tmp_path, *words)
    assert isinstance(answer.exception, AstraError)
    assert said in str(answer.exception)
    assert "\n" not in str(answer.exception)
    assert not (tmp_path / "out").exists()


def test_show_counts_and_draws_what_generate_wrote(tmp_path):
    words = ["--seeds", "3:4", "--states", "3", "--every", "2", "--json", str(tmp_path / "a.json")]
    assert call(tmp_path, *words).exit_code == 0
    made = json.loads((tmp_path / "a.json").read_text())
    assert (made["shards"], made["states"], made["made_now"]) == (1, 3, 3)
    assert (made["split"], made["way"], made["failed"]) == ("train", "cheap", {})
    out, sheet, result = tmp_path / "out", tmp_path / "b.png", tmp_path / "b.json"
    words = ["show", str(out), "--sheet", str(sheet), "--json", str(result)]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0, shown.output
    assert "home standard cheap: 3 states" in shown.output
    assert sheet.stat().st_size > 1000
    assert json.loads(result.read_text())["states"] == 3
