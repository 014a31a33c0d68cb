"""Who drives: proposers in order behind the check, whatever they dream of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from astra_core.errors import ShapeError
from astra_core.records import SubGoal, Trajectory, TrajectorySource
from astra_local.belief import FutureField, WorldBelief
from astra_local.config import PlannerConfig, RobotConfig
from astra_local.moving.movers import Movers
from astra_local.planner.check import TrajectoryCheck
from astra_local.planner.checked import CheckedProposals, driven
from astra_local.planner.cost_to_go import cost_to_go
from astra_local.planner.planner import LocalPlanner
from astra_local.planner.rollout import roll_out
from astra_local.ports import Candidate, PlanQuery
from astra_local.types import RobotState
from astra_local.voxel.occupancy import OccupancyView

CONFIG, ROBOT = PlannerConfig(), RobotConfig()
STILL = RobotState(np.zeros(3))
S = 1_000_000_000
STOP = (0.0, 0.0)
AHEAD = (0.5, 0.0)
LEFT = (0.3, 1.0)


class Scripted:
    """Proposes what it is told to; notes what happens to it."""

    def __init__(self, name: str, *candidates: Candidate) -> None:
        self.name, self._candidates = name, candidates
        self.asked: list[PlanQuery] = []
        self.resets = 0

    def propose(self, query: PlanQuery) -> Sequence[Candidate]:
        self.asked.append(query)
        return self._candidates

    def reset(self) -> None:
        self.resets += 1


def drive(v: float, w: float, score: float = 0.0, steps: int = 32, step_s: float = 0.1):
    return Candidate(np.full(steps, v), np.full(steps, w), step_s, score)


def belief_of(*boxes: tuple[float, float, float, float], **more) -> WorldBelief:
    """Return 8 x 8 m around the origin with boxes x0, y0, x1, y1."""
    occupied = np.zeros((160, 160), bool)
    for x0, y0, x1, y1 in boxes:
        columns = slice(round((x0 + 4) / 0.05), round((x1 + 4) / 0.05))
        occupied[round((y0 + 4) / 0.05) : round((y1 + 4) / 0.05), columns] = True
    view = OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, 0)
    return replace(WorldBelief.from_occupancy(view, 2.0), **more)


def walker(x: float, y: float, vx: float, vy: float) -> Movers:
    return Movers(np.array([[x, y]]), np.array([[vx, vy]]), np.array([0.3]))


def query_of(belief: WorldBelief, state: RobotState = STILL, limits: RobotConfig = ROBOT):
    to_go = cost_to_go(belief, (0.0, 0.0), (2.0, 0.0), 0.22, 0.1)
    goal = SubGoal(0, np.array([2.0, 0.0, 0.0]))
    return PlanQuery(state, belief, goal, to_go, limits, 0, np.random.default_rng(0))


def choose(belief: WorldBelief, *proposers: Scripted, state=STILL, limits: RobotConfig = ROBOT):
    query = query_of(belief, state, limits)
    check = TrajectoryCheck.of(belief, state, limits, CONFIG)
    return CheckedProposals(proposers).first_safe(query, check)


def planned(
    belief: WorldBelief, *proposers: Scripted, state=STILL, now_ns: int = 0, **sub_goal
) -> Trajectory:
    goal = SubGoal(0, sub_goal.pop("pose", np.array([2.0, 0.0, 0.0])), **sub_goal)
    planner = LocalPlanner(proposers, CONFIG, ROBOT, np.random.default_rng(0))
    return planner.plan(state, belief, goal, now_ns)


# the order of fallbacks -------------------------------------------------------------------

WALL = (0.8, -2.0, 1.0, 2.0)


def test_the_best_score_drives_and_nobody_else_is_asked() -> None:
    first, second = Scripted("one", drive(*STOP), drive(*AHEAD, score=2.0)), Scripted("two")
    chosen = choose(belief_of(), first, second)
    assert (chosen.source, chosen.planner) == (TrajectorySource.PLANNER, "one")
    assert chosen.way.v[0, -1] == pytest.approx(0.5)
    assert len(first.asked) == 1
    assert second.asked == []


def test_equal_scores_are_tried_in_their_order() -> None:
    chosen = choose(belief_of(), Scripted("one", drive(*LEFT), drive(*AHEAD)))
    assert chosen.way.w[0, -1] == pytest.approx(1.0)


@pytest.mark.parametrize("score", [math.nan, -math.inf])
def test_a_score_that_is_none_comes_last(score: float) -> None:
    chosen = choose(belief_of(), Scripted("one", drive(*LEFT, score), drive(*AHEAD, score=-9.0)))
    assert chosen.way.w[0, -1] == 0.0
    assert chosen.source is TrajectorySource.PLANNER


def test_where_the_first_choice_would_touch_the_next_candidate_drives() -> None:
    proposer = Scripted("one", drive(*AHEAD, score=1.0), drive(*STOP))
    chosen = choose(belief_of(WALL), proposer)
    assert (chosen.source, chosen.planner) == (TrajectorySource.SAMPLE, "one")
    assert not chosen.way.v.any()


def test_where_no_candidate_is_safe_the_next_planner_drives() -> None:
    first, second = Scripted("one", drive(*AHEAD)), Scripted("two", drive(*AHEAD), drive(*STOP))
    chosen = choose(belief_of(WALL), first, second)
    assert (chosen.source, chosen.planner) == (TrajectorySource.BACKUP, "two")
    empty = choose(belief_of(WALL), Scripted("none"), second)
    assert empty.planner == "two"


def test_where_nobody_knows_a_safe_way_it_stops() -> None:
    # Driving into the wall, whose repulsion is no help either: a brake.
    plan = planned(
        belief_of((0.45, -2.0, 1.0, 2.0)),
        Scripted("one", drive(*AHEAD)),
        Scripted("two", drive(*AHEAD)),
        state=RobotState(np.zeros(3), 0.3),
    )
    assert plan.source in (TrajectorySource.CREEP, TrajectorySource.STOP)
    assert plan.planner == ""
    assert plan.source.is_fallback
    assert (plan.velocities[:, 0] <= 0.3).all()
    assert plan.min_clearance_m > -0.005


def test_messages_name_who_drove() -> None:
    free, wall = belief_of(), belief_of(WALL)
    toy, other = Scripted("toy", drive(*AHEAD)), Scripted("mppi", drive(*STOP))
    two = Scripted("toy", drive(*AHEAD, score=1.0), drive(*STOP))
    names = [
        (plan.source_name, plan.source.is_fallback)
        for plan in (planned(free, toy), planned(wall, two), planned(wall, toy, other))
    ]
    assert names == [("toy", False), ("toy-sample", True), ("mppi", True)]
    brake = planned(free, toy, halt=True)
    assert (brake.source_name, brake.source.is_fallback) == ("hold", False)


def test_all_proposers_forget_when_something_else_drives() -> None:
    first, second = Scripted("one", drive(*AHEAD)), Scripted("two")
    planned(belief_of(), first, second)
    assert (first.resets, second.resets) == (0, 0)
    planned(belief_of(), first, second, halt=True)
    planned(belief_of(), first, second, spin_rad=1.0)
    planned(belief_of(), first, second, pose=np.array([0.3, 0.0, 0.0]), is_final=True)
    assert (first.resets, second.resets) == (3, 3)


# what is checked is what is driven --------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("which", ["linear_mps", "angular_rad_s"])
def test_what_is_not_finite_never_drives(which: str, bad: float) -> None:
    """NaN is smaller than no clearance and so would pass every check."""
    broken = drive(*AHEAD, score=5.0)
    getattr(broken, which)[7] = bad
    chosen = choose(belief_of(), Scripted("one", broken, drive(*LEFT)))
    assert chosen.source is TrajectorySource.SAMPLE
    assert choose(belief_of(), Scripted("one", broken)) is None


def test_nobody_drives_faster_or_harder_than_the_limits_of_the_moment() -> None:
    wild = drive(9.0, -9.0)
    way = choose(belief_of(), Scripted("one", wild)).way
    assert way.v.max() == pytest.approx(0.6)
    assert way.w.min() == pytest.approx(-1.5)
    assert np.abs(np.diff(way.v, axis=1, prepend=0.0)).max() <= 0.08 + 1e-6
    blind_behind = replace(ROBOT, max_reverse_mps=0.0)
    way = choose(belief_of(), Scripted("one", drive(-0.1, 0.2)), limits=blind_behind).way
    assert not way.v.any()
    assert way.w[0, -1] == pytest.approx(0.2)


def test_who_is_blind_behind_asks_with_that_limit() -> None:
    asked = Scripted("one", drive(*STOP))
    planner = LocalPlanner([asked], CONFIG, ROBOT, np.random.default_rng(0))
    goal = SubGoal(0, np.array([2.0, 0.0, 0.0]), max_speed_mps=0.4)
    planner.plan(STILL, belief_of(), goal, 3 * S, may_reverse=False)
    (query,) = asked.asked
    assert (query.limits.max_linear_mps, query.limits.max_reverse_mps) == (0.6, 0.0)
    assert query.max_speed_mps == 0.4
    assert query.now_ns == query.belief.stamp_ns == 3 * S
    planner.plan(STILL, belief_of(), goal, 3 * S, may_drive=False)
    assert asked.asked[-1].max_speed_mps == 0.0


def test_blind_ahead_it_backs_out_or_stands() -> None:
    goal = SubGoal(0, np.array([-2.0, 0.0, 0.0]), max_speed_mps=0.4)
    for controls, source in (((-0.1, 0.0), "planner"), ((0.0, 0.5), "stop"), ((0.3, 0.5), "stop")):
        asked = Scripted("one", drive(*controls))
        planner = LocalPlanner([asked], CONFIG, ROBOT, np.random.default_rng(0))
        plan = planner.plan(STILL, belief_of(), goal, 3 * S, may_drive=False)
        assert plan.source == source
        assert planner.plan(STILL, belief_of(), goal, 3 * S).source == "planner"


def test_to_drive_what_was_driven_already_changes_not_a_bit() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        state = RobotState(rng.normal(0.0, 2.0, 3), rng.uniform(-0.3, 0.8), rng.normal(0.0, 1.0))
        query = query_of(belief_of(), state)
        v, w = rng.normal(0.0, 2.0, (2, 40, 32)).astype(np.float32)
        batch = roll_out(state, v, w, 0.1, ROBOT)
        number = int(rng.integers(40))
        again = driven(Candidate(batch.v[number], batch.w[number], 0.1), query)
        for name in ("v", "w", "x", "y", "theta"):
            np.testing.assert_array_equal(
                getattr(again, name), getattr(batch.only(number), name), err_msg=name
            )


@pytest.mark.parametrize(
    ("v", "w", "step_s"),
    [(np.zeros(3), np.zeros(4), 0.1), (np.zeros(0), np.zeros(0), 0.1), (np.zeros((1, 3)),) * 2
     + (0.1,), (np.zeros(3), np.zeros(3), 0.0)],
)  # fmt: skip
def test_a_candidate_has_both_controls_for_every_step(v, w, step_s) -> None:
    with pytest.raises(ShapeError):
        Candidate(v, w, step_s)


# the check --------------------------------------------------------------------------------


def test_long_steps_are_looked_at_in_between() -> None:
    """A post of 5 cm is passed between two poses, once a second, of a way of 0.6 m steps."""
    state = RobotState(np.zeros(3), 0.6)
    small = replace(ROBOT, footprint_radius_m=0.05, wheel_track_m=0.08)
    post = belief_of((0.85, -0.05, 0.95, 0.05))
    check = TrajectoryCheck.of(post, state, small, CONFIG)
    for step_s, expected in ((1.0, False), (0.1, False)):
        steps = round(3.0 / step_s)
        shape = (1, steps)
        way = roll_out(
            state, np.full(shape, 0.6, np.float32), np.zeros(shape, np.float32), step_s, small
        )
        if step_s == 1.0:
            ends = post.clearance(way.x, way.y, np.ones(steps), 0.05)
            assert (ends.standing_m > 0.1).all()  # at the poses themselves nothing is near
        assert check.is_safe(way, step_s) is expected
    # Past it, and from where it starts.
    aside = RobotState(np.array([0.0, 0.4, 0.0]), 0.6)
    way = roll_out(
        aside, np.full((1, 3), 0.6, np.float32), np.zeros((1, 3), np.float32), 1.0, small
    )
    assert TrajectoryCheck.of(post, aside, small, CONFIG).is_safe(way, 1.0)


def test_in_between_lies_between_the_poses_and_not_before_the_robot() -> None:
    """The first step begins where the robot is, not at the origin of odom."""
    far = RobotState(np.array([-3.0, 0.0, 0.0]), 0.5)
    way = roll_out(far, np.full((1, 4), 0.5, np.float32), np.zeros((1, 4), np.float32), 0.4, ROBOT)
    # A quarter of the way from the origin to the first pose, -2.8, no part of the way lies.
    box = belief_of((-0.8, -0.1, -0.6, 0.1))
    assert TrajectoryCheck.of(box, far, ROBOT, CONFIG).is_safe(way, 0.4)


@pytest.mark.parametrize(("step_s", "steps"), [(0.05, 60), (0.1, 30), (0.2, 15), (0.4, 8)])
@pytest.mark.parametrize(("meets_s", "safe"), [(0.9, False), (1.35, False), (1.9, True)])
def test_people_are_met_on_time_whatever_the_step(
    step_s: float, steps: int, meets_s: float, safe: bool
) -> None:
    """Predictions are firm for 1.5 s; who would be met only later has time to think again.

    The robot drives at 0.5 m/s, a fast walker crosses its way just as it gets there.
    """
    state = RobotState(np.zeros(3), 0.5)
    runner = walker(0.5 * meets_s, -5.0 * meets_s, 0.0, 5.0)
    proposer = Scripted("one", drive(0.5, 0.0, steps=steps, step_s=step_s))
    chosen = choose(belief_of(movers=runner), proposer, state=state)
    assert (chosen is not None) is safe
    free = choose(belief_of(), proposer, state=state)
    assert free.way.x[0, -1] == pytest.approx(0.5 * steps * step_s)
    assert free.step_s == step_s


def test_long_steps_of_a_candidate_are_looked_at_in_between() -> None:
    state = RobotState(np.zeros(3), 0.6)
    beam = belief_of((1.15, -2.0, 1.25, 2.0))  # between the poses at 0.6 and 1.8 m
    wide = drive(0.6, 0.0, steps=2, step_s=2.0)
    assert choose(beam, Scripted("one", wide), state=state) is None
    assert choose(belief_of(), Scripted("one", wide), state=state) is not None


def test_who_is_touched_already_may_be_left_and_not_run_into() -> None:
    """Somebody stands 10 cm inside the footprint, ahead."""
    near = belief_of(movers=walker(0.42, 0.0, 0.0, 0.0))
    back, ahead = drive(-0.1, 0.0), drive(0.1, 0.0)
    assert choose(near, Scripted("one", back)) is not None
    assert choose(near, Scripted("one", ahead)) is None


def test_people_count_where_they_will_be() -> None:
    """One walks across at 1 m/s and is at (0.9, 0) after 1.4 s, when a robot at 0.6 m/s is too."""
    state = RobotState(np.zeros(3), 0.6)
    crossing = belief_of(movers=walker(0.9, -1.4, 0.0, 1.0))
    gone_by_then = belief_of(movers=walker(0.9, 0.0, 0.0, 1.0))
    ahead = drive(0.6, 0.0)
    assert choose(crossing, Scripted("one", ahead), state=state) is None
    assert choose(gone_by_then, Scripted("one", ahead), state=state) is not None
    # Two seconds after its images the belief is asked for now.
    came_near = belief_of(movers=walker(0.9, -3.4, 0.0, 1.0))
    plan = planned(came_near, Scripted("one", ahead), state=state, now_ns=2 * S)
    assert plan.planner == ""
    plan = planned(came_near, Scripted("one", ahead), state=state, now_ns=0)
    assert plan.planner == "one"


def test_a_forecast_stops_what_would_run_into_it_and_not_who_stands() -> None:
    x = (np.arange(160) + 0.5) * 0.05 - 4.0
    wall = np.repeat(np.abs(x - 0.9)[None] - 0.2, 160, axis=0).astype(np.float32)
    nothing = np.full_like(wall, 2.0)
    forecast = FutureField(
        np.stack([nothing, wall, nothing]), np.array([0.5, 1.0, 1.5]), (-4.0, -4.0), 0.05
    )
    belief, state = belief_of(future=forecast), RobotState(np.zeros(3), 0.6)
    assert choose(belief, Scripted("one", drive(0.6, 0.0)), state=state) is None
    assert choose(belief, Scripted("one", drive(0.3, 0.0)), state=state) is not None
    inside = RobotState(np.array([0.9, 0.0, 0.0]))
    assert choose(belief, Scripted("one", drive(0.0, 0.0)), state=inside) is not None


# behaviours go through the same check -----------------------------------------------------


@pytest.mark.parametrize("theta", [0.0, 1.0])
def test_docking_minds_people(theta: float) -> None:
    goal = np.array([0.5, 0.0, theta])
    stop = Scripted("one", drive(*STOP))
    assert planned(belief_of(), stop, pose=goal, is_final=True).source_name == "dock"
    comes = belief_of(movers=walker(0.45, -1.0, 0.0, 0.8))
    assert planned(comes, stop, pose=goal, is_final=True).source_name == "one"
    goes = belief_of(movers=walker(0.45, -1.0, 0.0, -0.8))
    assert planned(goes, stop, pose=goal, is_final=True).source_name == "dock"


def test_docking_minds_what_stands() -> None:
    goal, stop = np.array([0.5, 0.0, 0.0]), Scripted("one", drive(*STOP))
    beside = belief_of((0.2, 0.15, 0.3, 0.3))  # 15 cm beside the way
    assert planned(beside, stop, pose=goal, is_final=True).source_name == "one"


def test_a_turn_in_place_beside_a_wall_is_not_refused() -> None:
    touching = belief_of((0.2, -2.0, 0.4, 2.0))
    for more in ({"spin_rad": 1.0}, {"pose": np.array([0.0, 0.0, 2.0]), "is_final": True}):
        assert planned(touching, **more).source in ("spin", "align")


TOUCHED = (0.2, -2.0, 0.4, 2.0)  # 2 cm inside the footprint, ahead


def test_who_touches_creeps_out_unless_a_planner_makes_way() -> None:
    stuck, going = Scripted("one", drive(*STOP)), Scripted("one", drive(-0.1, 0.0))
    slow_start = Scripted("one", drive(-0.1, 0.0), drive(*STOP, score=1.0))
    assert planned(belief_of(TOUCHED), stuck).source is TrajectorySource.CREEP
    assert planned(belief_of(TOUCHED), slow_start).source is TrajectorySource.CREEP
    # Backward is no way made: speed counts ahead.
    assert planned(belief_of(TOUCHED), going).source is TrajectorySource.CREEP
    behind = belief_of((-0.4, -2.0, -0.2, 2.0))
    assert planned(behind, Scripted("one", drive(0.3, 0.0))).source_name == "one"
    assert planned(behind, Scripted("one", drive(0.01, 0.0))).source is TrajectorySource.CREEP
    assert planned(belief_of(), stuck).source_name == "one"


def test_creeping_out_minds_people() -> None:
    """Somebody comes from behind as fast as the robot would back up, and faster."""
    stuck = Scripted("one", drive(*STOP))
    comes = belief_of(TOUCHED, movers=walker(-1.0, 0.0, 0.5, 0.0))
    assert planned(comes, stuck).source_name == "one"
    blocked = planned(comes, Scripted("none"))
    assert blocked.source is TrajectorySource.STOP
    goes = belief_of(TOUCHED, movers=walker(-1.0, 0.0, -0.5, 0.0))
    assert planned(goes, stuck).source is TrajectorySource.CREEP


def test_a_trajectory_has_the_steps_of_who_planned_it() -> None:
    plan = planned(belief_of(), Scripted("one", drive(0.5, 0.0, steps=16, step_s=0.2)))
    assert plan.dt_s == 0.2
    assert plan.poses.shape == (16, 3)
    # 0.16 m/s more each step, then 0.5 m/s: 0.16, 0.32, 0.48 and 13 times 0.5, of 0.2 s each.
    assert plan.poses[-1, 0] == pytest.approx(0.2 * (0.16 + 0.32 + 0.48 + 13 * 0.5), abs=1e-5)
    brake = planned(belief_of(), halt=True)
    assert brake.dt_s == CONFIG.step_s


@pytest.mark.parametrize("step_s", [0.1, 0.2])
def test_many_ways_are_judged_as_each_alone(step_s: float) -> None:
    rng = np.random.default_rng(3)
    belief = belief_of((0.6, -0.3, 0.8, 0.8), movers=walker(0.2, 1.4, 0.3, -0.2))
    v, w = rng.uniform(0.0, 0.6, (40, 1)), rng.uniform(-1.0, 1.0, (40, 1))
    controls = (np.repeat(part, 16, axis=1).astype(np.float32) for part in (v, w))
    ways = roll_out(STILL, *controls, step_s, ROBOT)
    check = TrajectoryCheck.of(belief, STILL, ROBOT, CONFIG)
    alone = [check.is_safe(ways.only(k), step_s) for k in range(40)]
    assert check.safe(ways, step_s).tolist() == alone
    assert 5 < sum(alone) < 35
