"""Tracks, trails and memories of who walks: each gate by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_local.config import MotionConfig
from astra_local.moving.deposits import Deposits
from astra_local.moving.detect import MotionDetector
from astra_local.moving.grids import shifted, surely_free
from astra_local.moving.movers import Movers
from astra_local.moving.tracker import MoverTracker
from astra_local.moving.watch import MotionWatch
from astra_local.voxel.occupancy import OccupancyView

CONFIG = MotionConfig()
PERIOD_NS = 100_000_000
SHAPE = (60, 60)


def view_of(number: int, occupied: np.ndarray, shift: int = 0, **more) -> OccupancyView:
    """Return a 3 m grid of 5 cm, ``number`` periods after the start, all of it known."""
    origin = (-1.5 + 0.05 * shift, -1.5)
    known = np.ones(SHAPE, bool)
    return OccupancyView(occupied, known, origin, 0.05, number * PERIOD_NS, **more)


def block(row: int, column: int, size: int = 4) -> np.ndarray:
    cells = np.zeros(SHAPE, bool)
    cells[row : row + size, column : column + size] = True
    return cells


NOTHING = np.zeros(SHAPE, bool)
NOBODY = np.zeros((0, 2))


def walked(tracker: MoverTracker, speed_mps: float, images: int) -> Movers:
    """Show a tracker somebody who walks along x from 0 on."""
    for number in range(images):
        movers = tracker.update(np.array([[0.1 * number * speed_mps, 0.0]]), number * PERIOD_NS)
    return movers


# tracks ---------------------------------------------------------------------------------------


def test_a_cluster_beyond_the_gate_is_somebody_else() -> None:
    tracker = MoverTracker(CONFIG)
    before = walked(tracker, 1.0, 15)
    # Expected at x = 1.5; a cluster 0.5 m beside that is not it: it goes on as it went.
    after = tracker.update(np.array([[1.5, 0.5]]), 15 * PERIOD_NS)
    np.testing.assert_array_equal(after.velocities_mps, before.velocities_mps)
    expected = before.positions_m + 0.1 * before.velocities_mps
    np.testing.assert_allclose(after.positions_m, expected, atol=1e-12)
    # One 0.4 m beside is, and pulls it over.
    near = MoverTracker(CONFIG)
    walked(near, 1.0, 15)
    assert near.update(np.array([[1.5, 0.4]]), 15 * PERIOD_NS).positions_m[0, 1] > 0.05


def test_who_was_seen_most_often_chooses_first() -> None:
    tracker = MoverTracker(CONFIG)
    walked(tracker, 1.0, 15)
    # Somebody new turns up beside; then one cluster is left, between the two.
    tracker.update(np.array([[1.5, 0.0], [1.5, 0.4]]), 15 * PERIOD_NS)
    movers = tracker.update(np.array([[1.6, 0.2]]), 16 * PERIOD_NS)
    assert len(movers) == 1
    assert movers.positions_m[0, 1] > 0.03


def test_who_goes_nowhere_is_no_mover_however_fast_it_flickers() -> None:
    tracker = MoverTracker(CONFIG)
    for number in range(30):
        at = np.array([[0.15 * (number % 2), 0.0]])
        assert len(tracker.update(at, number * PERIOD_NS)) == 0


def test_who_is_too_fast_keeps_its_direction_at_the_fastest_pace() -> None:
    tracker = MoverTracker(CONFIG)
    for number in range(15):
        at = np.array([[0.24 * number, 0.18 * number]])  # 3 m/s
        movers = tracker.update(at, number * PERIOD_NS)
    np.testing.assert_allclose(movers.velocities_mps[0], [0.8 * 1.8, 0.6 * 1.8], atol=0.02)


def test_who_walked_and_stands_is_no_mover_until_it_goes_on() -> None:
    tracker = MoverTracker(CONFIG)
    walked(tracker, 0.8, 15)
    for number in range(15, 30):
        movers = tracker.update(np.array([[1.12, 0.0]]), number * PERIOD_NS)
    assert len(movers) == 0
    for number in range(30, 36):
        at = 1.12 + 0.08 * (number - 29)
        movers = tracker.update(np.array([[at, 0.0]]), number * PERIOD_NS)
    assert len(movers) == 1


@pytest.mark.parametrize(("unseen_ns", "known"), [(600_000_000, 1), (600_000_001, 0)])
def test_who_is_out_of_sight_goes_on_until_forgotten(unseen_ns: int, known: int) -> None:
    tracker = MoverTracker(CONFIG)
    walked(tracker, 1.0, 15)
    assert len(tracker.update(NOBODY, 14 * PERIOD_NS + unseen_ns)) == known


def test_in_small_steps_of_time_it_is_forgotten_just_the_same() -> None:
    tracker = MoverTracker(CONFIG)
    walked(tracker, 1.0, 15)
    known = [len(tracker.update(NOBODY, (15 + number) * PERIOD_NS)) for number in range(7)]
    assert known == [1, 1, 1, 1, 1, known[5], 0]  # the sixth is 0.6 s, give or take rounding


def test_a_clock_that_went_back_starts_anew() -> None:
    tracker = MoverTracker(CONFIG)
    walked(tracker, 1.0, 15)
    assert len(tracker.update(np.array([[1.4, 0.0]]), 13 * PERIOD_NS)) == 0


# cells ----------------------------------------------------------------------------------------


def test_the_trail_lies_behind_a_walker() -> None:
    movers = Movers(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]]), np.array([0.3]))
    cells = movers.cells((-1.5, -1.5), 0.05, SHAPE, margin_m=0.1, trail_s=0.5)

    def marked(x: float, y: float) -> bool:
        return bool(cells[math.floor((y + 1.5) / 0.05), math.floor((x + 1.5) / 0.05)])

    # A disc of 0.4 m that came from 0.5 m farther back.
    assert marked(0.36, 0.01) and not marked(0.44, 0.01)
    assert marked(-0.86, 0.01) and not marked(-0.94, 0.01)
    assert marked(-0.25, 0.36) and not marked(-0.25, 0.44)
    assert marked(0.01, -0.36) and not marked(0.3, 0.36)


def test_an_array_is_brought_onto_the_cells_of_a_grid_that_moved() -> None:
    values = np.arange(12).reshape(3, 4)
    grids = [
        OccupancyView(np.zeros((3, 4), bool), np.zeros((3, 4), bool), origin, 0.5, 0)
        for origin in ((0.0, 0.0), (0.5, -1.0))
    ]
    # One column to the right, two rows down: what was in row 0 is now in row 2.
    expected = [[0, 0, 0, 0], [0, 0, 0, 0], [1, 2, 3, 0]]
    np.testing.assert_array_equal(shifted(values, *grids), expected)
    back = shifted(shifted(values, *grids), *grids[::-1])
    np.testing.assert_array_equal(back, [[0, 1, 2, 3], [0] * 4, [0] * 4])
    far = OccupancyView(grids[0].occupied, grids[0].known, (9.0, 0.0), 0.5, 0)
    assert not shifted(values, grids[0], far).any()


def test_surely_free_touches_nothing_not_even_at_a_corner() -> None:
    view = view_of(0, block(30, 30, 1))
    free = surely_free(view)
    np.testing.assert_array_equal(~free, block(29, 29, 3))
    unknown = OccupancyView(view.occupied, NOTHING, (0.0, 0.0), 0.05, 0)
    assert not surely_free(unknown).any()


# memories -------------------------------------------------------------------------------------


def test_what_came_counts_as_brought_for_the_time_of_arrival() -> None:
    detector = MotionDetector(CONFIG)
    arrived = []
    for number in range(60):
        view = view_of(number, block(30, 30) if number >= 30 else NOTHING)
        _, brought = detector.update(view, surely_free(view))
        arrived.append(bool(brought.any()))
    # Free 2 s ago: until 2 s after it came.
    assert np.flatnonzero(arrived).tolist() == list(range(30, 50))


def test_after_a_pause_nothing_has_moved() -> None:
    detector = MotionDetector(CONFIG)
    for number in (0, 1, 2, 3, 25):
        view = view_of(number, block(30, 30) if number == 25 else NOTHING)
        centers, brought = detector.update(view, surely_free(view))
    assert len(centers) == 0 and not brought.any()


def test_only_what_stands_upright_walks() -> None:
    detector = MotionDetector(CONFIG)
    found = []
    for upright in (False, True):
        for number in range(20):
            thing = block(30, 30) if number >= 15 else NOTHING
            hit = {"hit": thing, "hit_upright": thing if upright else NOTHING}
            view = view_of(number, thing, **hit)
            centers, _ = detector.update(view, surely_free(view))
        found.append(len(centers))
    assert found == [0, 1]


def test_beside_a_walker_what_stood_there_stays() -> None:
    watch = MotionWatch(CONFIG)
    wall = np.zeros(SHAPE, bool)
    wall[38:40] = True  # 0.1 m beside the walker
    for number in range(15):
        body = block(30, 10 + 2 * number, 6)
        seen = watch.update(view_of(number, wall | body))
    assert len(seen.movers) == 1
    np.testing.assert_array_equal(seen.standing.occupied, wall)


def deposits_after(images: list[tuple[np.ndarray, np.ndarray]], shifts: list[int]) -> list[bool]:
    """Return for each image (occupied, hit) of a grid that moves whether something is forgotten."""
    deposits, gone = Deposits(CONFIG), []
    for number, ((occupied, hit), shift) in enumerate(zip(images, shifts, strict=True)):
        view = view_of(number, occupied, shift, hit=hit, hit_upright=hit)
        forgotten = deposits.update(view, surely_free(view), Movers(), 0.1)
        gone.append(bool(forgotten.any()))
    return gone


def test_what_is_hit_is_not_forgotten_and_then_it_takes_a_second() -> None:
    thing = block(30, 30)
    images = [(NOTHING, NOTHING)] * 3 + [(thing, thing)] * 5 + [(thing, NOTHING)] * 15
    gone = deposits_after(images, [0] * len(images))
    # Quiet from image 8 on: more than 1.0 s are over with image 18 (give or take rounding).
    first = gone.index(True)
    assert first in (17, 18)
    # Hit in every other image it stays.
    flicker = [(thing, thing if number % 2 else NOTHING) for number in range(18)]
    assert not any(deposits_after([(NOTHING, NOTHING)] * 3 + flicker, [0] * 21))


@pytest.mark.parametrize(("hits", "forgotten"), [(9, True), (10, False)])
@pytest.mark.parametrize("moving", [0, 1])
def test_hits_are_counted_where_the_thing_is(hits: int, forgotten: bool, moving: int) -> None:
    # The grid moves by a cell with each image; the thing stands still.
    images, shifts = [(NOTHING, NOTHING)] * 3, [0, 0, 0]
    for number in range(hits + 15):
        shift = moving * (number + 1)
        thing = block(30, 40 - shift)
        images.append((thing, thing if number < hits else NOTHING))
        shifts.append(shift)
    assert any(deposits_after(images, shifts)) == forgotten


def test_what_comes_anew_is_counted_anew() -> None:
    thing = block(30, 30)
    images = [(NOTHING, NOTHING)] * 3 + [(thing, thing)] * 8 + [(NOTHING, NOTHING)] * 3
    images += [(thing, thing)] * 8 + [(thing, NOTHING)] * 15
    assert any(deposits_after(images, [0] * len(images)))


def test_what_never_had_a_body_above_it_stays_however_seldom_it_was_hit() -> None:
    deposits, box = Deposits(CONFIG), block(30, 30)
    cases = [(NOTHING, NOTHING)] * 3 + [(box, box)] * 3 + [(box, NOTHING)] * 30
    for number, (occupied, hit) in enumerate(cases):
        view = view_of(number, occupied, hit=hit, hit_upright=NOTHING)
        assert not deposits.update(view, surely_free(view), Movers(), 0.1).any()


@pytest.mark.parametrize("seen_through", [False, True])
def test_nothing_is_forgotten_where_no_camera_looks(seen_through: bool) -> None:
    # Somebody came near and now stands too close to be measured.
    deposits, thing, gone = Deposits(CONFIG), block(30, 30), []
    somebody = Movers(np.array([[0.1, 0.1]]), np.zeros((1, 2)), np.array([0.3]))
    passed = np.full(SHAPE, seen_through)
    cases = [(NOTHING, NOTHING)] * 3 + [(thing, thing)] * 3 + [(thing, NOTHING)] * 30
    for number, (occupied, hit) in enumerate(cases):
        view = view_of(number, occupied, hit=hit, hit_upright=hit, passed_upright=passed)
        gone.append(bool(deposits.update(view, surely_free(view), somebody, 0.1).any()))
    assert any(gone) == seen_through


@pytest.mark.parametrize("walked_before", [False, True])
def test_where_somebody_walked_once_a_thing_put_down_later_stays(walked_before: bool) -> None:
    deposits, thing = Deposits(CONFIG), block(30, 30)
    somebody = Movers(np.array([[0.1, 0.1]]), np.zeros((1, 2)), np.array([0.3]))
    cases = [(NOTHING, NOTHING, Movers())] * 3
    cases += [(thing, thing, somebody if walked_before else Movers())] * 3
    cases += [(NOTHING, NOTHING, Movers())] * 3
    cases += [(thing, thing, Movers())] * 12 + [(thing, NOTHING, Movers())] * 15
    for number, (occupied, hit, movers) in enumerate(cases):
        view = view_of(number, occupied, hit=hit, hit_upright=NOTHING)
        assert not deposits.update(view, surely_free(view), movers, 0.1).any()


def test_what_a_walker_leaves_is_forgotten_however_often_it_was_hit() -> None:
    deposits, thing = Deposits(CONFIG), block(30, 30)
    somebody = Movers(np.array([[0.1, 0.1]]), np.zeros((1, 2)), np.array([0.3]))
    cases = [(NOTHING, NOTHING, Movers())] * 3 + [(thing, thing, somebody)] * 20
    cases += [(thing, NOTHING, Movers())] * 15
    gone = []
    for number, (occupied, hit, movers) in enumerate(cases):
        view = view_of(number, occupied, hit=hit, hit_upright=NOTHING)
        gone.append(bool(deposits.update(view, surely_free(view), movers, 0.1).any()))
    assert any(gone) and not any(gone[:32])
