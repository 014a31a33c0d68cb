"""What the mission does when the way is blocked, and when it gives up."""

from __future__ import annotations

import numpy as np
import pytest
from toy_runner import CODES, Runner
from toy_world import DOORS_Y_M

from astra_global.config import AstraGlobalConfig
from astra_global.types import Goal, MissionPhase

DOOR = (5.0, DOORS_Y_M[0])


def test_person_in_a_door_is_waited_for() -> None:
    runner = Runner((4.0, 1.5, 0.0))
    runner.robot.obstacles.append((*DOOR, 0.5))

    def walk_on(runner: Runner) -> None:
        if runner.now_ns == 10_000_000_000:
            runner.robot.obstacles.clear()

    runner.on_tick = walk_on
    result = runner.run(Goal(pose=np.array([6.0, 2.5, 0.0]))).result
    assert result.success
    assert result.recoveries == 1
    assert runner.said("recovery") == ["waiting a moment for what stands in the way"]
    crossed = [pose for pose in runner.robot.visited if abs(pose[0] - 5.0) < 0.1]
    assert max(pose[1] for pose in crossed) < 2.0


def test_door_that_opens_for_the_robot_needs_no_recovery() -> None:
    runner = Runner((2.5, 1.5, 0.0))
    runner.robot.obstacles.append((5.0, 1.5, 0.1))

    def open_slowly(runner: Runner) -> None:
        if runner.robot.obstacles and np.hypot(*(runner.robot.pose[:2] - DOOR)) < 1.2:
            stood = sum(np.hypot(*(pose[:2] - DOOR)) < 1.2 for pose in runner.robot.visited)
            if stood > 30:
                runner.robot.obstacles.clear()

    runner.on_tick = open_slowly
    result = runner.run(Goal(pose=np.array([6.0, 2.5, 0.0]))).result
    assert result.success
    assert result.recoveries == 0


def test_chair_in_the_way_is_driven_around() -> None:
    runner = Runner((1.5, 4.5, 0.0))
    runner.robot.obstacles.append((3.0, 5.3, 0.25))
    result = runner.run(Goal(pose=np.array([4.3, 6.0, 0.0]))).result
    assert result.success
    assert result.recoveries <= 3
    assert runner.said("recovery")[1] == "place blocked, planning around it"
    # Around it in the same room, not through the other one.
    assert max(pose[0] for pose in runner.robot.visited) < 5.0
    assert result.time_s < 40.0


def test_blocked_door_is_left_for_the_other_one() -> None:
    runner = Runner((4.0, 1.5, 0.0))
    runner.robot.obstacles.append((5.0, DOORS_Y_M[0], 0.5))
    result = runner.run(Goal(pose=np.array([6.0, 2.5, 0.0]))).result
    assert result.success, result
    assert result.recoveries >= 2
    crossed = [pose for pose in runner.robot.visited if abs(pose[0] - 5.0) < 0.1]
    assert min(pose[1] for pose in crossed) > 5.5
    assert MissionPhase.RECOVERING in runner.phases


def test_walled_in_robot_says_that_it_is_stuck() -> None:
    runner = Runner((4.0, 4.0, 0.0))
    ring = np.linspace(0.0, 2 * np.pi, 16, endpoint=False)
    for angle in ring:
        runner.robot.obstacles.append((4.0 + 0.6 * np.cos(angle), 4.0 + 0.6 * np.sin(angle), 0.2))
    result = runner.run(Goal(landmark_id="bed_2"), limit_s=400.0).result
    assert result.error_code == CODES["STUCK"]
    assert result.recoveries == AstraGlobalConfig().mission.max_recoveries


def test_taken_goal_place_gets_another_at_the_same_landmark() -> None:
    runner = Runner((9.0, 6.0, 0.0))
    free = Runner((9.0, 6.0, 0.0)).run(Goal(landmark_id="sofa_1")).result
    x, y, _ = free.goal_pose
    runner.robot.obstacles.append((float(x), float(y), 0.25))
    result = runner.run(Goal(landmark_id="sofa_1")).result
    assert result.success, result
    assert np.linalg.norm(result.goal_pose[:2] - free.goal_pose[:2]) > 0.3


def test_goal_that_stays_taken_is_unreachable() -> None:
    runner = Runner((2.0, 4.0, 0.0))
    runner.robot.obstacles.append((4.0, 4.0, 0.35))
    result = runner.run(Goal(pose=np.array([4.0, 4.0, 0.0]))).result
    assert result.error_code == CODES["GOAL_UNREACHABLE"]
    assert "stands where" in result.error_msg


def test_recoveries_get_stronger() -> None:
    runner = Runner((4.0, 1.5, 0.0))
    for y in DOORS_Y_M:
        runner.robot.obstacles.append((5.0, y, 0.5))
    runner.run(Goal(pose=np.array([6.0, 2.5, 0.0])), limit_s=400.0)
    said = runner.said("recovery")
    assert said[0] == "waiting a moment for what stands in the way"
    assert said[1] == "place blocked, planning around it"
    assert {"going back", "looking around"} <= set(said)


def test_blocked_places_are_forgotten() -> None:
    world = Runner((4.0, 4.0, 0.0)).stack._world
    config = AstraGlobalConfig().route
    world.block(np.array([4.0, 1.5]), 0.4)
    assert [item.x_m for item in world.blockages()] == [4.0]
    world.now_ns = round((config.blockage_s - 1.0) * 1e9)
    assert world.blockages()
    world.now_ns = round((config.blockage_s + 1.0) * 1e9)
    assert world.blockages() == []


@pytest.mark.parametrize("phase", [MissionPhase.DRIVING, MissionPhase.RECOVERING])
def test_time_is_up_whatever_the_robot_is_doing(phase: MissionPhase) -> None:
    runner = Runner((4.0, 1.5, 0.0))
    runner.robot.obstacles.append((*DOOR, 0.5))
    runner.stack.start(Goal(pose=np.array([6.0, 2.5, 0.0])), 0, timeout_s=9.0)
    runner.until(phase)
    result = runner.go_on(20.0).result
    assert result.error_code == CODES["TIMED_OUT"]
    assert result.time_s == pytest.approx(9.0, abs=0.2)
