"""Missions on the toy map: arrival, being lost, carried, blocked, cancelled, refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from toy_world import DOORS_Y_M, RIG, ToyLocalizer, ToyRobot, make_map

from astra_core.errors import ConfigError, NotLocalized
from astra_core.observation import CameraFrame
from astra_global.config import AstraGlobalConfig
from astra_global.pipeline import AstraGlobal
from astra_global.types import Goal, MissionPhase, MissionStatus

TICK_NS = 100_000_000
ACTION = Path(__file__).parents[2] / "astra_msgs" / "action" / "Navigate.action"
CODES = {
    name: int(value)
    for name, value in re.findall(r"^uint16 ([A-Z_]+)=(\d+)", ACTION.read_text(), flags=re.M)
}


class Runner:
    """Ticks robot, localizer (once a second, half a second late) and Astra-Global together."""

    def __init__(self, pose: tuple[float, float, float], **world: object) -> None:
        self.robot = ToyRobot(pose)
        self.localizer = ToyLocalizer(self.robot)
        self.stack = AstraGlobal(RIG, AstraGlobalConfig(), make_map(**world), self.localizer)
        self.now_ns = 0
        self.phases: list[MissionPhase] = []
        self._late: list[tuple[int, object]] = []

    def tick(self) -> MissionStatus:
        self.now_ns += TICK_NS
        self.stack.add_odometry(self.robot.odometry(self.now_ns))
        if self.now_ns % 1_000_000_000 == 0:
            image = np.zeros((24, 32, 3), np.uint8)
            try:
                answer: object = self.stack.localize([CameraFrame("front", self.now_ns, image)])
            except NotLocalized as problem:
                answer = problem
            self._late.append((self.now_ns + 500_000_000, answer))
        while self._late and self._late[0][0] <= self.now_ns:
            answer = self._late.pop(0)[1]
            if isinstance(answer, NotLocalized):
                self.stack.report_failure(str(answer))
            else:
                self.stack.apply_fix(answer)
        status = self.stack.step(self.now_ns)
        self.robot.drive(status.sub_goal, 0.1)
        if not self.phases or self.phases[-1] is not status.phase:
            self.phases.append(status.phase)
        return status

    def run(self, goal: Goal, limit_s: float = 300.0) -> MissionStatus:
        self.stack.start(goal, self.now_ns)
        return self.go_on(limit_s)

    def go_on(self, limit_s: float) -> MissionStatus:
        for _ in range(int(limit_s * 10)):
            status = self.tick()
            if status.phase is MissionPhase.DONE:
                return status
        raise AssertionError(f"not done after {limit_s} s: {status}")

    def until(self, phase: MissionPhase, limit_s: float = 60.0) -> MissionStatus:
        for _ in range(int(limit_s * 10)):
            status = self.tick()
            if status.phase is phase:
                return status
        raise AssertionError(f"never {phase}: {self.phases}")


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
    space = runner.stack._world.planner.space
    # The toy robot cuts corners by its look-ahead; half a cell of grid error is allowed.
    assert space.clearance_at(np.array(runner.robot.visited)[:, :2]).min() > 0.22 - 0.05


def test_pose_goal_takes_its_heading() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(Goal(pose=np.array([8.5, 6.0, 2.0]))).result
    assert result.success
    assert np.linalg.norm(runner.robot.pose[:2] - (8.5, 6.0)) < 0.3
    assert abs(runner.robot.pose[2] - 2.0) < 0.45


def test_pose_goal_inside_furniture_is_unreachable() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    result = runner.run(Goal(pose=np.array([1.0, 7.2, 0.0]))).result
    assert result.error_code == CODES["GOAL_UNREACHABLE"]


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
