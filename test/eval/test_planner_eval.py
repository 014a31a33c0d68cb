"""Legs and their tables: sub-goals along a route by hand, figures by hand, a real leg when slow."""

import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from astra_core import se2
from astra_core.errors import AstraError
from astra_core.records import SubGoal, Velocity
from astra_core.stack_spec import CLASSICAL, StackSpec
from astra_core.weights import ModelCard, save_weights
from astra_eval.leg import LegCase, route_sub_goal
from astra_eval.leg_loop import LegState, drive_leg, expert_driver, in_map
from astra_eval.planner_eval import _simulator
from astra_eval.planner_methods import _in_odom_of, expert_of, expert_plan, planners
from astra_eval.planner_summary import summarize_legs, summarize_plans
from astra_eval.stack_facts import planners_beside
from astra_local.stack import build_local
from astra_sim import simulator as simulator_module
from astra_sim.conditions import EMPTY, STANDARD


@dataclass
class _Leg:
    """A leg along x, then along y, without a building."""

    route_m: np.ndarray
    goal: np.ndarray


def _leg() -> _Leg:
    along_x = np.column_stack([np.arange(0.0, 4.0, 0.05), np.zeros(80)])
    along_y = np.column_stack([np.full(81, 4.0), np.arange(0.0, 4.05, 0.05)])
    return _Leg(np.concatenate([along_x, along_y]), np.array([4.0, 4.0, 0.5]))


def test_the_sub_goal_lies_ahead_on_the_route_in_the_frame_of_the_odometry() -> None:
    truth, odom = np.array([1.0, 0.1, 0.0]), np.array([-3.0, 2.0, math.pi / 2])
    sub_goal, station_m = route_sub_goal(_leg(), 0.8, truth, odom, 5)
    assert station_m == pytest.approx(1.0, abs=1e-6)
    assert not sub_goal.is_final
    in_truth = se2.compose(truth, se2.between(odom, sub_goal.pose))
    np.testing.assert_allclose(in_truth, [2.8, 0.0, 0.0], atol=0.06)


def test_the_end_of_the_route_is_the_goal_with_its_heading() -> None:
    truth = np.array([4.0, 3.0, 1.0])
    sub_goal, station_m = route_sub_goal(_leg(), 6.5, truth, truth, 5)
    assert sub_goal.is_final
    assert station_m == pytest.approx(7.0, abs=0.03)
    np.testing.assert_allclose(sub_goal.pose, [4.0, 4.0, 0.5], atol=1e-9)


def test_plans_turn_with_the_frame() -> None:
    @dataclass
    class _Plan:
        poses: np.ndarray

    @dataclass
    class _State:
        pose: np.ndarray
        odom: np.ndarray

    state = _State(np.array([1.0, 1.0, math.pi / 2]), np.zeros(3))
    path = in_map(_Plan(np.array([[0.5, 0.0, 0.0], [1.0, 0.0, 0.0]])), state)
    np.testing.assert_allclose(path, [[1, 1], [1, 1.5], [1, 2]], atol=1e-12)


def test_another_odometry_is_told_the_same_place() -> None:
    sub_goal = SubGoal(5, np.array([1.0, 0.0, 0.0]), is_final=True)
    state = LegState(5, np.zeros(3), Velocity(), np.zeros((0, 5)), np.zeros(3), sub_goal)
    assert _in_odom_of(np.zeros(3), state) is state
    told = _in_odom_of(np.array([2.0, 3.0, math.pi / 2]), state)
    np.testing.assert_allclose(told.odom, [2.0, 3.0, math.pi / 2])
    # One metre ahead is now along y.
    np.testing.assert_allclose(told.sub_goal.pose, [2.0, 4.0, math.pi / 2], atol=1e-12)
    assert told.sub_goal.is_final
    # What is planned from there lies in the map where it lay before.
    path = in_map(SimpleNamespace(poses=np.array([told.sub_goal.pose])), told)
    np.testing.assert_allclose(path, [[0.0, 0.0], [1.0, 0.0]], atol=1e-12)


def test_a_world_shows_what_its_stacks_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    monkeypatch.setattr(
        simulator_module, "Simulator", lambda *rest, **more: given.update(more) or None
    )
    case = LegCase("home", 4, 1, EMPTY)
    for stacks, hz, depth in (
        ([], 0.0, False),
        ([CLASSICAL], 10.0, True),
        ([StackSpec(perception="mono")], 10.0, False),
        ([StackSpec(perception="mono"), CLASSICAL], 10.0, True),
    ):
        _simulator(case, stacks)
        assert (given["camera_hz"], given["depth"]) == (hz, depth)


