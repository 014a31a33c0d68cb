"""Shards: whole or not at all, and the same bytes for the same content."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from astra_core.errors import ShardError
from astra_core.shard_file import read_shard, read_shard_header, write_shard

ARRAYS = {"a": np.arange(6, dtype=np.float32).reshape(3, 2), "b": np.array([1, 2, 3], np.uint8)}
HEADER = {"kind": "test", "seed": 7, "text": "é"}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "new" / "some.npz"
    write_shard(path, ARRAYS, HEADER)
    arrays, header = read_shard(path)
    assert header == read_shard_header(path) == HEADER
    assert set(arrays) == set(ARRAYS)
    for key, array in ARRAYS.items():
        np.testing.assert_array_equal(arrays[key], array)
        assert arrays[key].dtype == array.dtype


def test_the_same_content_has_the_same_bytes(tmp_path):
    for name in ("one.npz", "two.npz"):
        write_shard(tmp_path / name, ARRAYS, HEADER)
    assert digest(tmp_path / "one.npz") == digest(tmp_path / "two.npz")


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "home" / "some.npz"

    def interrupted(file, **entries):
        file.write(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_shard(path, ARRAYS, {"other": 1})
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("there", ["shard", "file", "link"])
def test_what_is_there_is_never_replaced(tmp_path, there):
    path = tmp_path / "some.npz"
    if there == "shard":
        write_shard(path, ARRAYS, HEADER)
    elif there == "file":
        path.write_text("somebody's")
    else:
        path.symlink_to("nowhere")
    before = path.readlink() if there == "link" else path.read_bytes()
    with pytest.raises(ShardError, match="is there already, and stays"):
        write_shard(path, ARRAYS, {"other": 1})
    assert (path.readlink() if there == "link" else path.read_bytes()) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["some.npz"]


def test_a_place_that_is_no_folder_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ShardError, match="file"):
        write_shard(tmp_path / "file" / "some.npz", ARRAYS, HEADER)


def test_arrays_of_different_length_are_refused(tmp_path):
    with pytest.raises(ShardError, match="equally long"):
        write_shard(tmp_path / "some.npz", {**ARRAYS, "b": np.zeros(2)}, HEADER)


@pytest.mark.parametrize("damage", ["missing", "cut", "text", "no header", "pickle"])
def test_damage_is_one_sentence_with_the_name_of_the_file(tmp_path, damage):
    path = tmp_path / "some.npz"
    if damage == "cut":
        write_shard(path, ARRAYS, HEADER)
        path.write_bytes(path.read_bytes()[:-40])
    elif damage == "text":
        path.write_text("not a shard")
    elif damage == "no header":
        np.savez(path, a=np.zeros(3))
    elif damage == "pickle":
        np.savez(path, header=np.array({"kind": "x"}, dtype=object))
    for read in (read_shard, read_shard_header):
        with pytest.raises(ShardError, match=r"some\.npz") as caught:
            read(path)
        assert "\n" not in str(caught.value)
