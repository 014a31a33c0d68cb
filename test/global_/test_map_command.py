"""``./astra map check`` and ``show`` on a small map."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from astra_cli.commands.map import app
from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import ConfigError
from astra_global.map import AstraMap, Landmark, MapEdge, MapNode, load_map, save_map


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rig = CameraRig((Camera("front", CameraIntrinsics(8, 6, 5.0, 5.0, 3.5, 2.5), np.eye(4)),))
    nodes = (
        MapNode("n0", se3.from_se2((0.0, 0.0, 0.0)), ("fridge",)),
        MapNode("n1", se3.from_se2((1.0, 0.0, 0.0))),
    )
    fridge = Landmark("fridge", "fridge", "", "", "", "cold drinks", (1, 1, 1), (1, 1, 2), ("n0",))
    save_map(AstraMap(nodes, (MapEdge("n0", "n1", 1.0),), (fridge,), rig), tmp_path / "m")
    return tmp_path / "m"


def test_check_lists_problems_and_fails(folder: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["check", str(folder), "--json", str(tmp_path / "r.json")])
    assert result.exit_code == 1
    assert "no localization index" in result.output
    problems = json.loads((tmp_path / "r.json").read_text("utf-8"))["problems"]
    assert len(problems) == 2


def test_check_signs_an_edit(folder: Path) -> None:
    path = folder / "graph.json"
    path.write_text(path.read_text("utf-8").replace("cold drinks", "milk"), "utf-8")
    assert "wrong checksum" in CliRunner().invoke(app, ["check", str(folder)]).output
    signed = CliRunner().invoke(app, ["check", str(folder), "--accept-edits"]).output
    assert "accepted: graph.json" in signed and "wrong checksum" not in signed


def test_show_draws_and_lists(folder: Path, tmp_path: Path) -> None:
    picture = tmp_path / "m2.png"
    result = CliRunner().invoke(app, ["show", str(folder), "--out", str(picture)])
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(b"\x89PNG") and "cold drinks" in result.output


def test_show_replaces_its_own_picture_and_no_other(folder: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert CliRunner().invoke(app, ["show", str(folder)]).exit_code == 0
    photo = tmp_path / "m.png"
    Image.new("RGB", (8, 8)).save(photo)
    before = photo.read_bytes()
    for out in ([], ["--out", str(folder / "graph.json")], ["--out", str(folder)]):
        result = CliRunner().invoke(app, ["show", str(folder), *out])
        assert isinstance(result.exception, ConfigError) and "stays" in str(result.exception)
    assert photo.read_bytes() == before and load_map(folder).landmarks


@pytest.mark.parametrize("out", ["..", ".", "pictures", "photo.png"])
def test_build_touches_nothing_that_is_no_map(tmp_path: Path, monkeypatch, out: str) -> None:
    here = tmp_path / "here"
    (here / "pictures").mkdir(parents=True)
    (here / "pictures" / "cat.jpg").touch()
    for name in ("photo.png", "tour.png", "here.png"):
        (here / name).write_bytes(b"png")
    (tmp_path / "here.old").mkdir()
    (tmp_path / "here.building").mkdir()
    monkeypatch.chdir(here)
    before = sorted(tmp_path.rglob("*"))
    words = ["build", str(tmp_path / "bag"), "--annotations", "a.yaml", "--out"]
    for given in (out, "tour"):  # tour would be new, but its picture is somebody's
        result = CliRunner().invoke(app, [*words, given])
        assert isinstance(result.exception, ConfigError), result.output
        assert "stay" in str(result.exception) or "name a new" in str(result.exception)
    assert sorted(tmp_path.rglob("*")) == before
