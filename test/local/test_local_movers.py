"""Who walks: found in successive grids, followed, predicted, and not driven into."""

from __future__ import annotations

import math

import numpy as np
import pytest

from astra_core.records import SubGoal
from astra_local.belief import WorldBelief
from astra_local.config import MotionConfig, PlannerConfig, RobotConfig
from astra_local.moving.detect import MotionDetector
from astra_local.moving.grids import surely_free
from astra_local.moving.movers import Movers
from astra_local.moving.tracker import MoverTracker
from astra_local.moving.watch import MotionWatch
from astra_local.planner.check import runs_into
from astra_local.planner.mppi import MppiProposer
from astra_local.planner.planner import LocalPlanner
from astra_local.planner.rollout import roll_out
from astra_local.types import RobotState
from astra_local.voxel.occupancy import OccupancyView

CONFIG, PLANNER, ROBOT = MotionConfig(), PlannerConfig(), RobotConfig()
PERIOD_NS = 100_000_000
BODY_M = 0.25
CENTERS = (np.arange(160) + 0.5) * 0.05 - 4.0


def grid_of(stamp_ns: int, *bodies: tuple[float, float], walls=None, known=None) -> OccupancyView:
    """Return an 8 x 8 m grid around the origin with round bodies at (x, y)."""
    occupied = np.zeros((160, 160), bool) if walls is None else walls.copy()
    for x, y in bodies:
        occupied |= np.hypot(CENTERS[None, :] - x, CENTERS[:, None] - y) < BODY_M
    known = np.ones_like(occupied) if known is None else known
    return OccupancyView(occupied, known | occupied, (-4.0, -4.0), 0.05, stamp_ns)


def test_a_walker_is_found_with_its_velocity_and_taken_out_of_what_stands() -> None:
    watch = MotionWatch(CONFIG)
    for number in range(25):
        at = -1.0 + 0.08 * number, 0.5
        seen = watch.update(grid_of(number * PERIOD_NS, at, (2.0, -2.0)))
    movers, standing = seen.movers, seen.standing
    assert len(movers) == 1
    np.testing.assert_allclose(movers.velocities_mps[0], [0.8, 0.0], atol=0.1)
    np.testing.assert_allclose(movers.positions_m[0], at, atol=0.15)
    np.testing.assert_array_equal(standing.occupied, grid_of(0, (2.0, -2.0)).occupied)


def test_who_stands_is_no_mover_and_who_stops_is_none_any_more() -> None:
    watch = MotionWatch(CONFIG)
    for number in range(50):
        at = min(-1.0 + 0.08 * number, 1.0), 0.5
        grid = grid_of(number * PERIOD_NS, at, (2.0, -2.0))
        seen = watch.update(grid)
    assert len(seen.movers) == 0
    np.testing.assert_array_equal(seen.standing.occupied, grid.occupied)


def test_the_foot_of_a_walker_who_left_is_forgotten_and_a_box_is_not() -> None:
    watch = MotionWatch(CONFIG)
    box, foot = np.zeros((160, 160), bool), np.zeros((160, 160), bool)
    box[100:104, 80:84] = True  # beside the way, there from the start
    foot[90:93, 78:81] = True  # left on the way when the walker passes x = 0
    for number in range(60):
        body = grid_of(number * PERIOD_NS, (-2.0 + 0.08 * number, 0.55))
        hit = body.occupied.copy()
        left = foot if number >= 24 else np.zeros_like(foot)
        view = OccupancyView(
            hit | box | left,
            body.known,
            body.origin_m,
            0.05,
            body.stamp_ns,
            hit=hit,
            hit_upright=hit,
        )
        seen = watch.update(view)
        if number == 27:
            assert seen.everything.occupied[foot].all()  # the walker still stands over it
            assert not seen.ghosts.any()
        foot = foot & ~seen.ghosts
        assert seen.everything.occupied[box].all()
    assert not foot.any()


@pytest.mark.parametrize(
    ("seconds_seen", "has_body", "stays"),
    [(0.5, True, False), (2.0, True, True), (0.5, False, True)],  # the last is a low box
)
def test_what_was_seen_for_a_moment_below_a_body_is_forgotten(
    seconds_seen: float, has_body: bool, stays: bool
) -> None:
    watch = MotionWatch(CONFIG)
    thing = np.zeros((160, 160), bool)
    thing[90:93, 78:81] = True
    nothing = np.zeros_like(thing)
    for number in range(60):
        there = number >= 10
        hit = thing if there and number < 10 + 10 * seconds_seen else nothing
        empty = grid_of(number * PERIOD_NS)
        view = OccupancyView(
            thing if there else nothing,
            empty.known,
            empty.origin_m,
            0.05,
            empty.stamp_ns,
            hit=hit,
            hit_upright=hit if has_body else nothing,
        )
        seen = watch.update(view)
        if seen.ghosts.any():
            thing = thing & ~seen.ghosts
    assert thing.any() == stays


def test_what_comes_into_view_does_not_move() -> None:
    detector = MotionDetector(CONFIG)
    room = grid_of(0, (-1.0, 0.0), (0.0, 0.0), (1.0, 0.0)).occupied
    for number in range(20):
        known = np.zeros((160, 160), bool)
        known[:, : 40 + 5 * number] = True  # the robot sees ever more of a room
        view = grid_of(number * PERIOD_NS, walls=room & known, known=known)
        assert len(detector.update(view, surely_free(view))[0]) == 0


