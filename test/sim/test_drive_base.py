"""The simulated base is the robot of the robot file, or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from astra_core.errors import ConfigError
from astra_core.robot import RobotConfig
from astra_sim.profile import load_profile
from astra_sim.robot import DriveBaseConfig, drive_base

PROFILE = load_profile()


def test_the_robot_that_astra_comes_with_has_the_usual_motors() -> None:
    assert drive_base(RobotConfig(), PROFILE) == DriveBaseConfig()
    usual = DriveBaseConfig()
    assert (usual.radius_m, usual.height_m, usual.max_forward_mps) == (0.22, 1.2, 0.8)
    assert (usual.max_backward_mps, usual.max_turn_rad_s, usual.max_linear_m_s2) == (0.3, 2.0, 1.0)
    assert (usual.max_braking_m_s2, usual.max_angular_rad_s2, usual.grip_m_s2) == (2.0, 4.0, 3.0)


def test_another_robot_has_its_size_and_motors_that_can_do_what_is_asked() -> None:
    robot = RobotConfig(footprint_radius_m=0.3, height_m=0.7, max_linear_mps=1.1)
    base = drive_base(robot, PROFILE)
    assert (base.radius_m, base.height_m, base.max_forward_mps) == (0.3, 0.7, 1.1)
    assert base.max_backward_mps == 0.3  # more than asked


def test_wheels_of_another_robot_are_refused() -> None:
    robot = replace(RobotConfig(), wheel_track_m=0.25)
    with pytest.raises(
        ConfigError, match=r"wheels\.track_m 0\.23, but the robot wheel_track_m 0\.25"
    ):
        drive_base(robot, PROFILE)


def test_a_robot_that_fits_into_no_scene_is_refused_by_name() -> None:
    with pytest.raises(
        ConfigError, match=r"simulated robot\.height_m: must be at most 2\.0, got 2\.4"
    ):
        drive_base(replace(RobotConfig(), height_m=2.4), PROFILE)
