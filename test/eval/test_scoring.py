"""Judging a mission: a hand-made flat with two rooms, and drives whose verdict is plain to see."""

import math
from dataclasses import replace

import numpy as np
import pytest

from astra_eval.drive_record import DriveRecord
from astra_eval.metrics.odometry import relative_translation_error_percent
from astra_eval.scoring import GoalRegion, score_mission
from astra_global.types import MissionResult
from astra_sim.scenes.types import Part, Room, Scene, SceneLandmark, SceneObject

TICK_NS = 20_000_000


def _box(name: str, kind: str, x: float, y: float, size: tuple[float, float, float]) -> SceneObject:
    part = Part("box", size, (0.0, 0.0, size[2] / 2), "grey")
    return SceneObject(name, kind, (x, y, 0.0), (part,))


def _flat() -> Scene:
    """Two rooms of 4 x 4 m beside each other, a door of 1 m at y = 3.3, a fridge in the right one.

    The fridge stands against the wall between the rooms, so that the left room is close to it as
    the crow flies and far on foot.
    """
    walls = (
        _box("south", "wall", 4.0, -0.05, (8.2, 0.1, 2.6)),
        _box("north", "wall", 4.0, 4.05, (8.2, 0.1, 2.6)),
        _box("west", "wall", -0.05, 2.0, (0.1, 4.2, 2.6)),
        _box("east", "wall", 8.05, 2.0, (0.1, 4.2, 2.6)),
        _box("middle", "wall", 4.0, 1.4, (0.1, 2.8, 2.6)),
        _box("lintel-side", "wall", 4.0, 3.9, (0.1, 0.2, 2.6)),
    )
    fridge = _box("fridge", "fridge", 4.4, 0.4, (0.6, 0.6, 1.8))
    landmark = SceneLandmark(
        "fridge-1", "fridge", "fridge", "white", "steel", "", "cold drinks", (4.4, 0.4, 0.9),
        (0.6, 0.6, 1.8),
    )  # fmt: skip
    rooms = (Room("left", "hall", (0, 0, 4, 4)), Room("right", "kitchen", (4, 0, 8, 4)))
    return Scene(
        "home",
        1,
        (0.0, 0.0, 8.0, 4.0),
        rooms,
        (*walls, fridge),
        (landmark,),
        np.array([[4.0, 3.3]]),
        {"grey": np.full((4, 4, 3), 128, np.uint8)},
    )


def _drive(points: list[tuple[float, float]], seconds: float, collisions: int = 0) -> DriveRecord:
    ticks = round(seconds / 0.02)
    legs = np.linspace(0.0, len(points) - 1.0, ticks + 1)
    xy = np.column_stack(
        [np.interp(legs, range(len(points)), [p[axis] for p in points]) for axis in (0, 1)]
    )
    poses = np.column_stack([xy, np.zeros(ticks + 1)])
    stamps = np.arange(ticks + 1, dtype=np.int64) * TICK_NS
    touched = ("fridge",) if collisions else ()
    return DriveRecord(stamps, poses, poses.copy(), poses.copy(), collisions, touched)


def _result(**changes: object) -> MissionResult:
    # The time the stack claims is never believed: the record's clock is.
    values = {"error_code": 0, "landmark_id": "fridge-1", "time_s": 0.1, "first_fix_time_s": 0.5}
    return MissionResult(**{**values, **changes})


WAY = [(1.0, 1.0), (3.0, 3.3), (5.0, 3.3), (5.2, 0.9)]


def test_reach_ends_at_the_wall() -> None:
    scene = _flat()
    region = GoalRegion(scene, scene.landmarks)
    # In front of the fridge one can reach it; behind the wall, 0.6 m from it, one cannot.
    assert region.distance_from(np.array([5.2, 0.6])) == 0.0
    behind = region.distance_from(np.array([3.6, 0.4]))
    assert behind > 4.0
    # Straight down from the door's far side: reach begins 0.6 + 0.22 m from the fridge's edge.
    above = region.distance_from(np.array([4.6, 2.5]))
    assert above == pytest.approx(2.5 - (0.7 + 0.82), abs=0.1)