def test_the_edge_of_a_wardrobe_that_flickers_does_not_move() -> None:
    watch, rng = MotionWatch(CONFIG), np.random.default_rng(0)
    for number in range(40):
        walls = np.zeros((160, 160), bool)
        walls[40:60, 100:130] = True
        edge = rng.random((160, 160)) < 0.5
        walls[39, 100:130] |= edge[39, 100:130]
        assert len(watch.update(grid_of(number * PERIOD_NS, walls=walls)).movers) == 0


def test_a_shift_of_the_grid_is_no_motion() -> None:
    detector = MotionDetector(CONFIG)
    for number in range(15):
        view = grid_of(number * PERIOD_NS, (1.0, 1.0))
        shift = number // 3
        moved = OccupancyView(
            np.roll(view.occupied, -shift, axis=1),
            np.ones_like(view.known),
            (-4.0 + 0.05 * shift, -4.0),
            0.05,
            view.stamp_ns,
        )
        centers, _ = detector.update(moved, surely_free(moved))
        assert len(centers) == 0


def test_a_tracker_keeps_two_walkers_apart_and_forgets_who_left() -> None:
    tracker = MoverTracker(CONFIG)
    for number in range(20):
        x = -1.0 + 0.1 * number
        movers = tracker.update(np.array([[x, 0.5], [-x, -0.5]]), number * PERIOD_NS)
    assert len(movers) == 2
    order = np.argsort(movers.positions_m[:, 1])
    np.testing.assert_allclose(movers.velocities_mps[order, 0], [-1.0, 1.0], atol=0.1)
    for number in range(20, 28):
        movers = tracker.update(np.zeros((0, 2)), number * PERIOD_NS)
    assert len(movers) == 0


def test_the_gap_to_a_walker_by_hand() -> None:
    movers = Movers(np.array([[2.0, -1.0]]), np.array([[0.0, 0.5]]), np.array([0.3]))
    x, y = np.array([[1.0, 2.0]]), np.array([[0.0, 1.0]])
    gap = movers.clearance(x, y, np.array([2.0, 2.0]), 0.2)
    np.testing.assert_allclose(gap, [[0.5, 0.5]], atol=1e-6)  # both 1 m from (2, 0)
    assert np.isinf(Movers().clearance(x, y, np.array([1.0, 2.0]), 0.2)).all()
    np.testing.assert_allclose(movers.after(1.0).positions_m, [[2.0, -0.5]])


def test_standing_is_never_driving_into_somebody() -> None:
    movers = Movers(np.array([[1.0, 0.0]]), np.array([[-1.0, 0.0]]), np.array([0.3]))
    v = np.array([[0.0], [0.5]], np.float32) * np.ones((1, PLANNER.num_steps), np.float32)
    batch = roll_out(RobotState(np.zeros(3)), v, 0.0 * v, PLANNER.step_s, ROBOT)
    gap = movers.clearance(batch.x, batch.y, batch.times_s(PLANNER.step_s), 0.22)
    assert runs_into(batch.v, gap, 0.5, 15).any(axis=1).tolist() == [False, True]


def drive_past(walker, seconds: float, goal=(3.0, 0.0)) -> tuple[float, float]:
    """Drive from (-2, 0) to a goal; return the smallest gap while moving, and the way left.

    Args:
        walker: Time to position of a body that never yields.
        seconds: How long.
        goal: Where to.
    """
    watch = MotionWatch(CONFIG)
    planner = LocalPlanner([MppiProposer(PLANNER)], PLANNER, ROBOT, np.random.default_rng(0))
    pose, v, w = np.array([-2.0, 0.0, 0.0]), 0.0, 0.0
    smallest = math.inf
    sub_goal = SubGoal(0, np.array([*goal, 0.0]), is_final=True)
    for number in range(round(seconds * 10)):
        now = number * PERIOD_NS
        seen = watch.update(grid_of(now, walker(number * 0.1)))
        world = WorldBelief.from_occupancy(seen.standing, 2.0, seen.movers)
        trajectory = planner.plan(RobotState(pose, v, w), world, sub_goal, now)
        pose, (v, w) = trajectory.poses[0], trajectory.velocities[0]
        if abs(v) > 0.03:
            smallest = min(smallest, math.dist(walker(number * 0.1 + 0.1), pose[:2]))
    return smallest - BODY_M - ROBOT.footprint_radius_m, math.dist(pose[:2], goal)


@pytest.mark.parametrize("delay_s", [0.0, 0.7, 1.4, 2.1])
def test_it_lets_a_crossing_walker_pass_and_then_goes_on(delay_s: float) -> None:
    def walker(time_s: float) -> tuple[float, float]:
        return 0.3, -3.5 + 0.9 * (time_s + delay_s)

    gap, left = drive_past(walker, 14.0)
    assert gap > 0.05
    assert left < 0.1


def test_it_goes_around_who_stands_in_the_way() -> None:
    gap, left = drive_past(lambda _: (0.5, 0.05), 14.0)
    assert gap > 0.0
    assert left < 0.1


def test_it_does_not_drive_into_who_walks_towards_it() -> None:
    gap, _ = drive_past(lambda time_s: (3.5 - 0.7 * time_s, 0.0), 9.0, goal=(2.0, 0.0))
    assert gap > 0.0
