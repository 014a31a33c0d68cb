"""`./astra data generate planner`: what it refuses before any work is done."""

from __future__ import annotations

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
