"""Saving weights replaces an older set, whole as it was, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from weights_made import CARD, TENSORS, save

from astra_core.errors import WeightsError
from astra_core.weights import load_weights, require_own_weights, save_weights

BIG = {f"w{number}": np.full(60_000, number, np.float16) for number in range(4)}


def tree(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("limit", [1 << 18, 1 << 24], ids=["several files", "one"])
def test_an_older_set_is_replaced(tmp_path: Path, limit: int) -> None:
    save_weights(tmp_path, CARD, BIG, limit)
    newer = {name: array + np.float16(1) for name, array in BIG.items()}
    (tmp_path / "notes.txt").write_text("mine")
    path = save_weights(tmp_path, CARD, newer, limit)
    assert load_weights(path, "planner").tensors["w3"][0] == 4.0
    assert (tmp_path / "notes.txt").read_text() == "mine"


def _other_set(folder: Path) -> None:
    save(folder, name="flow-other")
    (folder / "flow-other.card.yaml").rename(folder / "flow-tiny.card.yaml")


def _edited(folder: Path) -> None:
    save(folder)
    (folder / "flow-tiny.safetensors").write_bytes(b"what somebody made of it")


def _linked(folder: Path) -> None:
    save(folder)
    (folder / "flow-tiny.safetensors").rename(folder / "theirs")
    (folder / "flow-tiny.safetensors").symlink_to("theirs")


def _folder(folder: Path) -> None:
    (folder / "flow-tiny.safetensors").mkdir()


@pytest.mark.parametrize(
    ("make", "which"),
    [
        (lambda f: (f / "flow-tiny.safetensors").write_text("a"), "flow-tiny.safetensors"),
        (lambda f: (f / "flow-tiny.safetensors").symlink_to("no"), "flow-tiny.safetensors"),
        (lambda f: (f / "flow-tiny-00001-of-00002.safetensors").write_text("a"), "00001-of"),
        (lambda f: (f / "flow-tiny.safetensors.index.json").write_text("{}"), "index.json"),
        (lambda f: (f / "flow-tiny.card.yaml").write_text("mine: yes"), "flow-tiny.card.yaml"),
        (lambda f: (f / "flow-tiny.card.yaml").symlink_to("no"), "flow-tiny.card.yaml|cannot go"),
        (_other_set, "flow-tiny.card.yaml"),
        (_edited, "flow-tiny.safetensors"),
        (_linked, "flow-tiny.safetensors"),
        (_folder, "not a file"),
    ],
)
def test_what_is_not_ours_stays(tmp_path: Path, make: Callable[[Path], object], which: str) -> None:
    make(tmp_path)
    before = tree(tmp_path), sorted(tmp_path.iterdir())
    with pytest.raises(WeightsError, match=which):
        require_own_weights(tmp_path, "flow-tiny")
    with pytest.raises(WeightsError, match=which):
        save_weights(tmp_path, CARD, TENSORS)
    assert (tree(tmp_path), sorted(tmp_path.iterdir())) == before


def test_a_set_of_another_name_and_a_folder_to_be_made_are_no_hindrance(tmp_path: Path) -> None:
    save(tmp_path, name="flow")
    require_own_weights(tmp_path, "flow-tiny")
    require_own_weights(tmp_path / "new", "flow-tiny")
    save_weights(tmp_path, replace(CARD, name="flow-tiny"), TENSORS)
    assert load_weights(tmp_path / "flow.card.yaml", "planner").card.name == "flow"


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsError):
        save_weights(tmp_path / "file", CARD, TENSORS)
