"""Floor plans: rooms tile the building, doors lie in shared walls and join everything."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astra_sim.scenes.layout import WALL_M, make_home_layout
from astra_sim.scenes.layout.doors import place_doors
from astra_sim.scenes.layout.kinds import assign_kinds
from astra_sim.scenes.layout.types import shared_edge
from astra_sim.scenes.seeds import stream


@given(st.integers(0, 2**31 - 1))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_rooms_tile_the_building_and_doors_join_them(seed: int) -> None:
    layout = make_home_layout(stream(seed, "layout"))
    cells = np.asarray([room.cell_m for room in layout.rooms])
    size = cells[:, 2:].max(axis=0) - cells[:, :2].min(axis=0)
    areas = (cells[:, 2] - cells[:, 0]) * (cells[:, 3] - cells[:, 1])
    assert areas.sum() == pytest.approx(size.prod(), abs=1e-6)
    assert 80.0 <= size.prod() <= 160.0
    groups = list(range(len(cells)))
    for door in layout.doors:
        assert 0.9 <= door.width_m <= 1.0
        a, b = door.rooms
        along_x, constant, start, end = shared_edge(layout.rooms[a].cell_m, layout.rooms[b].cell_m)
        assert along_x == door.along_x
        position, line = door.center_m if along_x else door.center_m[::-1]
        assert line == pytest.approx(constant)
        assert start + WALL_M / 2 <= position - door.width_m / 2
        assert position + door.width_m / 2 <= end - WALL_M / 2
        groups = [groups[a] if group == groups[b] else group for group in groups]
    assert len(set(groups)) == 1


def test_layouts_vary_in_shape_and_in_loops() -> None:
    layouts = [make_home_layout(stream(seed, "layout")) for seed in range(24)]
    loops = [len(layout.doors) - len(layout.rooms) + 1 for layout in layouts]
    assert len({len(layout.rooms) for layout in layouts}) >= 3
    assert sum(loop > 0 for loop in loops) >= 12
    shapes = {tuple(sorted(room.cell_m for room in layout.rooms)) for layout in layouts}
    assert len(shapes) == 24


def test_shared_edge_by_hand() -> None:
    assert shared_edge((0, 0, 2, 3), (2, 1, 5, 6)) == (False, 2, 1, 3)
    assert shared_edge((0, 0, 4, 2), (1, 2, 3, 5)) == (True, 2, 1, 3)
    assert shared_edge((0, 0, 1, 1), (1, 1, 2, 2)) is None


def test_the_small_room_is_the_bathroom_and_the_large_one_to_live_in() -> None:
    cells = [(0, 0, 6, 4.5), (6, 0, 9.5, 4.5), (0, 6, 4, 10), (4, 6, 6.4, 10), (0, 4.5, 9.5, 6)]
    kinds, misfit = assign_kinds(np.random.default_rng(0), cells, 4)
    assert kinds == ["living room", "kitchen", "bedroom", "bathroom", "hall"]
    assert misfit < 1.5


def test_rooms_that_share_no_wall_cannot_be_joined() -> None:
    cells = [(0, 0, 3, 3), (5, 5, 8, 8)]
    assert place_doors(np.random.default_rng(0), cells, ["hall", "kitchen"]) is None
