"""Weights of another robot, another sensor profile, another rig."""

import math
from dataclasses import replace

import numpy as np
import pytest
from weights_made import CARD, rig

from astra_core import se3
from astra_core.camera import CameraIntrinsics, CameraRig
from astra_core.errors import WeightsError
from astra_core.robot import RobotConfig
from astra_core.weights import check_profile, check_rig, check_robot, robot_on_card

TRAINED = replace(CARD, rig=rig())
LENS = rig()["front"].intrinsics


def turned(angle_rad):
    """The front camera, yawed to the left about its own place."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    pose = rig()["front"].t_base_optical.copy()
    pose[:3, :3] = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]) @ pose[:3, :3]
    return pose


def moved(offset_m):
    pose = rig()["front"].t_base_optical.copy()
    pose[:3, 3] += offset_m
    return pose


def test_the_robot_of_the_card_is_taken_and_another_refused():
    check_robot(CARD, RobotConfig())
    check_robot(replace(CARD, robot={}), RobotConfig(footprint_radius_m=0.4))
    with pytest.raises(WeightsError, match=r"footprint_radius_m 0.22, this one has 0.3"):
        check_robot(CARD, RobotConfig(footprint_radius_m=0.3))
    with pytest.raises(WeightsError, match=r"max_linear_mps 0.6, this one has 0.61"):
        check_robot(CARD, RobotConfig(max_linear_mps=0.61))
    with pytest.raises(WeightsError, match="'max_speed' of their robot, which no robot has"):
        check_robot(replace(CARD, robot={"max_speed": 1.0}), RobotConfig())


def test_a_card_made_from_a_robot_is_of_that_robot():
    robot = RobotConfig(max_reverse_mps=0.0, max_angular_rad_s=1.1)
    card = replace(CARD, robot=robot_on_card(robot))
    assert card.robot["max_angular_rad_s"] == 1.1 and "footprint_radius_m" in card.robot
    assert "height_m" not in card.robot  # a card may name it, where it matters
    check_robot(card, robot)
    with pytest.raises(WeightsError, match=r"max_reverse_mps 0, this one has 0.15"):
        check_robot(card, replace(robot, max_reverse_mps=0.15))


def test_another_sensor_profile():
    check_profile(CARD, "04772684e84c")
    check_profile(replace(CARD, profile=""), "000000000000")
    with pytest.raises(WeightsError, match=r"04772684e84c, in use is 0{12}: .*\./astra data"):
        check_profile(CARD, "000000000000")


def test_a_card_without_a_rig_takes_any():
    check_rig(CARD, rig())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"t_base_optical": turned(math.radians(1.9))},
        {"t_base_optical": moved([0.02, 0.0, -0.02])},
        {"intrinsics": CameraIntrinsics(640, 480, 400.0, 400.0, 319.5, 239.5)},
        {
            "intrinsics": CameraIntrinsics(
                320, 240, 204.0, 196.0, 162.0, 118.0, (0.04, 0.0, 0.0, 0.0)
            )
        },
    ],
)
def test_the_same_rig_calibrated_again_or_of_more_pixels_is_taken(changes):
    check_rig(TRAINED, rig(**changes))
    swapped = CameraRig(tuple(reversed(rig(**changes).cameras)))
    check_rig(TRAINED, swapped)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"t_base_optical": turned(math.radians(10.0))},
            "camera 'front' is turned by 10.0 degrees",
        ),
        ({"t_base_optical": turned(math.radians(-2.1))}, "camera 'front' is turned by 2.1 degrees"),
        ({"t_base_optical": turned(math.pi)}, "camera 'front' is turned by 180.0 degrees"),
        ({"t_base_optical": moved([0.0, 0.3, 0.0])}, "camera 'front' sits 0.30 m away"),
        ({"t_base_optical": np.full((4, 4), np.nan)}, "camera 'front' sits nan m away"),
        ({"intrinsics": CameraIntrinsics(320, 240, 220.0, 200.0, 159.5, 119.5)}, "another field"),
        ({"intrinsics": CameraIntrinsics(640, 480, 200.0, 200.0, 319.5, 239.5)}, "another field"),
        ({"intrinsics": CameraIntrinsics(320, 240, 200.0, 200.0, 139.5, 119.5)}, "another field"),
        (
            {"intrinsics": replace(LENS, distortion=(-0.3, 0.1, 0.0, 0.0))},
            "camera 'front' has another distortion",
        ),
        (
            {"intrinsics": replace(LENS, distortion=(*(0.0,) * 7, 0.1))},
            "camera 'front' has another distortion",
        ),
    ],
)
def test_what_differs_in_a_rig_is_said(changes, words):
    with pytest.raises(WeightsError, match=words) as caught:
        check_rig(TRAINED, rig(**changes))
    assert "'rear'" not in str(caught.value)


def test_cameras_that_are_missing_or_new():
    front, rear = rig().cameras
    with pytest.raises(WeightsError, match="camera 'rear' is missing"):
        check_rig(TRAINED, CameraRig((front,)))
    with pytest.raises(WeightsError, match="camera 'left' is new to them"):
        check_rig(TRAINED, CameraRig((front, rear, replace(rear, name="left"))))


def test_turning_is_measured_about_any_axis():
    for axis in ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.6, 0.0, 0.8]):
        half = math.radians(30.0) / 2.0
        quaternion = [*(math.sin(half) * np.array(axis)), math.cos(half)]
        pose = rig()["front"].t_base_optical.copy()
        pose[:3, :3] = pose[:3, :3] @ se3.from_position_quaternion([0, 0, 0], quaternion)[:3, :3]
        with pytest.raises(WeightsError, match=r"is turned by 30.0 degrees"):
            check_rig(TRAINED, rig(t_base_optical=pose))
