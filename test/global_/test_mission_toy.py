"""Missions on the toy map: arrival, being lost, carried, cancelled, refused."""

from __future__ import annotations

import numpy as np
import pytest
from toy_runner import CODES, TICK_NS, Runner

from astra_core.errors import ConfigError
from astra_core.stack_spec import StackSpec
from astra_global.stack import build_goals
from astra_global.types import Goal, MissionPhase


def test_text_goal_is_reached_and_faced() -> None:
    runner = Runner((9.0, 6.5, 0.0))
    status = runner.run(Goal(text="I am thirsty"))
    result = status.result
    assert result is not None and result.success, result
    assert result.landmark_id == "fridge_1"
    assert result.error_code == CODES["NONE"]
    # Fridge: centre (4.2, 0.5), 0.7 m wide. Gap to its box at most 0.8 m, plus arrival tolerance.
    gap = np.maximum(0.0, np.abs(runner.robot.pose[:2] - (4.2, 0.5)) - 0.35)
    assert np.hypot(*gap) < 1.1
    assert np.linalg.norm(runner.robot.pose[:2] - result.goal_pose[:2]) < 0.35
    to_fridge = np.arctan2(0.5 - runner.robot.pose[1], 4.2 - runner.robot.pose[0])
    assert abs(np.angle(np.exp(1j * (to_fridge - runner.robot.pose[2])))) < 0.8
    assert 0.0 < result.first_fix_time_s < 5.0
    assert 7.0 < result.path_length_m < 12.0
    assert status.sub_goal is not None and status.sub_goal.halt
    # Driven is driven: a route that stays on the map promises another drive.
    assert runner.stack.route is None
    assert runner.phases == [
        MissionPhase.LOCALIZING,
        MissionPhase.ROUTING,
        MissionPhase.DRIVING,
        MissionPhase.ARRIVING,
        MissionPhase.DONE,
    ]


def test_robot_never_touches_the_map() -> None:
    runner = Runner((9.0, 6.5, 0.0))
    assert runner.run(Goal(landmark_id="desk_1")).result.success
    space = runner.stack._world.routes.space
    # The toy robot cuts corners by its look-ahead; half a cell of grid error is allowed.
    assert space.clearance_at(np.array(runner.robot.visited)[:, :2]).min() > 0.22 - 0.05


def test_where_any_will_do_the_shorter_way_wins() -> None:
    # bed_2 is nearer by air (3.1 m against 3.3 m) but behind the wall, bed_1 in the same room.
    runner = Runner((4.4, 4.2, 0.0))
    ranked = build_goals(StackSpec(), runner.stack.map).rank("I need a bed", (4.4, 4.2))
    assert [match.landmark_id for match in ranked] == ["bed_2", "bed_1"]
    result = runner.run(Goal(text="I need a bed")).result
    assert result.success
    assert result.landmark_id == "bed_1"


def test_pose_goal_takes_its_heading() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(Goal(pose=np.array([8.5, 6.0, 2.0]))).result
    assert result.success and result.remark == ""
    assert np.linalg.norm(runner.robot.pose[:2] - (8.5, 6.0)) < 0.3
    assert abs(runner.robot.pose[2] - 2.0) < 0.45


def test_pose_goal_inside_furniture_is_unreachable() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(Goal(pose=np.array([1.0, 7.2, 0.0]))).result
    assert result.error_code == CODES["GOAL_UNREACHABLE"]


