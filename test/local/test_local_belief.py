"""What Astra-Local believes: one question, clearance(x, y, t), by hand; forecasts; histories."""

from __future__ import annotations

import math

import numpy as np
import pytest
from closed_loop import TEST_CONFIG
from flat_world import FlatWorld, HeightMap

from astra_core.errors import ShapeError
from astra_core.records import Velocity
from astra_local.belief import FutureField, WorldBelief
from astra_local.moving.movers import Movers
from astra_local.perception import HISTORY_S, DepthPerception
from astra_local.voxel.occupancy import OccupancyView

S = 1_000_000_000
RADIUS = 0.25
CAP = 2.0


def belief_of(movers: Movers | None = None, future: FutureField | None = None) -> WorldBelief:
    """Return 8 x 8 m around the origin at 5 s, everything left of x = -1 solid."""
    occupied = np.zeros((160, 160), bool)
    occupied[:, :60] = True
    view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 5 * S)
    plain = WorldBelief.from_occupancy(view, CAP, movers)
    return WorldBelief(
        plain.stamp_ns, view, plain.esdf, plain.unknown_distance, plain.movers, future
    )


def walker(x: float, y: float, vx: float, vy: float) -> Movers:
    return Movers(np.array([[x, y]]), np.array([[vx, vy]]), np.array([0.3]))


def blob_at(*places: float, times: tuple[float, ...]) -> FutureField:
    """Return a forecast of a wall one metre thick that begins at x = place, at each time."""
    x = (np.arange(160) + 0.5) * 0.05 - 4.0
    fields = [np.clip(np.abs(x - place - 0.5) - 0.5, -CAP, CAP) for place in places]
    values = np.repeat(np.array(fields, np.float32)[:, None, :], 160, axis=1)
    return FutureField(values, np.array(times), (-4.0, -4.0), 0.05)


def test_what_stands_is_as_far_now_as_later() -> None:
    x, y = np.array([[-0.5, 0.0]]), np.array([[0.3, 0.3]])
    clear = belief_of().clearance(x, y, np.array([0.1, 3.0]), RADIUS)
    # The wall's face is the edge between cells, x = -1.
    np.testing.assert_allclose(clear.standing_m, [[0.25, 0.75]], atol=0.03)
    assert np.isinf(clear.moving_m).all()


def test_who_walks_is_asked_where_they_will_be() -> None:
    belief = belief_of(walker(3.0, 1.0, -1.0, 0.0))
    x, y = np.full((1, 3), 1.0), np.full((1, 3), 1.0)
    clear = belief.clearance(x, y, np.array([0.0, 1.0, 2.0]), RADIUS)
    np.testing.assert_allclose(clear.moving_m, [[1.45, 0.45, -0.55]], atol=1e-5)


def test_a_belief_brought_forward_tells_the_same_from_a_later_moment() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        movers = walker(*rng.uniform(-3, 3, 2), *rng.uniform(-1, 1, 2))
        places, late = rng.uniform(-3, 3, 3), float(rng.uniform(0.0, 1.0))
        belief = belief_of(movers, blob_at(*places, times=(0.3, 0.8, 1.6)))
        x, y = rng.uniform(-3, 3, (2, 4, 6))
        times = rng.uniform(0.0, 2.0, 6)
        now_ns = belief.stamp_ns + round(late * S)
        first = belief.clearance(x, y, times + late, RADIUS)
        later = belief.at(now_ns).clearance(x, y, times, RADIUS)
        np.testing.assert_allclose(later.moving_m, first.moving_m, atol=1e-5)
        np.testing.assert_array_equal(later.standing_m, first.standing_m)
        assert belief.at(now_ns).stamp_ns == now_ns


def test_here_and_now_is_the_same_question() -> None:
    belief = belief_of(walker(1.0, 0.0, 1.0, 0.0))
    standing_m, moving_m = belief.clearance_now(0.2, 0.0, RADIUS)
    clear = belief.clearance(np.array([[0.2]]), np.zeros((1, 1)), np.zeros(1), RADIUS)
    assert standing_m == pytest.approx(float(clear.standing_m[0, 0]), abs=1e-6)
    assert moving_m == pytest.approx(0.8 - 0.3 - RADIUS, abs=1e-6)


def test_a_forecast_counts_like_somebody_who_moves_and_the_nearer_wins() -> None:
    forecast = blob_at(2.0, times=(0.5,))
    x, y, t = np.array([[1.0]]), np.zeros((1, 1)), np.array([0.5])
    alone = belief_of(future=forecast).clearance(x, y, t, RADIUS)
    assert float(alone.moving_m[0, 0]) == pytest.approx(1.0 - RADIUS, abs=0.03)
    assert float(alone.standing_m[0, 0]) == pytest.approx(2.0 - RADIUS, abs=0.05)
    near = belief_of(walker(1.6, 0.0, 0.0, 0.0), forecast).clearance(x, y, t, RADIUS)
    assert float(near.moving_m[0, 0]) == pytest.approx(0.6 - 0.3 - RADIUS, abs=1e-5)


def test_between_two_moments_of_a_forecast_both_count() -> None:
    """Who goes from here to there: x = -2 at 0.5 s, 1 at 1.0 s, 3 at 2.0 s."""
    forecast = blob_at(-2.0, 1.0, 3.0, times=(0.5, 1.0, 2.0))
    at = np.full((1, 6), 0.0)
    distance = forecast.sample(at, 0.0 * at, np.array([0.0, 0.5, 0.7, 1.0, 1.5, 9.0]))[0]
    # Behind the first at 1.0, before the second at 1.0, before the third at 3, cut at 2.
    np.testing.assert_allclose(distance, [1.0, 1.0, 1.0, 1.0, 1.0, CAP], atol=0.03)
    at = np.full((1, 6), 1.5)
    distance = forecast.sample(at, 0.0 * at, np.array([0.0, 0.4, 0.7, 1.0, 1.5, 2.0]))[0]
    np.testing.assert_allclose(distance, [CAP, CAP, -0.5, -0.5, -0.5, 1.5], atol=0.03)


