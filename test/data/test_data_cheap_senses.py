"""Occupancy from a floor plan: memory, trails, and who is known to walk."""

from __future__ import annotations

import math

import numpy as np

from astra_data.cheap_senses import CheapSenses, Walker
from astra_local.voxel.ego_window import WINDOW
from astra_sim.disc import Segment

CELL_M = 0.05


def room(size_m: float = 9.0) -> np.ndarray:
    """Return the heights of an empty room with walls along its edges; its corner is (0, 0)."""
    cells = round(size_m / CELL_M)
    heights = np.zeros((cells, cells), np.float32)
    heights[[0, 1, -1, -2]] = 2.5
    heights[:, [0, 1, -1, -2]] = 2.5
    return heights


def senses(heights: np.ndarray, seed: int = 0, yaw_rad: float = 0.0) -> CheapSenses:
    rng = np.random.default_rng(seed)
    return CheapSenses(heights, (0.0, 0.0), CELL_M, 0.22, rng, tick_s=0.1, odom_yaw_rad=yaw_rad)


def walker(x_m: float, y_m: float, vx_mps: float = 0.0) -> Walker:
    return Walker(np.array([x_m, y_m]), np.array([vx_mps, 0.0]), 0.25)


def cell(x_m: float, y_m: float) -> tuple[int, int]:
    """Return the cell of the window that holds a point of the ego frame."""
    return math.floor((y_m + 3.2) / 0.1), math.floor((x_m + 2.0) / 0.1)


def test_a_wall_is_marked_where_it_stands_and_what_is_behind_is_unknown():
    heights = room()
    # A wall across at x = 6.0 to 6.2.
    heights[:, 120:124] = 2.5
    seen = senses(heights)
    pose = np.array([4.0, 4.5, 0.0])
    for _ in range(5):
        seen.look(pose, [], [])
    occupied, known = seen.window(0, pose, WINDOW)
    # Two metres ahead.
    rows = slice(cell(0, -2.0)[0], cell(0, 2.0)[0])
    assert occupied[rows, cell(2.05, 0)[1]].mean() > 0.95
    assert not occupied[rows, cell(1.5, 0)[1] : cell(1.85, 0)[1]].any()
    assert known[rows, cell(1.5, 0)[1] : cell(1.85, 0)[1]].all()
    assert not known[rows, cell(2.5, 0)[1] :].any()


def test_the_square_at_its_feet_is_unknown_until_it_has_driven_on():
    seen = senses(room())
    pose = np.array([3.0, 4.5, 0.0])
    seen.look(pose, [], [])
    _, known = seen.window(0, pose, WINDOW)
    assert not known[cell(0.8, 0.05)]
    assert known[cell(0.05, 0.05)]  # what it stands on
    for step in range(15):
        pose = np.array([3.0 + 0.1 * step, 4.5, 0.0])
        seen.look(pose, [], [])
    _, known = seen.window(0, pose, WINDOW)
    # 1.4 m on: it remembers what it saw ahead.
    assert known[cell(0.8, 0.05)]


def test_a_low_thing_stays_in_memory_when_it_is_too_near_to_be_seen():
    heights = room()
    heights[88:92, 110:114] = 0.4  # 5.5 to 5.7, 4.4 to 4.6
    seen = senses(heights)
    for x_m in np.arange(3.5, 5.01, 0.1):
        pose = np.array([x_m, 4.5, 0.0])
        seen.look(pose, [], [])
    for _ in range(10):
        seen.look(pose, [], [])
    occupied, _ = seen.window(0, pose, WINDOW)
    assert occupied[cell(0.6, 0.0)]


def test_who_walks_leaves_a_trail_that_fades_and_shows_in_the_past():
    seen = senses(room())
    pose = np.array([3.0, 4.5, 0.0])
    for tick in range(40):
        # Along x = 5 from y = 3 with 0.9 m/s.
        seen.look(
            pose, [Walker(np.array([5.0, 3.0 + 0.09 * tick]), np.array([0.0, 0.9]), 0.25)], []
        )
    now, _ = seen.window(0, pose, WINDOW)
    before, _ = seen.window(10, pose, WINDOW)

    def around(cells: np.ndarray, y_m: float) -> bool:
        row, column = cell(2.0, y_m)
        return bool(cells[row - 3 : row + 3, column - 3 : column + 3].any())

    # Now at y = 6.51, 2.01 to the left; a second ago at 5.61, 1.11 to the left.
    assert around(now, 2.0)
    assert not around(now, 0.9)
    assert around(before, 1.1)
    assert not around(before, 2.0)


