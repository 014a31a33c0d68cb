"""Active localization: looking around, driving on, losing the place on the way."""

from __future__ import annotations

import math

import numpy as np
import pytest
from toy_runner import CODES, Runner
from toy_world import make_map

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_core.errors import NotLocalized
from astra_global.fusion.place_belief import BelievedPlace
from astra_global.mission.directions import open_direction, sees_all_round
from astra_global.route import FreeSpace
from astra_global.types import Goal, Landmark, MissionPhase

_BODY_FROM_OPTICAL = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def rig(fov_deg: float, *yaws_deg: float) -> CameraRig:
    intrinsics = CameraIntrinsics.from_horizontal_fov(320, 240, math.radians(fov_deg))
    cameras = []
    for yaw_deg in yaws_deg:
        t_base_optical = se3.from_xyz_rpy((0.0, 0.0, 1.0), (0.0, 0.0, math.radians(yaw_deg)))
        t_base_optical[:3, :3] = t_base_optical[:3, :3] @ _BODY_FROM_OPTICAL
        cameras.append(Camera(f"c{yaw_deg}", intrinsics, t_base_optical))
    return CameraRig(tuple(cameras))


def believed(pose: np.ndarray, probability: float) -> BelievedPlace:
    return BelievedPlace(pose, np.eye(3) * 0.01, probability)


@pytest.mark.parametrize(
    ("cameras", "expected"),
    [
        (rig(100.0, 0.0, 90.0, 180.0, -90.0), True),
        (rig(85.0, 0.0, 90.0, 180.0, -90.0), False),
        (rig(100.0, 0.0), False),
        (rig(125.0, 0.0, 120.0, -120.0), True),
    ],
)
def test_cameras_all_round_are_recognised(cameras: CameraRig, expected: bool) -> None:
    assert sees_all_round(cameras) is expected


def test_open_direction_leads_out_of_a_corner() -> None:
    space = FreeSpace.from_map(make_map())
    # Facing the left wall in the lower left corner: room is behind and up.
    corner = [believed(np.array([0.6, 1.0, math.pi]), 1.0)]
    direction = open_direction(corner, space, (), 2.0, 0.22)
    heading = math.pi + direction
    assert math.cos(heading) > 0.2 and math.sin(heading) > -0.2
    assert open_direction([], space, (), 2.0, 0.22) == 0.0


def test_open_direction_weighs_the_places() -> None:
    space = FreeSpace.from_map(make_map())
    # At the left wall facing it, or at the right wall with the room ahead.
    places = [np.array([0.5, 5.0, math.pi]), np.array([9.5, 5.0, math.pi])]
    likely_left = [believed(places[0], 0.9), believed(places[1], 0.1)]
    likely_right = [believed(places[0], 0.1), believed(places[1], 0.9)]
    assert abs(open_direction(likely_left, space, (), 2.0, 0.22)) > 1.5
    assert abs(open_direction(likely_right, space, (), 2.0, 0.22)) < 1.0


def test_a_sign_is_worth_going_to() -> None:
    space = FreeSpace.from_map(make_map())
    here = [believed(np.array([2.5, 4.5, 0.0]), 1.0)]
    for bearing_rad in (math.pi, 0.0):
        x = 2.5 + 1.9 * math.cos(bearing_rad)
        sign = Landmark("s", "sign", "", "", "AISLE B", "", (x, 4.5, 2.0), (0.0, 0.0, 0.0))
        direction = open_direction(here, space, [sign], 1.5, 0.22)
        assert math.cos(direction - bearing_rad) > 0.8


def test_moving_helps_where_turning_does_not() -> None:
    runner = Runner((2.0, 4.0, 0.0))
    start, answer = runner.robot.pose[:2].copy(), runner.localizer.localize

    def only_elsewhere(frames, **hints):
        if np.linalg.norm(runner.robot.pose[:2] - start) < 1.0:
            raise NotLocalized("looks like everywhere")
        return answer(frames, **hints)

    runner.localizer.localize = only_elsewhere
    result = runner.run(Goal(landmark_id="fridge_1")).result
    assert result.success
    assert runner.said("behaviour")[:3] == ["wait for a fix", "look around", "drive on"]
    assert result.first_fix_time_s > 10.0


def test_what_stands_ahead_makes_it_drive_elsewhere() -> None:
    runner = Runner((2.0, 4.0, 0.0))
    runner.localizer.is_blind = True
    runner.robot.obstacles.append((2.6, 4.0, 0.25))
    runner.stack.start(Goal(landmark_id="fridge_1"), 0)
    while "drive on" not in runner.said("behaviour"):
        runner.tick()
    for _ in range(200):
        runner.tick()
    driven = np.array(runner.robot.visited)[:, :2] - (2.0, 4.0)
    assert np.linalg.norm(driven, axis=1).max() > 1.5
    assert driven[:, 0].max() < 0.3


def test_place_forgotten_on_the_way_is_found_again() -> None:
    runner = Runner((1.0, 1.0, 0.0))
    runner.stack.start(Goal(landmark_id="tv_1"), 0)
    runner.until(MissionPhase.DRIVING)
    for _ in range(30):
        runner.tick()
    runner.stack.forget_pose()
    assert runner.until(MissionPhase.LOCALIZING).result is None
    result = runner.go_on(200.0).result
    assert result.success
    assert runner.said("behaviour").count("plan the route") == 2
    assert result.recoveries == 0


def test_blind_robot_gives_up_where_it_was_told_to() -> None:
    runner = Runner((2.0, 4.0, 0.0))
    runner.localizer.is_blind = True
    result = runner.run(Goal(text="I am thirsty"), limit_s=600.0).result
    assert result.error_code == CODES["NOT_LOCALIZED"]
    assert runner.said("behaviour").count("drive on") == 6
    assert 6 * 2.5 < result.path_length_m < 6 * 3.2