def test_a_good_drive_succeeds_and_spl_is_the_ratio_of_lengths() -> None:
    score = score_mission(_flat(), _drive(WAY, 20.0), _result(), "I am thirsty", ("fridge-1",))
    assert score.causes == ()
    assert score.success
    assert score.distance_to_goal_m == 0.0
    assert score.spl == pytest.approx(score.shortest_path_m / score.path_length_m)
    assert score.localization["median_error_m"] == 0.0
    assert score.odometry["rte_percent"] == pytest.approx(0.0, abs=1e-9)
    assert score.time_limit_s == pytest.approx(2 * score.shortest_path_m / 0.6 + 30)


FRIDGE = ("fridge-1",)


@pytest.mark.parametrize(
    ("drive", "result", "cause", "failure"),
    [
        (_drive(WAY[:3], 20.0), _result(), "stopped", "stopped short"),
        (_drive([(1, 1), (3.6, 0.4)], 20.0), _result(), "stopped", "stopped short"),
        (_drive(WAY, 20.0, collisions=1), _result(), "touched fridge", "collision"),
        (_drive(WAY, 90.0), _result(), "took 90 s", "too slow"),
        (_drive(WAY, 20.0), _result(error_code=201, error_msg="stuck"), "201", "stuck"),
        (_drive(WAY, 20.0), _result(error_code=101), "101", "not localized"),
        (_drive(WAY, 20.0), _result(error_code=103), "103", "goal refused"),
        (_drive(WAY, 20.0), _result(landmark_id="sofa-1"), "wrong landmark", "wrong goal"),
        (_drive(WAY, 20.0), None, "no result", "too slow"),
    ],
)
def test_each_way_to_fail_is_named(
    drive: DriveRecord, result: MissionResult | None, cause: str, failure: str
) -> None:
    score = score_mission(_flat(), drive, result, "I am thirsty", FRIDGE)
    assert not score.success
    assert score.spl == 0.0
    assert any(cause in text for text in score.causes), score.causes
    assert score.failure == failure


def test_a_stop_at_the_wrong_place_by_a_wrong_belief_is_told_from_a_stop_short() -> None:
    drive = _drive(WAY[:3], 20.0)
    drive.global_pose[-1, 0] += 2.0
    score = score_mission(_flat(), drive, _result(), "I am thirsty", FRIDGE)
    assert score.failure == "wrong place"


def test_an_impossible_request_says_what_the_scene_lacks() -> None:
    refused = _result(error_code=102, error_msg="nothing fits", landmark_id="")
    score = score_mission(_flat(), _drive([(1, 1), (1, 1)], 1.0), refused, "a bath", ())
    assert score.causes == ("error 102: nothing fits", "this scene has no such place")
    assert score.to_json()["distance_to_goal_m"] is None


def test_an_instruction_that_nobody_judged_believes_the_chosen_landmark() -> None:
    score = score_mission(_flat(), _drive(WAY, 20.0), _result(), "something cold", None)
    assert score.success
    assert score.goal_landmark_right is None


def test_lost_on_the_way_is_counted_and_json_has_no_nan() -> None:
    drive = _drive(WAY, 20.0)
    drive.global_pose[100:150] = math.nan
    drive.global_pose[:10] = math.nan
    score = score_mission(_flat(), drive, _result(), "I am thirsty", ("fridge-1",))
    assert score.localization["lost_count"] == 1
    still = _drive([(5.2, 0.9), (5.2, 0.9)], 1.0)
    data = score_mission(_flat(), still, _result(), "I am thirsty", ("fridge-1",)).to_json()
    assert data["odometry"]["rte_percent"] is None


def test_one_metre_from_where_it_is_reachable_is_there_and_more_is_not() -> None:
    # Straight above the fridge reach ends at y = 1.52 (0.7 m its edge, 0.6 m the arm, 0.22 m the
    # footprint).
    for y, there in ((2.4, True), (2.7, False)):
        drive = _drive([(1.0, 1.0), (3.0, 3.3), (5.0, 3.3), (4.6, y)], 20.0)
        score = score_mission(_flat(), drive, _result(), "I am thirsty", FRIDGE)
        assert score.success == there
        assert score.distance_to_goal_m == pytest.approx(y - 1.52, abs=0.08)