def test_the_expert_stands_until_it_has_a_plan() -> None:
    driver = expert_driver(lambda state: pytest.fail("no state was given"))
    assert driver(None, None).linear_mps == 0.0


def _plan(collision: bool, score: float) -> dict:
    parts = {"progress": 0.5, "speed": 0.5, "smoothness": 1.0, "stuck": False, "wrong_way": False}
    hits = dict.fromkeys(("static", "people", "pick10_static", "pick10_people"), False)
    best = {"best10_collision": False, "best10_score": score + 1.0, "ms": 20.0}
    own = {"pick10_collision": False, "pick10_score": score + 0.5, "pick10_speed": 0.6}
    return {
        "score": score, "collision": collision, **parts, **hits, **own,
        "pick10_stuck": False, **best,
    }  # fmt: skip


def test_figures_of_plans_by_hand() -> None:
    plans = [{"classical": _plan(hit, score), "stand": _plan(False, 0.2)} for hit, score in
             ((True, -1.0), (False, 1.0))]  # fmt: skip
    summary = summarize_plans([(7, {"plans": plans})])
    assert summary["n"] == 2
    assert summary["results"]["collision_percent"] == 50.0
    assert summary["results"]["score"] == 0.0
    assert summary["results"]["best10_score"] == 1.0
    assert summary["results"]["pick10_score"] == 0.5
    assert summary["results"]["pick10_collision_percent"] == 0.0
    assert summary["baselines"]["stand"]["collision_percent"] == 0.0
    assert summary["rows"][0]["seed"] == 7
    json.dumps(summary)


def test_the_excess_is_over_the_expert_at_the_same_states() -> None:
    hits = ((True, True), (True, False), (False, False), (False, False))
    plans = [
        {"classical": {**_plan(ours, 1.0), "static": ours}, "expert": _plan(his, 1.0)}
        for ours, his in hits
    ]
    summary = summarize_plans([(7, {"plans": plans}), (8, {"plans": plans[:1]})])
    # Three of five against two of five; in scene 7 it is one of four, in scene 8 none.
    assert summary["results"]["excess_percent"] == pytest.approx(20.0)
    assert summary["results"]["static_percent"] == pytest.approx(60.0)
    assert summary["results"]["people_percent"] == 0.0
    assert summary["baselines"]["expert"]["excess_percent"] == 0.0
    assert summary["ci95_by_scene"]["excess_percent"] == [0.0, 25.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flow", "NAME=WEIGHTS"),
        ("=x", "NAME=WEIGHTS"),
        ("a=", "NAME=WEIGHTS"),
        ("a=/no/such/folder", "/no/such/folder"),
    ],
)
def test_planners_beside_that_cannot_be_are_one_line(text: str, message: str) -> None:
    with pytest.raises(AstraError, match=message):
        planners_beside(text)


def test_nobody_beside_is_nobody() -> None:
    assert planners_beside("") == {}


def test_a_leg_with_a_collision_is_no_success() -> None:
    def leg(driver: str, reached: bool, collisions: int) -> dict:
        spl = 1.0 if reached else 0.0
        return {"driver": driver, "reached": reached, "collisions": collisions, "spl": spl,
                "length_m": 500.0, "seconds": 20.0, "fallback": 0.1}  # fmt: skip

    legs = [leg("classical", True, 0), leg("classical", False, 1), leg("expert", True, 0)]
    summary = summarize_legs([(7, {"legs": legs})])
    assert summary["n"] == 2
    assert summary["results"]["success_percent"] == 50.0
    assert summary["results"]["collisions_per_km"] == pytest.approx(1.0)
    assert summary["baselines"]["expert"]["success_percent"] == 100.0


def test_a_leg_is_the_same_for_the_same_numbers_and_its_route_is_free() -> None:
    first, again = LegCase("home", 4, 1, EMPTY), LegCase("home", 4, 1, EMPTY)
    np.testing.assert_array_equal(first.route_m, again.route_m)
    assert first.run_seed != LegCase("home", 4, 2, EMPTY).run_seed
    clearance = [first.plan.free_distance_m[first.plan.cell(x, y)] for x, y in first.route_m]
    assert min(clearance) > 0.1
    np.testing.assert_allclose(first.route_m[-1], first.goal[:2], atol=1e-9)


