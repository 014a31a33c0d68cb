"""What is not ours is never removed, moved, renamed or written into, whatever the argument."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from astra_core import own_folder
from astra_core.errors import ConfigError
from astra_core.exchange import exchange
from astra_core.own_folder import FolderKind, new_folder, place_of, remove_own


def _own(folder: Path) -> list[str]:
    return ["mark", "data/a", "data/"] if (folder / "mark").is_file() else []


KIND = FolderKind("thing", _own)


def _make(folder: Path, text: str = "new") -> None:
    with new_folder(folder, KIND) as new:
        (new / "mark").write_text(text)
        (new / "data").mkdir()
        (new / "data" / "a").write_text(text)


def _tree(folder: Path) -> dict[str, str]:
    """Return everything below a folder: contents of files, targets of links."""
    return {
        str(path.relative_to(folder)): str(path.readlink())
        if path.is_symlink()
        else (path.read_text() if path.is_file() else "/")
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's home with everything that an argument could point at; the process is in it."""
    home = tmp_path / "home"
    (home / "work" / "here").mkdir(parents=True)
    (home / "work" / "thesis.tex").write_text("years")
    (home / "photos").mkdir()
    (home / "photos" / "cat.jpg").write_text("cat")
    (home / "photos.old").mkdir()
    (home / "photos.old" / "dog.jpg").write_text("dog")
    (home / "link").symlink_to("photos")
    (home / "dangling").symlink_to("nowhere")
    (home / "loop").symlink_to("loop")
    _make(home / "mixed")
    (home / "mixed" / "notes.txt").write_text("mine")
    _make(home / "deep")
    (home / "deep" / "data" / "b").write_text("mine")
    _make(home / "linked")
    (home / "linked" / "data" / "to").symlink_to("../../photos")
    _make(home / "hollow")
    (home / "hollow" / "empty").mkdir()
    _make(home / "around" / "inner")
    (home / "to_thing").symlink_to("around/inner")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "work" / "here")
    return home


@pytest.mark.parametrize(
    ("argument", "why"),
    [
        (".", "in which you are"),
        ("..", "or one around it"),
        ("../..", "or one around it"),
        ("~", "your files are|or one around it"),
        ("/", "file system"),
        ("/proc", "file system"),
        ("~/photos", r"no thing that can be told \(cat\.jpg\)"),
        ("../../photos/", "is not empty"),
        ("../../photos/../photos", "is not empty"),
        ("~/photos/cat.jpg", "not a folder"),
        ("~/photos/cat.jpg/in", "nothing can lie in it"),
        ("~/link", "is a link to photos"),
        ("~/link/", "is a link to photos"),
        ("~/to_thing", "is a link to"),
        ("~/dangling", "is a link to nowhere"),
        ("~/loop", "is a link to loop"),
        ("~/loop/x", "cannot become"),
        ("~/mixed", r"more than a thing \(notes\.txt\)"),
        ("~/deep", r"more than a thing \(data/b\)"),
        ("~/linked", r"more than a thing \(data/to\)"),
        ("~/hollow", r"more than a thing \(empty/\)"),
        ("~/around", "is not empty"),
        ("~nobody-of-this-name/x", "cannot become"),
        ("x" * 300, "cannot become"),
        ("a\0b", "cannot become"),
    ],
)
def test_what_is_not_ours_stays(home: Path, argument: str, why: str) -> None:
    before = _tree(home)
    with pytest.raises(ConfigError, match=why):
        _make(Path(argument))
    assert _tree(home) == before


def test_the_folder_one_is_in_stays_even_if_it_is_ours(home: Path, monkeypatch) -> None:
    _make(home / "mine")
    monkeypatch.chdir(home / "mine")
    with pytest.raises(ConfigError, match="in which you are"):
        _make(Path(), "newer")
    assert (home / "mine" / "mark").read_text() == "new"


