"""Whole missions in a simulated home, without ROS."""

import json
from pathlib import Path

import numpy as np
import pytest

from astra_eval.mission_case import MissionCase, MissionDrive, drive_case, score_drive
from astra_eval.pictures import draw_drive
from astra_eval.scoring import MissionScore
from astra_global.types import Evidence
from astra_sim.conditions import STANDARD

SEED = 7
GOAL = "I am thirsty"


def _case(home_map: Path, **changes: object) -> MissionCase:
    values = {"conditions": STANDARD, "instruction": GOAL, **changes}
    return MissionCase("home", SEED, home_map, **values)


@pytest.fixture(scope="module")
def drive(home_map: Path) -> MissionDrive:
    return drive_case(_case(home_map))


@pytest.fixture(scope="module")
def score(home_map: Path, drive: MissionDrive) -> MissionScore:
    return score_drive(_case(home_map), drive)


def test_the_robot_arrives_where_it_was_told_to_go(score: MissionScore) -> None:
    assert score.causes == ()
    assert score.goal_landmark_right
    assert score.collisions == 0
    assert 0.0 < score.spl <= 1.0
    assert score.localization["median_error_m"] < 0.25


def test_the_score_is_plain_data(score: MissionScore) -> None:
    data = json.loads(json.dumps(score.to_json(), allow_nan=False))
    assert data["goal_text"] == GOAL


def test_the_picture_of_the_drive_shows_both_paths(
    home_map: Path, drive: MissionDrive, score: MissionScore, tmp_path: Path
) -> None:
    from PIL import Image

    path = tmp_path / "drive.png"
    draw_drive(_case(home_map).scene, drive.record, score, path)
    pixels = np.asarray(Image.open(path)).reshape(-1, 3)
    for color in ((20, 90, 200), (240, 120, 0)):
        assert (pixels == color).all(axis=1).sum() > 100


def _assert_sealed_alike(sealed: MissionDrive, drive: MissionDrive) -> None:
    """What the robot was told, tick by tick, and what it believed are the same to the last byte."""
    assert np.isnan(sealed.record.truth).all()
    assert np.isfinite(drive.record.truth).all()
    assert sealed.commands.tobytes() == drive.commands.tobytes()
    assert sealed.record.odometry.tobytes() == drive.record.odometry.tobytes()
    assert sealed.record.global_pose.tobytes() == drive.record.global_pose.tobytes()


def test_truth_never_reaches_the_stack(home_map: Path, drive: MissionDrive) -> None:
    # The same mission with every truth replaced by NaN after sensing.
    _assert_sealed_alike(drive_case(_case(home_map, sealed=True)), drive)


@pytest.mark.slow
def test_truth_never_reaches_the_stack_where_places_look_alike() -> None:
    """Rivals are judged and signs are read on the way: the parts that homes do not need."""
    from astra_cli.scene_map import ensure_scene_map

    folder = ensure_scene_map("warehouse", 50122, lambda share, text: None)
    open_case, sealed_case = (
        MissionCase("warehouse", 50122, folder, 0, STANDARD, "named", sealed=sealed)
        for sealed in (False, True)
    )
    drive = drive_case(open_case)
    fixes = [event.data for event in drive.log if event.kind == "fix"]
    assert any(fix["alternatives"] for fix in fixes)
    assert any(
        decision.by is Evidence.SIGNS and decision.observations
        for fix in fixes
        for decision in fix["decided"]
    )
    _assert_sealed_alike(drive_case(sealed_case), drive)


def test_an_impossible_request_is_refused_without_driving_anywhere(home_map: Path) -> None:
    case = _case(home_map, instruction="take me to the rocket launch pad")
    refused = score_drive(case, drive_case(case))
    assert refused.error_code == 102
    assert not refused.success
    assert refused.path_length_m < 0.5