def test_means_of_plans_have_the_interval_of_whole_scenes() -> None:
    # Two scenes: all plans of one collide, none of the other. Each drawn twice is possible.
    scenes = [
        (seed, {"plans": [{"classical": _plan(seed == 1, 0.5 * seed)}] * 10}) for seed in (1, 2)
    ]
    summary = summarize_plans(scenes)
    low, high = summary["ci95"]["collision_percent"]
    assert 0.0 < low < 50.0 < high < 100.0
    assert summary["ci95_by_scene"]["collision_percent"] == [0.0, 100.0]
    assert summary["ci95_by_scene"]["score"] == [0.5, 1.0]
    assert "score" not in summary["ci95"]


class _Enough(Exception):
    pass


def _untrained(folder: Path) -> StackSpec:
    """Return a stack whose planner is a head that nobody has trained."""
    from astra_local.planner_net.config import PRESETS
    from astra_local.planner_net.registry import make_head

    tensors = {k: v.numpy() for k, v in make_head("flow", PRESETS["debug"]).state_dict().items()}
    settings = {"head": "flow", "preset": "debug"}
    save_weights(
        folder, ModelCard("untrained", "planner", "Apache-2.0", settings=settings), tensors
    )
    return planners_beside(f"untrained={folder}")["untrained"]


def test_plans_rest_on_what_the_robot_knows(tmp_path: Path) -> None:
    """A privileged state that is changed changes no plan of the stack, open loop."""
    case = LegCase("home", 310, 0, STANDARD)
    plans, again, net = [], [], []
    beside = {"untrained": _untrained(tmp_path)}

    def on_state(state: LegState, tick: int) -> None:
        if local.belief is None or tick < 50:
            return
        # In the frame of the odometry: the true pose only puts a plan on the map.
        at_home = replace(state, pose=np.zeros(3), odom=np.zeros(3))
        elsewhere = replace(
            at_home,
            velocity=Velocity(-0.4, 1.5),
            people=np.array([[*state.pose[:2] + 0.6, 0.0, 0.0, 0.3]]),
            stamp_ns=0,
        )
        for told in (at_home, elsewhere):
            built = {"classical": (CLASSICAL, local), "again": (CLASSICAL, other)}
            methods = planners(case, built, expert_of(case), beside)
            plans.append(methods["classical"](told).paths)
            again.append(methods["again"](told).paths)
            net.append(methods["untrained"](told))
        raise _Enough

    with _simulator(case, [CLASSICAL]) as simulator:
        local, other = (build_local(CLASSICAL, simulator.rig) for _ in range(2))
        drive = expert_driver(expert_plan(case, expert_of(case)))
        with pytest.raises(_Enough):
            drive_leg(case, simulator, local, drive, on_state, beside=[other])
    one, told_wrong = plans
    assert len(one) == 10
    np.testing.assert_array_equal(one, told_wrong)
    # A stack beside it senses the same, and has a chance of its own: an equal one plans the same.
    np.testing.assert_array_equal(again, plans)
    assert len(net[0].paths) == 10
    assert net[0].rounds == 1
    np.testing.assert_array_equal(net[0].paths, net[1].paths)
    assert net[0].picked == net[1].picked
    # The odometry that it rests on is an estimate: it knows that the robot drives.
    assert local.odometry is not None
    assert math.hypot(local.odometry.velocity.linear_mps, *local.odometry.pose[:2]) > 0.02


@pytest.mark.slow
def test_one_leg_open_and_closed_loop(tmp_path: Path) -> None:
    from astra_eval.planner_eval import PlannerWork

    plans = PlannerWork("home", STANDARD, 1)((310,))["plans"]
    assert len(plans) > 3
    assert {"classical", "expert", "straight", "stand"} == set(plans[0])
    assert np.mean([plan["expert"]["score"] for plan in plans]) > np.mean(
        [plan["stand"]["score"] for plan in plans]
    )
    legs = PlannerWork("home", STANDARD, 1, closed_loop=True)((310,))["legs"]
    assert [leg["driver"] for leg in legs] == ["classical", "expert"]
    json.dumps(legs)
