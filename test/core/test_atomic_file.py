"""A file is the old one or the new one, whatever happens in between."""

import errno
import os
from pathlib import Path

import pytest

from astra_core.atomic_file import atomic_file


def test_it_takes_the_place_when_the_block_ends(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with atomic_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_leaves_the_old_one_and_nothing_else(tmp_path, error):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(error), atomic_file(path) as file:
        file.write(b"half")
        raise error
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(("mode", "expected"), [(None, 0o640), (0o644, 0o644)])
def test_its_rights_are_those_of_any_new_file_or_as_told(tmp_path, mode, expected):
    before = os.umask(0o027)
    try:
        with atomic_file(tmp_path / "a", mode):
            pass
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == expected


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("there", [None, "file", "link", "dangling", "folder"])
def test_what_may_not_replace_takes_a_free_name_only(tmp_path, monkeypatch, links, there):
    if not links:

        def refuse(self, target):
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    path = tmp_path / "a"
    (tmp_path / "other").write_bytes(b"other")
    if there == "file":
        path.write_bytes(b"old")
    elif there == "folder":
        path.mkdir()
    elif there is not None:
        path.symlink_to("other" if there == "link" else "nowhere")
    before = sorted(entry.name for entry in tmp_path.iterdir())
    if there is None:
        with atomic_file(path, replaces=False) as file:
            file.write(b"new")
        assert path.read_bytes() == b"new" and path.stat().st_nlink == 1
        return
    with pytest.raises(FileExistsError), atomic_file(path, replaces=False) as file:
        file.write(b"new")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before
    assert (tmp_path / "other").read_bytes() == b"other"
    assert there != "file" or path.read_bytes() == b"old"
