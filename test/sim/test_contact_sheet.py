"""The contact sheet shows one tile per scene."""

from __future__ import annotations

import numpy as np
from plain_scene import plain_room

from astra_sim.scenes import contact_sheet as sheets


def test_a_picture_of_named_things_beats_one_of_bare_wall():
    scene = plain_room()
    numbers = {obj.id: number for number, obj in enumerate(scene.objects)}
    wall = np.full((10, 10), numbers["north"], np.int32)
    table = wall.copy()
    table[5:, :3] = numbers["table"]
    filled = np.full((10, 10), numbers["table"], np.int32)
    scores = [sheets._richness(objects, scene) for objects in (wall, table, filled)]
    assert scores[1] > max(scores[0], scores[2])


def test_tiles_stand_six_in_a_row(monkeypatch):
    made = []
    monkeypatch.setattr(sheets, "make_scene", lambda family, seed: (family, seed))

    def tile(scene, conditions):
        made.append(scene)
        return sheets.Image.new("RGB", (40, 30), (0, 0, 0))

    monkeypatch.setattr(sheets, "scene_tile", tile)
    sheet = sheets.contact_sheet([("home", seed) for seed in range(8)])
    assert made == [("home", seed) for seed in range(8)]
    assert sheet.size == (6 * 44 + 4, 2 * 34 + 4)
    pixels = np.asarray(sheet)
    assert (pixels[38 + 10, 4 + 44 + 10] == 0).all() and (pixels[38 + 10, 4 + 88 + 10] == 255).all()


def test_a_tile_shows_view_plan_and_caption():
    tile = np.asarray(sheets.scene_tile(plain_room()))
    assert tile.shape == (240 + 18, 320, 3)
    assert tile[:200, :200].std() > 5.0
    # The red dot of the plan.
    red = (tile[..., 0] > 180) & (tile[..., 1] < 90) & (tile[..., 2] < 90)
    assert red[150:240, 220:].sum() >= 3


def test_bad_seeds_are_refused_in_one_line(capsys, tmp_path):
    assert sheets.main([str(tmp_path / "sheet.png"), "--family", "home", "--seeds", "8:2"]) == 1
    assert "--seeds wants A:B" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
