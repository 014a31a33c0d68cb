"""``./astra map check`` and ``show`` on a small map."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from astra_cli.commands.map import app
from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_global.map import AstraMap, Landmark, MapEdge, MapNode, save_map


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
