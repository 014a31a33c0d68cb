"""Results replace results, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from astra_core.errors import ConfigError
from astra_eval.json_file import check_result, write_json


def test_a_result_replaces_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    for number in (1, 2):
        check_result(path)
        write_json(path, {"x": number})
    assert json.loads(path.read_text()) == {"made_by": "astra", "x": 2}
    path.write_text('{"versions": {"code": "1"}}')  # from before results said so
    write_json(path, {"x": 3})
    path.write_text("")
    write_json(path, {"x": 3})
    assert [one.name for one in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize(
    "text", ["years of work", '{"landmarks": [], "nodes": []}', "[1]", "[" * 100_000, "a: 1"]
)
def test_what_is_no_result_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "r.json"
    path.write_text(text)
    for refuse in (check_result, lambda path: write_json(path, {"x": 1})):
        with pytest.raises(ConfigError, match="is no result of Astra, and stays"):
            refuse(path)
    assert path.read_text() == text
