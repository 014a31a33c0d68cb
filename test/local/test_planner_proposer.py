"""The learned planner behind the port: what it sees, what its answers become, who is picked."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from astra_core.records import SubGoal, TrajectorySource
from astra_core.robot import RobotConfig
from astra_local.belief import WorldBelief
from astra_local.config import PlannerConfig
from astra_local.moving.movers import Movers
from astra_local.planner.cost_to_go import cost_to_go
from astra_local.planner.mppi import MppiProposer
from astra_local.planner.planner import LocalPlanner
from astra_local.planner.rollout import roll_out
from astra_local.planner_net.action import denormalized, normalized
from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.picker import PickerWeights, collision_chance, expected_score
from astra_local.planner_net.proposer import NetProposer, controls_of, sensed
from astra_local.planner_net.registry import make_head
from astra_local.planner_net.warm_plan import WarmPlan
from astra_local.ports import PlanQuery
from astra_local.types import RobotState
from astra_local.voxel.occupancy import OccupancyView

ROBOT = RobotConfig()
SECOND = 1_000_000_000


def view(*boxes, stamp_ns=0):
    """Return an 8 x 8 m world centred at the origin with boxes x0, y0, x1, y1."""
    occupied = np.zeros((160, 160), bool)
    for x0, y0, x1, y1 in boxes:
        rows = slice(round((y0 + 4) / 0.05), round((y1 + 4) / 0.05))
        occupied[rows, round((x0 + 4) / 0.05) : round((x1 + 4) / 0.05)] = True
    return OccupancyView(occupied, np.ones_like(occupied), (-4.0, -4.0), 0.05, stamp_ns)


def query(standing=None, pose=(0.0, 0.0, 0.0), goal=(2.0, 0.0, 0.0), speed=(0.3, 0.0), **changes):
    standing = standing or view()
    belief = WorldBelief.from_occupancy(standing, 2.0, **changes)
    goal = np.array(goal)
    sub_goal = SubGoal(0, goal, is_final=True, max_speed_mps=0.5)
    to_go = cost_to_go(belief, pose[:2], (goal[0], goal[1]), ROBOT.footprint_radius_m, 0.1)
    return PlanQuery(
        RobotState(np.array(pose), *speed), belief, sub_goal, to_go, ROBOT, standing.stamp_ns,
        np.random.default_rng(0),
    )  # fmt: skip


class Scripted(torch.nn.Module):
    """A head that answers what it is told, in metres and radians."""

    name, is_multimodal, score, noise_width = "flow", True, None, 3.0

    def __init__(self, steps):
        super().__init__()
        self.anchor = torch.nn.Parameter(torch.zeros(1))
        self.steps = torch.tensor(steps, dtype=torch.float32)

    @property
    def device(self):
        return self.anchor.device

    def encode(self, inputs):
        return inputs

    def sample(self, inputs, noise):
        self.noise = noise
        return normalized(self.steps)[None]

    def sample_near(self, inputs, noise, plan, begin):
        self.near = denormalized(plan), begin
        return self.sample(inputs, noise)


def straight(step_m, turn_rad=0.0, side_m=0.0):
    return [[step_m, side_m, turn_rad]] * 16


def test_what_it_sees_is_in_the_frame_of_the_robot():
    # The robot stands at (1, 0) and looks left: a box at (1, 1) is a metre ahead.
    seen = sensed(query(view((0.95, 0.95, 1.05, 1.05)), pose=(1.0, 0.0, math.pi / 2)))
    cells = seen["occupied"][0, 0]
    rows, columns = np.nonzero(cells)
    np.testing.assert_allclose((columns + 0.5) * 0.1 - 2.0, 1.0, atol=0.06)
    np.testing.assert_allclose((rows + 0.5) * 0.1 - 3.2, 0.0, atol=0.06)
    # The goal (2, 0) lies a metre to its right.
    np.testing.assert_allclose(seen["sub_goal"][0], [0.0, -1.0, -math.pi / 2], atol=1e-6)
    np.testing.assert_allclose(seen["speed"][0], [0.3, 0.0])
    np.testing.assert_allclose(seen["max_speed_mps"], [0.5])
    assert seen["is_final"][0] == 1


def test_the_past_is_what_was_there_then():
    now = view((1.0, 0.0, 1.1, 0.1), stamp_ns=2 * SECOND)
    before = view((2.0, 0.0, 2.1, 0.1), stamp_ns=SECOND)
    seen = sensed(query(now, history=(before,)))
    columns = [np.nonzero(cells)[1].mean() for cells in seen["occupied"][0]]
    # Now at 1.05 m; a second ago, and as far back as there is any, at 2.05 m.
    np.testing.assert_allclose((np.array(columns) + 0.5) * 0.1 - 2.0, [1.05, 2.05, 2.05, 2.05],
                               atol=0.051)  # fmt: skip


def test_movers_are_turned_with_the_robot_and_the_nearest_come_first():
    movers = Movers(
        np.array([[3.0, 0.0], [1.0, 1.0]]), np.array([[0.0, 0.5], [0.5, 0.0]]), np.array([0.2, 0.3])
    )
    seen = sensed(query(pose=(1.0, 0.0, math.pi / 2), movers=movers))["movers"][0]
    np.testing.assert_allclose(seen[0], [1.0, 0.0, 0.0, -0.5, 0.3], atol=1e-6)
    np.testing.assert_allclose(seen[1], [0.0, -2.0, 0.5, 0.0, 0.2], atol=1e-6)
    np.testing.assert_allclose(seen[2:, :2], 100.0)


def test_steps_become_speeds_along_the_arc():
    v, w = controls_of(np.array([straight(0.1)], np.float32))
    assert v.shape == w.shape == (1, 32)
    np.testing.assert_allclose(v, 0.5)
    np.testing.assert_allclose(w, 0.0)
    # A quarter circle of radius 1: chord sqrt(2), arc pi / 2, in one step of 0.2 s.
    quarter = np.array([[[1.0, 1.0, math.pi / 2]] * 16], np.float32)
    v, w = controls_of(quarter)
    np.testing.assert_allclose(v, math.pi / 2 / 0.2, rtol=1e-5)
    np.testing.assert_allclose(w, math.pi / 2 / 0.2, rtol=1e-5)


def test_backward_steps_are_backward_speeds():
    v, _ = controls_of(np.array([straight(-0.02)], np.float32))
    np.testing.assert_allclose(v, -0.1)


def test_driven_controls_end_where_the_steps_lead():
    rng = np.random.default_rng(1)
    # Arcs that the base can drive: dy follows from dx and dtheta.
    turn = rng.uniform(-0.15, 0.15, 16)
    arc = np.full(16, 0.06)
    chord = arc * np.sinc(turn / 2 / np.pi)
    steps = np.stack([chord * np.cos(turn / 2), chord * np.sin(turn / 2), turn], axis=-1)
    v, w = controls_of(steps[None].astype(np.float32))
    free = RobotConfig(max_linear_acceleration_mps2=99.0, max_angular_acceleration_rad_s2=99.0)
    way = roll_out(RobotState(np.zeros(3)), v, w, 0.1, free)
    pose = np.zeros(3)
    for dx, dy, turned in steps:
        cos, sin = math.cos(pose[2]), math.sin(pose[2])
        pose = pose + np.array([cos * dx - sin * dy, sin * dx + cos * dy, turned])
    np.testing.assert_allclose([way.x[0, -1], way.y[0, -1]], pose[:2], atol=0.002)


def test_of_two_answers_the_one_that_gets_on_is_liked_better():
    steps = [straight(0.0), straight(0.1)]
    still, ahead = NetProposer(Scripted(steps)).propose(query())
    assert ahead.score > still.score + 0.5


def test_an_answer_through_a_wall_comes_after_all_that_the_check_lets_pass():
    steps = [straight(0.0), straight(0.1), straight(-0.02)]
    asked = query(view((0.5, -1.0, 0.6, 1.0)))
    still, through, back = NetProposer(Scripted(steps)).propose(asked)
    assert through.score < min(still.score, back.score) - 5.0


def test_an_answer_into_somebody_who_comes_is_liked_less():
    coming = Movers(np.array([[1.6, 0.0]]), np.array([[-0.4, 0.0]]), np.array([0.3]))
    leaving = Movers(np.array([[1.6, 0.0]]), np.array([[0.6, 0.0]]), np.array([0.3]))
    scores = []
    for movers in (coming, leaving):
        (candidate,) = NetProposer(Scripted([straight(0.1)])).propose(query(movers=movers))
        scores.append(candidate.score)
    assert scores[0] < scores[1] - 1.0


def test_the_next_answers_begin_near_the_best_of_the_last():
    head = Scripted([straight(0.0), straight(0.1), straight(-0.02)])
    proposer = NetProposer(head)
    proposer.propose(query())
    assert not hasattr(head, "near")
    proposer.propose(replace(query(), now_ns=SECOND // 10))
    plan, begin = head.near
    torch.testing.assert_close(plan, torch.tensor(straight(0.1)).expand(1, 10, 16, 3))
    assert begin[0].tolist() == [0, 0, 0, 0.5, 0, 0, 0, 0.5, 0, 0]
    del head.near
    # Long ago, or forgotten, it is no help.
    proposer.propose(replace(query(), now_ns=SECOND))
    assert not hasattr(head, "near")
    proposer.reset()
    proposer.propose(replace(query(), now_ns=SECOND))
    assert not hasattr(head, "near")


def test_answers_after_the_first_begin_with_wider_noise_unless_they_begin_near_a_plan():
    head = Scripted([straight(0.0)])
    proposer = NetProposer(head)
    drawn = np.random.default_rng(0).standard_normal((2, 10, 16, 3), dtype=np.float32)
    rng = np.random.default_rng(0)
    proposer.propose(replace(query(), rng=rng))
    wide = 3.0 * drawn[0]
    wide[0] = drawn[0, 0]
    assert np.allclose(head.noise[0].numpy(), wide)
    proposer.propose(replace(query(), rng=rng, now_ns=SECOND // 10))
    wide = 3.0 * drawn[1]
    for k in (0, 3, 7):
        wide[k] = drawn[1, k]
    assert np.allclose(head.noise[0].numpy(), wide)


def test_a_plan_is_brought_forward_by_the_time_that_has_passed():
    steps = np.arange(12, dtype=np.float32).reshape(4, 3)
    plan = WarmPlan()
    assert plan.at(0) is None
    plan.keep(steps, 7 * SECOND)
    np.testing.assert_array_equal(plan.at(7 * SECOND), steps)
    np.testing.assert_allclose(plan.at(7 * SECOND + SECOND // 5), steps[[1, 2, 3, 3]], rtol=1e-6)
    # Half of a step of 0.2 s has passed: half of this one is left, half of the next has come.
    np.testing.assert_allclose(plan.at(7 * SECOND + SECOND // 10)[:, 0], [1.5, 4.5, 7.5, 9.0])
    np.testing.assert_allclose(plan.at(7 * SECOND + 3 * SECOND // 10)[:, 0], [4.5, 7.5, 9.0, 9.0])
    assert plan.at(7 * SECOND + 6 * SECOND // 10) is None
    assert plan.at(7 * SECOND - 1) is None
    plan.keep(np.full((4, 3), np.nan, np.float32), 7 * SECOND)
    assert plan.at(7 * SECOND) is None


def test_the_chance_of_touching_by_hand():
    weights = PickerWeights(0.0, 0.05, 0.1, 0.1, 0.1)
    far, times = np.full((1, 2), 9.0), np.array([0.5, 1.0])
    assert collision_chance(far, far, times, weights)[0] == pytest.approx(0.0, abs=1e-4)
    # sigma(0) = 1/2 where it grazes what stands; the least clearance counts.
    assert collision_chance(np.array([[0.3, 0.0]]), far, times, weights)[0] == pytest.approx(
        0.5, abs=1e-3
    )
    # People: (0.3 - 0.1) / (0.1 + 0.1 * 1.0) = 1 at the second step.
    chance = collision_chance(far, np.array([[9.0, 0.3]]), times, weights)[0]
    assert chance == pytest.approx(1.0 / (1.0 + math.e), abs=1e-3)
    both = collision_chance(np.array([[0.3, 0.0]]), np.array([[9.0, 0.3]]), times, weights)[0]
    assert both == pytest.approx(1.0 - 0.5 * (1.0 - 1.0 / (1.0 + math.e)), abs=1e-3)


def test_the_expected_score_of_full_speed_ahead_by_hand():
    asked = query(goal=(3.0, 0.0, 0.0), speed=(0.6, 0.0))
    v, w = controls_of(np.array([straight(0.12)], np.float32))
    way = roll_out(asked.state, v, w, 0.1, ROBOT)
    # All of the way that full speed allows, all of the speed, no jerk, nothing near.
    score = expected_score(way, asked, 0.1, PickerWeights())[0]
    assert score == pytest.approx(1.0 + 0.5 + 0.2, abs=0.05)


@pytest.mark.parametrize("name", ["flow", "act", "vae", "diffusion"])
def test_every_head_drives_through_the_port_and_repeats_itself(name):
    head = make_head(name, PRESETS["debug"], seed=2)
    one, same = (NetProposer(head).propose(query()) for _ in range(2))
    assert len(one) == (1 if name == "act" else 10)
    for left, right in zip(one, same, strict=True):
        np.testing.assert_array_equal(left.linear_mps, right.linear_mps)
        assert math.isfinite(left.score)


@pytest.mark.parametrize(
    "changes",
    [
        {"goal": (-2.0, 0.0, 0.0)},
        {"goal": (90.0, 0.0, 0.0)},
        {"pose": (0.55, 0.0, 0.0), "standing": view((0.5, -1.0, 0.6, 1.0))},
        {"speed": (0.0, 0.0)},
        {"speed": (0.6, 1.9)},
        {"standing": view((-4.0, -4.0, 4.0, 4.0))},
        {"standing": replace(view(), known=np.zeros((160, 160), bool))},
        {"pose": (90.0, 0.0, 0.0), "goal": (92.0, 0.0, 0.0)},
    ],
    ids=[
        "goal behind",
        "goal far outside",
        "inside an obstacle",
        "standing",
        "full speed",
        "full",
        "unknown",
        "outside the grid",
    ],
)
def test_what_hurts_still_gives_finite_answers(changes):
    head = make_head("flow", PRESETS["debug"], seed=2)
    for candidate in NetProposer(head).propose(query(**changes)):
        assert np.isfinite(candidate.linear_mps).all()
        assert np.isfinite(candidate.angular_rad_s).all()
        assert math.isfinite(candidate.score)


@pytest.mark.parametrize("state", [
    RobotState(np.zeros(3), math.nan, 0.0),
    RobotState(np.zeros(3), 0.3, math.inf),
    RobotState(np.array([0.0, math.nan, 0.0]), 0.3, 0.0),
])  # fmt: skip
@pytest.mark.parametrize("planned_before", [False, True])
def test_from_nowhere_it_stops_and_drives_on_afterwards(state, planned_before):
    planner = LocalPlanner(
        [NetProposer(make_head("flow", PRESETS["debug"], seed=2)), MppiProposer(PlannerConfig())],
        PlannerConfig(), ROBOT, np.random.default_rng(0),
    )  # fmt: skip
    asked = query()
    if planned_before:
        planner.plan(asked.state, asked.belief, asked.sub_goal, 0)
    plan = planner.plan(state, asked.belief, asked.sub_goal, 1)
    assert plan.source is TrajectorySource.STOP
    assert not plan.velocities.any()
    assert np.isfinite(plan.poses).all()
    again = planner.plan(asked.state, asked.belief, asked.sub_goal, 2)
    assert np.isfinite(again.velocities).all()
    assert again.velocities[:, 0].max() > 0.0


@pytest.mark.parametrize("later_ns", [0, -SECOND, 3600 * SECOND], ids=["frozen", "back", "ahead"])
def test_a_clock_that_stands_or_jumps_gives_finite_answers(later_ns):
    proposer = NetProposer(make_head("flow", PRESETS["debug"], seed=2))
    asked = query(view(stamp_ns=2 * SECOND))
    for now_ns in (2 * SECOND, 2 * SECOND + later_ns):
        for candidate in proposer.propose(replace(asked, now_ns=now_ns)):
            assert np.isfinite(candidate.linear_mps).all()