@pytest.mark.parametrize("argument", ["~/new", "~/a/b/new", "../../new", "~/empty", "~/link/in"])
def test_new_and_empty_folders_are_taken(home: Path, argument: str) -> None:
    (home / "empty").mkdir()
    before = _tree(home)
    _make(Path(argument))
    place = Path(argument).expanduser()
    assert _tree(place.resolve()) == {"data": "/", "data/a": "new", "mark": "new"}
    assert before.items() <= _tree(home).items()
    # Nothing is left beside it.
    assert not [name for name in _tree(home) if Path(name).name.startswith(".")]


@pytest.mark.parametrize("can", [True, False])
def test_one_of_ours_is_replaced_and_its_neighbours_stay(home: Path, monkeypatch, can) -> None:
    if not can:
        monkeypatch.setattr(own_folder, "exchange", lambda a, b: False)
    _make(home / "mine")
    for name in ("mine.old", "mine.building", ".mine.part", ".mine.x"):
        (home / name).mkdir()
        (home / name / "precious").write_text("p")
    before = _tree(home)
    _make(home / "mine", "newer")
    assert _tree(home) == {**before, "mine/mark": "newer", "mine/data/a": "newer"}


def test_the_old_one_stays_when_filling_fails(home: Path) -> None:
    _make(home / "mine")
    before = _tree(home)
    with pytest.raises(KeyboardInterrupt), new_folder(home / "mine", KIND) as new:
        (new / "mark").write_text("half")
        raise KeyboardInterrupt
    assert _tree(home) == before


def test_the_old_one_comes_back_when_the_second_of_two_renames_fails(home, monkeypatch) -> None:
    monkeypatch.setattr(own_folder, "exchange", lambda a, b: False)
    _make(home / "mine")
    before = _tree(home)
    rename: Callable[[Path, Path], Path] = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError(5, "no more")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no more"):
        _make(home / "mine", "newer")
    assert _tree(home) == before


def test_killed_between_two_renames_the_old_one_is_kept(home: Path, monkeypatch) -> None:
    monkeypatch.setattr(own_folder, "exchange", lambda a, b: False)
    _make(home / "mine")
    rename = Path.rename

    def die(self: Path, target: Path) -> Path:
        if self.name in ("new", "old"):
            raise OSError(5, "the disk is gone")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", die)
    with pytest.raises(OSError, match="gone"):
        _make(home / "mine", "newer")
    (kept,) = home.glob(".mine.*/old/mark")
    assert kept.read_text() == "new"


def test_what_came_meanwhile_stays(home: Path) -> None:
    with pytest.raises(ConfigError, match="is not empty"), new_folder(home / "n", KIND) as new:
        (new / "mark").write_text("new")
        (home / "n").mkdir()
        (home / "n" / "later.txt").write_text("mine")
    assert _tree(home / "n") == {"later.txt": "mine"}


def test_nobody_ever_sees_the_place_without_one(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a" / "x").touch()
    assert exchange(tmp_path / "a", tmp_path / "b")
    assert [p.name for p in (tmp_path / "b").iterdir()] == ["x"]
    assert list((tmp_path / "a").iterdir()) == []
    with pytest.raises(OSError, match="No such file"):
        exchange(tmp_path / "a", tmp_path / "none")


@pytest.mark.parametrize("name", ["photos", "mixed", "linked", "link", "to_thing"])
def test_only_what_is_wholly_ours_is_removed(home: Path, name: str) -> None:
    before = _tree(home)
    with pytest.raises(ConfigError):
        remove_own(home / name, KIND)
    assert _tree(home) == before
    _make(home / "mine")
    remove_own(home / "mine", KIND)
    remove_own(home / "mine", KIND)  # none is fine
    assert _tree(home) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_into_stays(home: Path) -> None:
    (home / "photos").chmod(0)
    try:
        with pytest.raises(ConfigError, match="cannot become"):
            place_of(home / "photos", KIND)
    finally:
        (home / "photos").chmod(0o755)