def test_a_goal_that_is_moved_says_so_by_how_much() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    # Beside a bed that ends at x = 1.8; the robot needs 0.22 m and 0.08 m of air.
    wanted = np.array([1.9, 7.0, 0.0])
    runner.stack.start(Goal(pose=wanted), runner.now_ns)
    on_its_way = runner.until(MissionPhase.DRIVING).message
    result = runner.go_on(300.0).result
    assert result is not None and result.success and result.goal_pose is not None
    away_m = float(np.linalg.norm(result.goal_pose[:2] - wanted[:2]))
    assert 0.15 < away_m < 0.3
    words = (
        "there is no room for the robot at (1.90, 7.00): it goes to the nearest free place, "
        f"{away_m:.2f} m away"
    )
    assert result.remark == words
    assert words in on_its_way
    assert any(words in said for said in runner.said("goal"))
    assert runner.stack.path(None, wanted, runner.now_ns).remark == words
    free = runner.stack.path(None, np.array([1.0, 2.0, 0.0]), runner.now_ns)
    assert free.remark == ""


def test_image_goal_goes_to_where_the_picture_was_taken() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    runner.localizer.picture_pose = np.array([8.5, 6.0, 0.5])
    result = runner.run(Goal(image=np.full((24, 32, 3), 255, np.uint8))).result
    assert result.success
    assert np.linalg.norm(runner.robot.pose[:2] - (8.5, 6.0)) < 0.35


def test_unknown_picture_is_refused() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(Goal(image=np.full((24, 32, 3), 255, np.uint8))).result
    assert result.error_code == CODES["GOAL_NOT_FOUND"]


def test_picture_of_wrong_size_is_refused_at_once() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    with pytest.raises(ConfigError, match="shape"):
        runner.stack.start(Goal(image=np.zeros((5, 5, 3), np.uint8)), 0)


@pytest.mark.parametrize(
    ("goal", "code"),
    [
        (Goal(text="launch the rocket"), "GOAL_NOT_FOUND"),
        (Goal(text="take me to the bed"), "GOAL_AMBIGUOUS"),
        (Goal(landmark_id="bed_99"), "GOAL_NOT_FOUND"),
        (Goal(pose=np.array([50.0, 50.0, 0.0])), "GOAL_UNREACHABLE"),
    ],
)
def test_refusals_have_the_codes_of_the_action(goal: Goal, code: str) -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(goal).result
    assert result.error_code == CODES[code]
    assert result.error_msg
    # Refused where it stood, apart from looking around for a first fix.
    assert np.linalg.norm(runner.robot.pose[:2] - (1.0, 1.0)) < 0.01


def test_blind_robot_looks_around_and_then_says_so() -> None:
    runner = Runner((2.0, 4.0, 0.0))
    runner.localizer.is_blind = True
    result = runner.run(Goal(text="I am thirsty")).result
    assert result.error_code == CODES["NOT_LOCALIZED"]
    assert result.first_fix_time_s == -1.0
    headings = np.unwrap([pose[2] for pose in runner.robot.visited])
    assert np.ptp(headings) > 6.0


def test_first_fix_after_looking_around() -> None:
    runner = Runner((2.0, 4.0, 0.0))
    runner.localizer.is_blind = True
    runner.stack.start(Goal(text="I am thirsty"), 0)
    while runner.now_ns < 15_000_000_000:
        assert runner.tick().phase is MissionPhase.LOCALIZING
    runner.localizer.is_blind = False
    result = runner.go_on(200.0).result
    assert result.success
    assert 15.0 < result.first_fix_time_s < 20.0


def test_carried_robot_finds_itself_and_arrives() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    runner.stack.start(Goal(landmark_id="tv_1"), 0)
    runner.until(MissionPhase.DRIVING)
    for _ in range(20):
        runner.tick()
    runner.robot.carry_to((9.0, 1.0, 1.5))
    result = runner.go_on(200.0).result
    assert result.success
    assert np.linalg.norm(runner.robot.pose[:2] - result.goal_pose[:2]) < 0.35
    assert any(event.data.get("verdict") == "kidnapped" for event in runner.stack.log)


def nearly_there(runner: Runner) -> None:
    """Start towards the television and go on until three metres before it; then see nothing."""
    runner.stack.start(Goal(landmark_id="tv_1"), 0)
    runner.until(MissionPhase.DRIVING)
    while (left_m := runner.tick().distance_remaining_m) > 3.0 or np.isnan(left_m):
        pass
    runner.localizer.is_blind = True
    runner.until(MissionPhase.ARRIVING)


