"""A training goes on in its own folder and writes over nothing that is not of a training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from astra_core.errors import ConfigError
from astra_local.train.own_training import metrics_line, prepare_folder, told_text

LINE = metrics_line(50, "train", 1.23, {"loss": 0.5})
TOLD = told_text({"data": "abc"}, [("home", 7)], 100)


def test_what_is_written_says_what_it_is() -> None:
    assert json.loads(LINE) == {"step": 50, "kind": "train", "seconds": 1.2, "loss": 0.5}
    assert json.loads(TOLD) == {"data": "abc", "seeds": [["home", 7]], "steps": 100}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metrics.jsonl", "my measurements\n"),
        ("metrics.jsonl", '{"step": 1}\n'),
        ("metrics.jsonl", "[1, 2]\n"),
        ("training.json", "{}"),
        ("training.json", '{"steps": 3}'),
        ("training.json", "[]"),
    ],
)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a checkpoint"])
def test_a_file_that_merely_has_the_name_stays(
    tmp_path: Path, name: str, text: str, beside: bool
) -> None:
    (tmp_path / name).write_text(text)
    if beside:
        (tmp_path / "checkpoint.pt").touch()
    with pytest.raises(ConfigError, match=f"{name} is not the file of a training, and stays"):
        prepare_folder(tmp_path)
    assert (tmp_path / name).read_text() == text


@pytest.mark.parametrize("name", ["checkpoint.pt", "training.json", "metrics.jsonl"])
def test_links_and_folders_stay(tmp_path: Path, name: str) -> None:
    for make in (lambda path: path.symlink_to("elsewhere"), lambda path: path.mkdir()):
        folder = tmp_path / make.__code__.co_names[0]
        folder.mkdir()
        make(folder / name)
        with pytest.raises(ConfigError, match="stays"):
            prepare_folder(folder)
        assert [path.name for path in folder.iterdir()] == [name]


def test_a_training_killed_before_its_first_checkpoint_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text(LINE)
    (tmp_path / "notes.txt").write_text("mine")
    prepare_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_one_with_a_checkpoint_goes_on(tmp_path: Path) -> None:
    files = {"metrics.jsonl": LINE, "training.json": TOLD, "checkpoint.pt": "x"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    prepare_folder(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files


def test_what_a_lost_checkpoint_leaves_stays(tmp_path: Path) -> None:
    (tmp_path / "training.json").write_text(TOLD)
    with pytest.raises(ConfigError, match="checkpoint is gone"):
        prepare_folder(tmp_path)
    assert (tmp_path / "training.json").read_text() == TOLD


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be the folder of a training"):
        prepare_folder(tmp_path / "file")