def test_a_walker_is_known_after_four_looks_and_two_decimetres_and_forgotten_behind_a_wall():
    heights = room()
    heights[:100, 120:124] = 2.5  # hides what is beyond x = 6 below y = 5
    seen = senses(heights)
    pose = np.array([3.0, 4.0, 0.0])
    found = []
    for tick in range(40):
        people = [walker(4.0 + 0.08 * tick, 4.0, 0.8)]
        seen.look(pose, people, [])
        found.append(len(seen.movers(people)))
    assert found[:2] == [0, 0]
    assert found[8] == 1
    x, y, vx, vy, radius = seen.movers([walker(4.64, 4.0, 0.8)])[0] if found[-1] else (0,) * 5
    # At tick 40 it is at 7.1, long behind the wall.
    assert found[-1] == 0
    assert (x, y, vx, vy, radius) == (0, 0, 0, 0, 0)


def test_positions_and_velocities_of_walkers_are_noisy_and_right_on_average():
    seen = senses(room())
    pose = np.array([3.0, 4.0, 0.0])
    rows = []
    for tick in range(60):
        people = [walker(4.0 + 0.05 * tick, 4.0, 0.5)]
        seen.look(pose, people, [])
        if tick > 20:
            (row,) = seen.movers(people)
            rows.append(row - [*people[0].xy_m, 0.5, 0.0, 0.3])
    error = np.array(rows)
    np.testing.assert_allclose(error.mean(axis=0), 0.0, atol=0.06)
    assert (error.std(axis=0)[:4] > 0.02).all()
    np.testing.assert_allclose(error[:, 4], 0.0, atol=1e-12)


def test_who_stands_is_no_mover_but_an_obstacle():
    seen = senses(room())
    pose = np.array([3.0, 4.5, 0.0])
    people = [walker(5.0, 4.5)]
    for _ in range(200):
        seen.look(pose, people, [])
        # Whatever the noise of its velocity says: it has not come anywhere.
        assert len(seen.movers(people)) == 0
    occupied, _ = seen.window(0, pose, WINDOW)
    assert occupied[cell(1.85, 0.0)]


def test_a_door_leaf_is_seen_and_gone_when_it_has_opened():
    seen = senses(room())
    pose = np.array([3.0, 4.5, 0.0])
    leaf = Segment(np.array([5.0, 4.0]), np.array([5.0, 5.0]))
    for _ in range(5):
        seen.look(pose, [], [leaf])
    shut, behind = seen.window(0, pose, WINDOW)
    assert shut[cell(2.0, 0.3)[0], cell(1.9, 0)[1] : cell(2.2, 0)[1]].any()
    assert not behind[cell(2.8, 0.0)]
    for _ in range(8):
        seen.look(pose, [], [])
    opened, behind = seen.window(0, pose, WINDOW)
    assert not opened[cell(2.0, 0.3)[0], cell(1.5, 0)[1] : cell(2.5, 0)[1]].any()
    assert behind[cell(2.8, 0.0)]


def test_the_plan_itself_is_not_changed_by_who_walks_in_it():
    heights = room()
    before = heights.copy()
    seen = senses(heights)
    inside = seen._heights.copy()
    seen.look(np.array([3.0, 4.5, 0.0]), [walker(4.0, 4.5), walker(4.1, 4.5)], [])
    np.testing.assert_array_equal(heights, before)
    np.testing.assert_array_equal(seen._heights, inside)


def test_beyond_the_square_of_the_stack_nothing_is_remembered():
    seen = senses(np.zeros((300, 300), np.float32), yaw_rad=math.pi / 4)
    pose = np.array([7.5, 7.5, 0.0])
    seen.look(pose, [], [])
    _, known = seen.window(0, pose, WINDOW)
    # A square of 8 m turned by 45 degrees reaches 4 m sqrt(2) along x, but only |x| + |y| < 5.66.
    assert known[cell(4.35, 1.0)]
    assert not known[cell(3.05, 3.05)]
    straight = senses(np.zeros((300, 300), np.float32))
    straight.look(pose, [], [])
    _, known = straight.window(0, pose, WINDOW)
    assert not known[cell(4.35, 1.0)]
    assert known[cell(3.05, 3.05)]
