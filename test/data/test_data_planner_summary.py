"""What shards hold, counted by hand, and a sheet that shows it."""

from __future__ import annotations

import numpy as np
import pytest
from planner_states import HEADER, state

from astra_core.errors import ShardError
from astra_data.planner_sheet import draw_state
from astra_data.planner_summary import draw_choice, planner_shards, summarize
from astra_local.planner_record import pack_cells, read_planner_shard, write_planner_shard


def poses(length_m: float) -> np.ndarray:
    """Return a way straight ahead."""
    found = np.zeros((16, 3))
    found[:, 0] = np.linspace(length_m / 16.0, length_m, 16)
    return found


@pytest.fixture
def folder(tmp_path):
    gap = {"expert_static_gap_m": 0.3, "expert_people_gap_m": 2.0}
    good = state(**gap, expert_poses=poses(1.0), sub_goal=(1.0, 0.0, 0.0), num_movers=2)
    bad = state(
        **{**gap, "expert_people_gap_m": -0.1, "expert_static_gap_m": -0.01},
        expert_source=1,
        sub_goal=(-1.0, 0.0, 0.0),
        is_final=1,
        kicked=1,
    )
    near = state(**{**gap, "expert_people_gap_m": 0.4}, expert_poses=poses(0.5))
    write_planner_shard(tmp_path / "home" / "a.npz", [good, bad, near, good], HEADER)
    other = {**HEADER, "family": "office", "split": "validation", "code": "d"}
    write_planner_shard(tmp_path / "office" / "b.npz", [good], other)
    return tmp_path


def test_shares_are_those_of_the_states(folder):
    summary = summarize(planner_shards(folder))
    assert (summary["shards"], summary["states"]) == (2, 5)
    assert summary["splits"] == {"train": 4, "validation": 1}
    assert summary["codes"] == {"c": 4, "d": 1}
    home = summary["groups"]["home standard cheap"]
    assert home["states"] == 4
    assert home["expert_touches_static_percent"] == 25.0
    assert home["expert_touches_people_percent"] == 25.0
    assert home["encounter_percent"] == 50.0
    assert home["expert_stands_percent"] == 25.0
    assert (home["final_percent"], home["kicked_percent"]) == (25.0, 25.0)
    assert home["goal_behind_percent"] == 25.0
    assert home["movers_mean"] == 1.0
    assert home["sources"] == {"mppi": 3, "stop": 1}
    assert summary["groups"]["office standard cheap"]["expert_touches_people_percent"] == 0.0


def test_a_folder_without_shards_says_so(tmp_path):
    with pytest.raises(ShardError, match="no shards"):
        planner_shards(tmp_path)


def test_the_sheet_has_every_state_that_was_asked_for(folder, tmp_path):
    from PIL import Image

    draw_choice(planner_shards(folder), tmp_path / "sheet.png", 7)
    with Image.open(tmp_path / "sheet.png") as sheet:
        # Six in a row, two rows, 320 pixels of window each.
        assert sheet.width >= 6 * 320
        assert sheet.height >= 2 * 320


def test_the_picture_shows_ahead_as_up_and_left_as_left(tmp_path):
    occupied = np.zeros((4, 64, 64), bool)
    # Three metres ahead, one to the left.
    occupied[0, round((1.05 + 3.15) / 0.1), round((3.05 + 1.95) / 0.1)] = True
    known = np.ones((64, 64), bool)
    sdf = np.full((64, 64), 100)
    write_planner_shard(
        tmp_path / "a.npz",
        [state(occupied=pack_cells(occupied), known=pack_cells(known), sdf_cm=sdf)],
        HEADER,
    )
    pixels = np.asarray(draw_state(read_planner_shard(tmp_path / "a.npz"), 0))
    dark = np.argwhere((pixels[:320] < 60).all(axis=-1))
    # Five pixels a cell: column 3.2 - 1.1 = 2.1 m from the left edge, 4.4 - 3.1 = 1.3 from the top.
    assert dark.min(axis=0).tolist() == [65, 105]
    assert dark.max(axis=0).tolist() == [69, 109]
