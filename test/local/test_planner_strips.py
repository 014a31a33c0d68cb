"""Strips: which states are shown, by hand, and that a picture of them comes out."""

import numpy as np
import pytest
from PIL import Image
from planner_shards import write_folder

from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.registry import make_head
from astra_local.planner_record import NUM_STEPS
from astra_local.train.planner_picks import Answers
from astra_local.train.planner_states import PlannerDataset, shards_in
from astra_local.train.planner_strips import chosen_cases, draw_strips, straight_on

RADIUS_M = 0.22


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("validation")
    write_folder(folder, split="validation", count=6)
    return PlannerDataset(shards_in([folder]), "validation")


def test_straight_on_stops_at_the_sub_goal():
    # Half a metre to the left at 0.5 m/s: 0.1 m a step, there after five.
    way = straight_on(np.array([[0.0, 0.5, 1.0, 0.0, 1.0, 0.5]]))
    assert way.shape == (1, NUM_STEPS, 2)
    assert way[0, :6, 1] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.5])
    assert way[0, :, 0] == pytest.approx(0.0)


def answers(count, *, touching, expert, progress_m):
    """Two answers a state, of which the second is picked: it has more way for the same risk."""
    shape = (count, 2, NUM_STEPS)
    return Answers(
        np.zeros((*shape, 2), np.float32), np.ones(shape, np.float32), np.ones(shape, np.float32),
        touching, expert, progress_m, progress_m, None,
    )  # fmt: skip


def test_the_earliest_touch_where_the_expert_touches_nothing_is_shown(data):
    count = len(data)
    touching = np.zeros((count, 2, NUM_STEPS, 2), bool)
    touching[0, 1, 2:, 0] = True  # the earliest, but the expert touches, too
    touching[1, 1, 9:, 1] = True
    touching[2, 1, 5:, 1] = True  # this one
    touching[3, 0, 1:, 1] = True  # not picked
    expert = np.zeros(count, bool)
    expert[0] = True
    progress = np.tile([0.5, 1.0], (count, 1)).astype(np.float32)
    known = answers(count, touching=touching, expert=expert, progress_m=progress)
    bad = [
        case
        for case in chosen_cases(known, data, count, RADIUS_M)
        if "pick touches a" in case.title
    ]
    assert [(case.state, case.picked) for case in bad] == [(2, 1)]
    # Clearance of a metre was believed in where it touches.
    assert "after 1.2 s the pick touches a person who was not seen" in bad[0].title


def test_a_picture_comes_out(data, tmp_path):
    # The wall of these shards stands where y is below -0.3 m: straight to the right touches it.
    data.arrays["sub_goal"][0] = (0.0, -1.5, 0.0)
    cases = draw_strips(
        make_head("flow", PRESETS["debug"]), data, tmp_path / "strips.png",
        footprint_radius_m=RADIUS_M,
    )  # fmt: skip
    with Image.open(tmp_path / "strips.png") as image:
        assert image.height == len(cases) * (256 + 30)
        assert image.width == 5 * 260
