"""Set-up removes what it or colcon made, and nothing else that happens to have those names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from astra_cli.bootstrap import __main__ as bootstrap
from astra_cli.bootstrap import own_folders, venv
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.own_folders import empty_venv, remove_built, sweep_half_installed
from astra_cli.bootstrap.ros import RosChoice
from astra_cli.bootstrap.steps import Step


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path)


def test_an_environment_of_somebody_else_stays(layout: Layout) -> None:
    # As `uv venv` makes it: of the same Python, but without the command that made it.
    site_packages = layout.venv / "lib" / "python3.11" / "site-packages" / "mine"
    site_packages.mkdir(parents=True)
    (site_packages / "thesis.py").write_text("years")
    (layout.venv / "pyvenv.cfg").write_text("uv = 0.9\nversion_info = 3.11.7\n")
    before = tree(layout.root)
    with pytest.raises(SetupError, match=r"\.venv is not of \./astra, and does not fit: it stays"):
        venv.make_venv(layout, system_site_packages=False)
    assert tree(layout.root) == before


def test_our_own_of_another_kind_is_emptied_but_for_the_log(layout: Layout) -> None:
    (layout.venv / "lib").mkdir(parents=True)
    (layout.root / "elsewhere").mkdir()
    (layout.root / "elsewhere" / "file").touch()
    (layout.venv / "link").symlink_to(layout.root / "elsewhere")
    layout.log.write_text("what was said")
    empty_venv(layout)
    assert tree(layout.root) == [".venv", ".venv/astra-setup.log", "elsewhere", "elsewhere/file"]


def colcon_made(layout: Layout) -> None:
    for base, mark in ((layout.build, ".built_by"), (layout.install, ".colcon_install_layout")):
        base.mkdir(exist_ok=True)
        (base / mark).write_text("colcon\n")


def test_what_colcon_made_of_a_package_goes(layout: Layout) -> None:
    remove_built(layout, "astra_msgs")  # none is fine
    colcon_made(layout)
    for base in (layout.build, layout.install):
        for name in ("astra_msgs", "other"):
            (base / name / "share").mkdir(parents=True)
    remove_built(layout, "astra_msgs")
    assert sorted(path.name for path in layout.build.iterdir()) == [".built_by", "other"]
    assert (layout.install / "other" / "share").is_dir()
    assert not (layout.install / "astra_msgs").exists()


def _unmarked(layout: Layout) -> None:
    (layout.build / "astra").mkdir(parents=True)
    (layout.build / "astra" / "notes.txt").write_text("mine")


def _link(layout: Layout) -> None:
    colcon_made(layout)
    (layout.root / "elsewhere").mkdir()
    (layout.install / "astra").symlink_to(layout.root / "elsewhere")


def _file(layout: Layout) -> None:
    colcon_made(layout)
    (layout.build / "astra").write_text("a file")


@pytest.mark.parametrize("make", [_unmarked, _link, _file])
def test_what_colcon_did_not_make_stays(layout: Layout, make: Callable[[Layout], None]) -> None:
    make(layout)
    before = tree(layout.root)
    with pytest.raises(SetupError, match="astra is not of colcon, and stays"):
        remove_built(layout, "astra")
    assert tree(layout.root) == before


@pytest.mark.parametrize(
    ("installer", "goes"), [(None, True), ("", True), ("pip\n", True), ("uv\n", False)]
)
def test_only_what_pip_left_half_done_is_forgotten(
    tmp_path: Path, installer: str | None, goes: bool
) -> None:
    folder = tmp_path / "numpy-2.4.6.dist-info"
    folder.mkdir()
    if installer is not None:
        (folder / "INSTALLER").write_text(installer)
    (tmp_path / "linked-1.dist-info").symlink_to("numpy-2.4.6.dist-info")
    assert sweep_half_installed(tmp_path) == ([folder.name] if goes else [])
    assert folder.exists() != goes
    assert (tmp_path / "linked-1.dist-info").is_symlink()


def test_a_checkout_that_cannot_be_written_to_says_what_to_do(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step(done: bool) -> Step:
        return Step("a", "a", "print", lambda: done, lambda note: pytest.fail("it ran"))

    monkeypatch.setattr(own_folders.os, "access", lambda path, mode: path != layout.root)
    monkeypatch.setattr(bootstrap, "plan_steps", lambda *_: [step(False)])
    with pytest.raises(SetupError, match=r"cannot be written to.*a copy of your own") as refused:
        bootstrap.set_up(layout, RosChoice("jazzy"))
    assert sys.executable in str(refused.value) and str(layout.root) in str(refused.value)
    assert os.listdir(layout.root) == []  # noqa: PTH208
    # Set up already, it is used as it is.
    monkeypatch.setattr(bootstrap, "is_done", lambda *_: True)
    bootstrap.set_up(layout, RosChoice("jazzy"))