def test_the_place_that_it_chose_is_judged_and_not_another_right_one() -> None:
    scene = _flat()
    second = replace(scene.landmarks[0], id="fridge-2", position_m=(0.5, 3.5, 0.9))
    scene = replace(scene, landmarks=(*scene.landmarks, second))
    both = ("fridge-1", "fridge-2")
    score = score_mission(scene, _drive(WAY, 20.0), _result(), "thirsty", both)
    assert score.success and score.goal_landmark_right
    # It says the other one and stands here.
    wrong = score_mission(
        scene, _drive(WAY, 20.0), _result(landmark_id="fridge-2"), "thirsty", both
    )
    assert wrong.failure == "stopped short"
    # Who chose none that is right is judged by the nearest right one.
    none = score_mission(scene, _drive(WAY[:2], 20.0), _result(landmark_id="sofa"), "thirsty", both)
    assert none.shortest_path_m < 1.5 and none.failure == "wrong goal"


def test_the_best_way_is_no_better_than_one() -> None:
    # The way on the grid is a little longer than a straight one at an odd angle.
    drive = _drive([(7.6, 3.6), (5.3, 1.2)], 20.0)
    score = score_mission(_flat(), drive, _result(), "I am thirsty", FRIDGE)
    assert score.success
    assert score.spl == 1.0 or score.shortest_path_m < score.path_length_m


def test_a_position_in_an_obstacle_counts_from_the_free_floor_beside_it() -> None:
    region = GoalRegion(_flat(), _flat().landmarks)
    # 5 cm from the wall, where the footprint cannot be: the floor 0.2 m farther in is meant, and
    # not what is nearest to the goal within 0.3 m.
    near_wall, free = np.array([6.03, 0.05]), np.array([6.03, 0.28])
    assert region.distance_from(free) > 0.4
    assert region.distance_from(near_wall) == pytest.approx(region.distance_from(free), abs=0.06)
    # Where nothing is free within 0.3 m there is no way.
    assert math.isinf(region.distance_from(np.array([-3.0, 0.5])))
    assert math.isinf(region.distance_from(np.array([9.0, 99.0])))
    assert not region.mask[region._cell(np.array([4.4, 0.4]))]


@pytest.mark.parametrize(("x", "side"), [(3.94, "left"), (4.06, "right")])
def test_a_picture_on_a_wall_is_reached_from_its_own_side(x: float, side: str) -> None:
    picture = SceneLandmark(
        "picture-1", "picture", "picture", "red", "paper", "", "", (x, 1.5, 1.5), (0.01, 0.5, 0.4)
    )
    region = GoalRegion(_flat(), (picture,))
    left, right = (region.distance_from(np.array(at)) for at in ([3.3, 1.5], [4.7, 1.5]))
    near, far = (left, right) if side == "left" else (right, left)
    assert near == 0.0
    assert far > 2.0


def test_odometry_and_belief_are_judged_each_against_the_truth() -> None:
    drive = _drive(WAY, 20.0)
    drive.odometry[:, :2] *= 1.1
    drive.global_pose[:, 0] += 0.3
    drive.global_pose[:, 2] -= 0.1
    score = score_mission(_flat(), drive, _result(), "I am thirsty", FRIDGE)
    # Off by 10 % of each chord, over 5 m of the true way (of which the chord is a part).
    rte = relative_translation_error_percent(drive.odometry, drive.truth)
    assert score.odometry["rte_percent"] == rte
    assert 5.0 < rte < 10.0
    assert abs(relative_translation_error_percent(drive.truth, drive.odometry) - rte) > 0.1
    assert score.localization["median_error_m"] == pytest.approx(0.3)
    assert score.localization["median_error_deg"] == pytest.approx(math.degrees(0.1))
    assert score.localization["within_1m_percent"] == 100.0


def test_the_time_runs_from_the_goal_to_the_report_of_the_end() -> None:
    drive = replace(_drive(WAY, 60.0), goal_ns=10 * 10**9, end_ns=45 * 10**9)
    score = score_mission(_flat(), drive, _result(), "I am thirsty", FRIDGE)
    assert score.sim_time_s == 35.0
    assert score.success
    assert replace(drive, goal_ns=None, end_ns=None).mission_time_s == 60.0


def test_whoever_touches_something_collided_whatever_else_there_was() -> None:
    never = score_mission(_flat(), _drive(WAY, 20.0, collisions=1), None, "thirsty", FRIDGE)
    assert (never.failure, never.error_code) == ("collision", 108)
    # A robot that never knew where it was stopped short; nothing says by a wrong belief.
    lost = _drive(WAY[:3], 20.0)
    lost.global_pose[:] = math.nan
    assert score_mission(_flat(), lost, _result(), "thirsty", FRIDGE).failure == "stopped short"