def test_arrival_is_not_said_without_a_fresh_fix() -> None:
    runner = Runner((6.0, 3.0, 1.5))
    nearly_there(runner)
    result = runner.go_on(200.0).result
    assert result.error_code == CODES["NOT_LOCALIZED"]
    assert "no fix confirms it" in result.error_msg
    assert np.linalg.norm(runner.robot.pose[:2] - result.goal_pose[:2]) < 0.4, "though it was there"


def test_a_fix_that_comes_late_still_confirms_the_arrival() -> None:
    runner = Runner((6.0, 3.0, 1.5))
    nearly_there(runner)
    seen_ns = runner.now_ns + 12_000_000_000
    while runner.now_ns < seen_ns:
        assert runner.tick().phase is MissionPhase.ARRIVING
    runner.localizer.is_blind = False
    result = runner.go_on(20.0).result
    assert result.success and result.time_s > 12.0


def test_cancel_halts_and_reports() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    runner.stack.start(Goal(landmark_id="tv_1"), 0)
    runner.until(MissionPhase.DRIVING)
    assert runner.stack.cancel("the user said stop").error_code == CODES["CANCELLED"]
    status = runner.tick()
    assert status.phase is MissionPhase.DONE
    assert status.sub_goal.halt
    assert status.result.error_msg == "the user said stop"
    assert runner.stack.cancel("again") is None


def test_newer_goal_preempts() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    assert runner.stack.start(Goal(landmark_id="tv_1"), 0) is None
    runner.until(MissionPhase.DRIVING)
    old = runner.stack.start(Goal(landmark_id="desk_1"), runner.now_ns)
    assert old.error_code == CODES["PREEMPTED"]
    assert old.landmark_id == "tv_1"
    result = runner.go_on(200.0).result
    assert result.success
    assert result.landmark_id == "desk_1"
    assert result.first_fix_time_s == pytest.approx(0.1, abs=0.11)


def test_time_out() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    runner.stack.start(Goal(landmark_id="tv_1"), 0, timeout_s=6.0)
    result = runner.go_on(10.0).result
    assert result.error_code == CODES["TIMED_OUT"]
    assert result.time_s == pytest.approx(6.0, abs=0.2)


def test_silent_odometry_ends_the_mission() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    runner.stack.start(Goal(landmark_id="tv_1"), 0)
    runner.until(MissionPhase.DRIVING)
    for _ in range(40):
        runner.now_ns += TICK_NS
        status = runner.stack.step(runner.now_ns)
    assert status.result.error_code == CODES["SENSOR_TIMEOUT"]


def test_map_without_occupancy_works_along_its_nodes() -> None:
    runner = Runner((1.5, 1.5, 0.0), with_occupancy=False)
    result = runner.run(Goal(landmark_id="tv_1")).result
    assert result.success


def test_idle_asks_for_nothing() -> None:
    status = Runner((1.0, 1.0, 0.0)).tick()
    assert status.phase is MissionPhase.DONE
    assert status.sub_goal is None and status.result is None


def test_same_inputs_give_the_same_mission() -> None:
    first, second = (Runner((9.0, 6.5, 0.0)) for _ in range(2))
    results = [runner.run(Goal(text="I am thirsty")).result for runner in (first, second)]
    assert results[0].time_s == results[1].time_s
    np.testing.assert_array_equal(first.robot.pose, second.robot.pose)


def test_a_route_is_there_while_it_is_driven() -> None:
    runner = Runner((9.0, 6.5, 0.0))
    assert runner.stack.route is None
    runner.stack.start(Goal(landmark_id="desk_1"), runner.now_ns)
    runner.until(MissionPhase.DRIVING)
    assert runner.stack.route is not None
    runner.stack.cancel("enough")
    assert runner.stack.route is None