def test_a_forecast_has_cells_of_its_own() -> None:
    values = np.array([[[0.0, 1.0], [2.0, 3.0]]], np.float32)
    forecast = FutureField(values, np.array([1.0]), (10.0, 20.0), 0.5)
    x, y = np.array([10.25, 10.75]), np.array([20.25, 20.75])
    assert forecast.sample(x, y, np.array(0.0)).tolist() == [0.0, 3.0]


@pytest.mark.parametrize(
    ("shape", "times"),
    [((2, 4, 4), [1.0]), ((4, 4), [1.0] * 4), ((2, 4, 4), [1.0, 1.0]), ((0, 4, 4), [])],
)
def test_a_forecast_without_a_time_for_each_field_is_refused(shape, times) -> None:
    with pytest.raises(ShapeError):
        FutureField(np.zeros(shape, np.float32), np.array(times), (0.0, 0.0), 0.1)


def perception_at(stamps_ns: list[int]) -> list[WorldBelief]:
    """Look at one room from one place at these moments; return the beliefs."""
    robot = FlatWorld(HeightMap((4.0, 4.0), [(3.5, 0, 4, 4, 2.5)]), np.array([2.0, 2.0, 0.0]))
    c = TEST_CONFIG
    perception = DepthPerception(robot.rig, c.occupancy, c.motion, 0.22)
    beliefs = []
    for stamp_ns in stamps_ns:
        robot.stamp_ns = stamp_ns
        frames = robot.frames()
        beliefs.append(perception.perceive(frames, [np.zeros(3)] * len(frames)))
    return beliefs


def test_the_history_goes_back_two_seconds_without_the_present() -> None:
    beliefs = perception_at([round(0.25 * S * number) for number in range(1, 13)])
    assert beliefs[0].history == ()
    last = beliefs[-1]
    ages = [(last.stamp_ns - view.stamp_ns) / S for view in last.history]
    assert ages == pytest.approx([2.0, 1.75, 1.5, 1.25, 1.0, 0.75, 0.5, 0.25])
    assert HISTORY_S == 2.0
    assert last.history[-1] is beliefs[-2].occupancy
    assert len(beliefs[2].history) == 2  # what was handed out is never changed


def test_who_walks_is_in_the_occupancy_and_not_in_what_stands() -> None:
    """A body of 0.4 m crosses at 0.8 m/s, 1.2 m ahead of a robot that stands."""
    robot = FlatWorld(HeightMap((6.0, 6.0), []), np.array([3.0, 3.0, 0.0]))
    c = TEST_CONFIG
    perception = DepthPerception(robot.rig, c.occupancy, c.motion, 0.22)
    for number in range(25):
        y = 1.6 + 0.08 * number
        robot.map = HeightMap((6.0, 6.0), [(4.2, y, 4.6, y + 0.4, 1.7)])
        robot.stamp_ns = round(0.1 * S * (number + 1))
        frames = robot.frames()
        belief = perception.perceive(frames, [np.array([3.0, 3.0, 0.0])] * len(frames))
    assert len(belief.movers) == 1
    np.testing.assert_allclose(belief.movers.velocities_mps, [[0.0, 0.8]], atol=0.25)
    row, column = belief.esdf.cell_of(4.25, y + 0.2)
    around = slice(row - 6, row + 7), slice(column - 6, column + 7)
    standing = belief.esdf.values <= 0.0
    walking = belief.occupancy.occupied & ~standing
    assert walking[around].sum() > 10
    # The present and the past both show who walks; only what stands is in the distances.
    assert (belief.history[-1].occupied & ~standing)[around].sum() > 10


def test_a_clock_that_went_back_has_no_history() -> None:
    beliefs = perception_at([9 * S, round(9.1 * S), 1 * S])
    # The grid keeps its newest stamp, so nothing before it is older.
    assert beliefs[1].history == (beliefs[0].occupancy,)
    assert beliefs[2].history == ()


def test_a_belief_knows_the_stamp_of_each_camera_and_what_has_no_depth_is_no_belief() -> None:
    robot = FlatWorld(HeightMap((4.0, 4.0), [(3.5, 0, 4, 4, 2.5)]), np.array([2.0, 2.0, 0.0]))
    c = TEST_CONFIG
    perception = DepthPerception(robot.rig, c.occupancy, c.motion, 0.22)
    assert perception.perceive([], []) is None
    robot.step(Velocity(), cameras=False)
    front, *others = robot.frames()
    belief = perception.perceive([front], [np.zeros(3)])
    assert belief is not None
    # The others never gave an image; they are waited for from the first one on.
    assert belief.camera_stamps_ns == dict.fromkeys(robot.rig.names, robot.stamp_ns)
    robot.step(Velocity(), cameras=False)
    later = perception.perceive([robot.frames()[0]], [np.zeros(3)])
    assert later is not None
    assert later.camera_stamps_ns["front"] == robot.stamp_ns
    assert {later.camera_stamps_ns[frame.camera] for frame in others} == {belief.stamp_ns}
    assert math.isclose(later.esdf.resolution_m, 0.05)
