"""The planner score: every part by hand."""

import numpy as np
import pytest

from astra_core.polyline import Polyline
from astra_eval.metrics.planner import Touch, score_plan, smoothness, touches

ROUTE = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 3.0]])
DT_S = 0.1


def _straight(speed_mps: float, seconds: float = 2.0) -> np.ndarray:
    times = np.arange(round(seconds / DT_S) + 1) * DT_S
    return np.column_stack([speed_mps * times, np.zeros(len(times))])


def test_stations_go_round_the_corner() -> None:
    route = Polyline(ROUTE)
    assert route.project([1.5, 0.4])[0] == pytest.approx(1.5)
    assert route.project([2.3, 1.0])[0] == pytest.approx(3.0)
    assert route.project([2.0, 9.0])[0] == pytest.approx(5.0)
    assert route.project([-1.0, 0.0])[0] == 0.0


def test_half_speed_along_the_route_scores_half_of_progress_and_speed() -> None:
    plan = score_plan(_straight(0.4), DT_S, ROUTE, max_speed_mps=0.8, collision=False)
    assert plan.progress == pytest.approx(0.5)
    assert plan.speed == pytest.approx(0.5)
    assert plan.smoothness == pytest.approx(1.0)
    assert plan.score == pytest.approx(0.5 + 0.25 + 0.2)
    assert not plan.stuck
    assert not plan.wrong_way


def test_a_collision_costs_two_and_is_neither_stuck_nor_wrong_way() -> None:
    plan = score_plan(_straight(0.0), DT_S, ROUTE, max_speed_mps=0.8, collision=True)
    assert plan.score == pytest.approx(0.2 - 2.0)
    assert not plan.stuck


def test_standing_is_stuck_and_going_back_is_the_wrong_way() -> None:
    assert score_plan(_straight(0.0), DT_S, ROUTE, max_speed_mps=0.8, collision=False).stuck
    back = score_plan(_straight(-0.3), DT_S, ROUTE, max_speed_mps=0.8, collision=False)
    assert back.wrong_way
    assert not back.stuck
    assert back.progress == 0.0


def test_who_is_at_the_goal_is_not_stuck_there() -> None:
    # 0.1 m to go: less than can be told from standing.
    near = np.array([[0.0, 0.0], [0.1, 0.0]])
    plan = score_plan(_straight(0.0), DT_S, near, max_speed_mps=0.8, collision=False)
    assert not plan.stuck
    assert plan.progress == 0.0
    done = score_plan(_straight(0.0), DT_S, np.zeros((2, 2)), max_speed_mps=0.8, collision=False)
    assert (done.progress, done.stuck, done.wrong_way) == (1.0, False, False)


def test_speed_is_that_of_the_way_and_not_of_its_ends() -> None:
    angle = np.linspace(0.0, 2.0 * np.pi, 41)
    circle = 0.2 * np.column_stack([np.sin(angle), 1.0 - np.cos(angle)])
    plan = score_plan(circle, DT_S, ROUTE, max_speed_mps=0.8, collision=False)
    # A circle of 1.257 m in 4 s.
    assert plan.speed == pytest.approx(2.0 * np.pi * 0.2 / 4.0 / 0.8, rel=2e-3)
    assert plan.stuck


@pytest.mark.parametrize(
    ("metres", "stuck", "wrong_way"),
    [(0.16, False, False), (0.14, True, False), (-0.14, True, False), (-0.16, False, True)],
)
def test_stuck_lies_between_going_on_and_going_back(metres, stuck, wrong_way) -> None:
    plan = score_plan(_straight(metres / 2.0), DT_S, ROUTE, max_speed_mps=0.8, collision=False)
    assert (plan.stuck, plan.wrong_way) == (stuck, wrong_way)


def test_a_goal_nearer_than_the_horizon_is_full_progress() -> None:
    near = np.array([[0.0, 0.0], [0.5, 0.0]])
    plan = score_plan(_straight(0.25), DT_S, near, max_speed_mps=0.8, collision=False)
    assert plan.progress == pytest.approx(1.0)


def test_jerk_of_a_cubic_is_its_constant() -> None:
    times = np.arange(30) * DT_S
    cubic = np.column_stack([times**3 / 6.0 * 2.0, np.zeros(30)])
    assert smoothness(cubic, DT_S) == pytest.approx(1.0 - 2.0 / 4.0)
    zigzag = np.column_stack([np.arange(30) % 2, np.zeros(30)])
    assert smoothness(zigzag, DT_S) == 0.0


def test_people_count_where_they_are_at_that_time() -> None:
    path = _straight(1.0, 1.0)
    radii = {"robot_radius_m": 0.2, "person_radius_m": 0.2}

    def free(points: np.ndarray) -> np.ndarray:
        return np.full(len(points), 9.0)

    nobody = np.zeros((len(path), 0, 2))
    assert not touches(path, nobody, free, **radii).anything
    ahead = np.broadcast_to([0.5, 0.3], (len(path), 1, 2))
    assert touches(path, ahead, free, **radii).anything
    # Gone before the robot comes: there only at the start.
    leaving = ahead.copy()
    leaving[2:, 0, 1] = 5.0
    assert not touches(path, leaving, free, **radii).anything
    assert touches(path, nobody, lambda points: 0.8 - points[:, 0], **radii) == Touch(True, False)
    assert touches(path, ahead, free, **radii) == Touch(False, True)
    wall = touches(path, ahead, lambda points: 0.8 - points[:, 0], **radii)
    assert wall == Touch(True, True)


def test_a_door_leaf_counts_while_it_is_in_the_way() -> None:
    path = _straight(1.0, 1.0)
    nobody = np.zeros((len(path), 0, 2))
    radii = {"robot_radius_m": 0.2, "person_radius_m": 0.2}

    def free(points: np.ndarray) -> np.ndarray:
        return np.full(len(points), 9.0)

    # Across the way from y = -0.5 to 0.5, 1.21 m ahead: the robot comes within 0.21 m.
    across = np.broadcast_to([[[1.21, -0.5], [1.21, 0.5]]], (len(path), 1, 2, 2))
    assert not touches(path, nobody, free, leaves_m=across, **radii).anything
    assert touches(path, nobody, free, leaves_m=across, leaf_radius_m=0.02, **radii).anything
    nearer = across - np.array([0.1, 0.0])
    assert touches(path, nobody, free, leaves_m=nearer, **radii).anything
    opening = nearer.copy()
    opening[3:, :, :, 1] += 0.75  # Its end is 0.25 m beside the way when the robot passes.
    assert not touches(path, nobody, free, leaves_m=opening, **radii).anything
    assert not touches(
        path, nobody, free, leaves_m=np.zeros((len(path), 0, 2, 2)), **radii
    ).anything
