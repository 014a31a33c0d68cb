"""The file of finished rows: nothing is lost, nothing foreign is mixed in."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from astra_core.errors import ConfigError
from astra_eval.rows import RowFile

PROTOCOL = {"command": "test", "frames": 5}


def _fill(path: Path) -> None:
    with RowFile(path, PROTOCOL) as rows:
        rows.append((1,), {"error_m": 0.25})
        rows.append((2, 0), {"error_m": math.nan})


def test_rows_come_back_as_they_were_given(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    _fill(path)
    with RowFile(path, PROTOCOL) as rows:
        assert (1,) in rows
        assert (2,) not in rows
        assert rows[(1,)] == {"error_m": 0.25}
        assert rows[(2, 0)] == {"error_m": None}


def test_memory_and_disk_hold_the_same_numbers(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with RowFile(path, PROTOCOL) as rows:
        rows.append((3,), {"values": (1, math.inf)})
        assert rows[(3,)] == {"values": [1, None]}
    with RowFile(path, PROTOCOL) as rows:
        assert rows[(3,)] == {"values": [1, None]}


def test_a_row_is_on_disk_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with RowFile(path, PROTOCOL) as rows:
        rows.append((1,), {"x": 1})
        assert json.loads(path.read_text().splitlines()[-1]) == {"unit": [1], "x": 1}


@pytest.mark.parametrize("cut", [1, 5, 25])
def test_a_last_line_cut_by_a_crash_is_run_again(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "rows"
    _fill(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with RowFile(path, PROTOCOL) as rows:
        assert (1,) in rows
        assert (2, 0) not in rows
        rows.append((2, 0), {"error_m": math.nan})
    assert path.read_bytes() == whole


def test_a_header_cut_by_a_crash_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_text('{"proto')
    with RowFile(path, PROTOCOL) as rows:
        rows.append((1,), {"x": 1})
    with RowFile(path, PROTOCOL) as rows:
        assert (1,) in rows


def test_rows_made_in_another_way_are_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    _fill(path)
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="frames 5 instead of 1"):
        RowFile(path, {**PROTOCOL, "frames": 1})
    with pytest.raises(ConfigError, match='profile null instead of "abc"'):
        RowFile(path, {**PROTOCOL, "profile": "abc"})
    assert path.read_bytes() == before


def test_what_is_no_row_file_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    _fill(path)
    path.write_text(path.read_text() + "not json\n")
    with pytest.raises(ConfigError, match="line 4 is not a row"):
        RowFile(path, PROTOCOL)
    path.write_text("[1, 2]\n")
    with pytest.raises(ConfigError, match="line 1 is not a row"):
        RowFile(path, PROTOCOL)


@pytest.mark.parametrize(
    "content",
    [b'{"precious": 1}', b"three\nprecious\nlines", b"\xff\xfe\x00", b'{"protocol": 5}\nhalf a ro'],
)
def test_a_foreign_file_is_refused_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"no file of rows|is not a row"):
        RowFile(path, PROTOCOL)
    assert path.read_bytes() == content


def test_two_processes_cannot_write_one_file(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    with RowFile(path, PROTOCOL), pytest.raises(ConfigError, match="another process"):
        RowFile(path, PROTOCOL)
    with RowFile(path, PROTOCOL) as rows:
        assert (1,) not in rows


def test_a_folder_is_no_row_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write"):
        RowFile(tmp_path, PROTOCOL)
