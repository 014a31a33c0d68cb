"""Faults begin when the robot drives, do what they say, and change nothing before."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from plain_scene import plain_room

from astra_core.camera import Camera
from astra_core.errors import ConfigError
from astra_core.observation import CameraFrame, ImuSample, Observation, WheelSample
from astra_core.records import Velocity
from astra_sim.faults import FAULTS, Fault, FaultySimulator, make_fault, named_faults
from astra_sim.profile import load_profile
from astra_sim.rig import default_rig
from astra_sim.robot import DriveBaseConfig
from astra_sim.simulator import Simulator

_START = (-2.2, -1.0, 0.0)
_DRIVE = Velocity(0.55, 0.0)


def _faulty(name: str, seed: int = 3) -> FaultySimulator:
    return FaultySimulator(
        make_fault(name), plain_room(), load_profile(), seed, camera_hz=0.0, start_pose=_START
    )


def _drive_until_it_begins(simulator: FaultySimulator) -> None:
    for _ in range(200):
        simulator.step(_DRIVE)
        if simulator.began_ns is not None:
            return
    raise AssertionError("it never began")


def _observation() -> Observation:
    frames = tuple(
        CameraFrame(name, 7, np.zeros((2, 2, 3), np.uint8)) for name in ("front", "left", "rear")
    )
    return Observation(
        9, (ImuSample(8, (0.0,) * 3, (0.0, 0.0, 9.8)),), (WheelSample(9, 0.5, 0.0),), frames
    )


def test_every_fault_says_what_happens_and_is_found_by_its_name() -> None:
    assert named_faults("all") == tuple(FAULTS)
    whats = [make_fault(name).what for name in FAULTS]
    assert len(set(whats)) == len(whats)
    assert named_faults("glass, glass,imu-silent") == ("glass", "imu-silent")
    with pytest.raises(ConfigError, match=r"'flood'.*--faults list"):
        named_faults("glass,flood")


@pytest.mark.parametrize("name", ["person-0.6", "imu-silent", "shove-0.25"])
def test_nothing_differs_before_it_begins(name: str) -> None:
    faulty = _faulty(name)
    healthy = Simulator(plain_room(), load_profile(), 3, camera_hz=0.0, start_pose=_START)
    while True:
        observation, other = faulty.step(_DRIVE), healthy.step(_DRIVE)
        if faulty.began_ns is not None:
            break
        assert observation.imu == other.imu
        assert observation.wheels == other.wheels
    assert faulty.driven_m > 0.8
    assert faulty.stamp_ns - faulty.began_ns == 20_000_000


def test_the_same_seed_has_the_same_fault() -> None:
    first, second, third = (_faulty("initial-pose-0.6", seed) for seed in (3, 3, 4))
    said = []
    for simulator in (first, second, third):
        _drive_until_it_begins(simulator)
        said.append(simulator.take_said())
    assert np.array_equal(said[0].pose, said[1].pose)
    assert not np.allclose(said[0].pose, said[2].pose, atol=0.01)


@pytest.mark.parametrize(("name", "before_m"), [("person-0.3", 0.3), ("box-0.6", 0.6)])
def test_what_appears_stands_that_far_before_the_hull(name: str, before_m: float) -> None:
    simulator = _faulty(name)
    _drive_until_it_begins(simulator)
    # One tick has passed since: 11 mm at 0.55 m/s.
    assert simulator.truth().clearance_m == pytest.approx(before_m - 0.011, abs=0.002)


def test_only_what_can_be_seen_in_time_must_not_be_hit() -> None:
    must_not = {name for name in FAULTS if make_fault(name).floor.contact_mps is not None}
    assert {"person-0.3", "person-0.6", "person-1.5", "box-1.5"} <= must_not
    assert not must_not & {"person-0.18", "person-0.24", "box-0.3", "box-0.6", "box-4cm", "glass"}


@pytest.mark.parametrize(
    ("before_m", "seen"), [(0.3, False), (0.6, False), (0.8, False), (1.0, True), (1.5, True)]
)
def test_the_rig_sees_over_a_low_box_that_is_near(before_m: float, seen: bool) -> None:
    # 1.1 m high and 0.15 m ahead of the middle, a camera sees 42 degrees down: its lowest ray is
    # 10 cm above the floor 1.26 m from the middle of the robot, which is 1.04 m before its hull.
    # A box of 10 cm ends there 0.1 m farther.
    radius_m, rig = DriveBaseConfig().radius_m, default_rig()
    step = np.linspace(0.0, 0.1, 5)
    x, y, z = (axis.ravel() for axis in np.meshgrid(step, step - 0.05, step))
    box = np.stack([radius_m + before_m + x, y, z], axis=-1)
    found = []
    for bearing in np.radians(np.arange(0.0, 360.0, 5.0)).tolist():
        c, s = math.cos(bearing), math.sin(bearing)
        placed = box @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
        found.append(any(_is_in_view(camera, placed) for camera in rig.cameras))
    # On the seams between two cameras they see less far down, nowhere farther.
    assert found[0] == seen and any(found) == seen


def _is_in_view(camera: Camera, points: NDArray[np.float64]) -> bool:
    """Return whether any of the points ``(N, 3)`` in ``base_link`` is in the image."""
    k, mount = camera.intrinsics, camera.t_base_optical
    optical = (points - mount[:3, 3]) @ mount[:3, :3]
    ahead = optical[optical[:, 2] > 0.0]
    u = k.fx_px * ahead[:, 0] / ahead[:, 2] + k.cx_px
    v = k.fy_px * ahead[:, 1] / ahead[:, 2] + k.cy_px
    inside = (u > -0.5) & (u < k.width_px - 0.5) & (v > -0.5) & (v < k.height_px - 0.5)
    return bool(inside.any())


@pytest.mark.parametrize("name", ["person-0.3", "box-4cm", "glass"])
def test_the_truth_says_how_hard_and_where_it_is_hit(name: str) -> None:
    simulator = _faulty(name)
    _drive_until_it_begins(simulator)
    contact_mps = 0.0
    for _ in range(100):
        simulator.step(_DRIVE)
        truth = simulator.truth()
        contact_mps = max(contact_mps, truth.contact_mps)
    assert contact_mps == pytest.approx(0.55, abs=0.03)
    assert truth.contact_mps < 0.05  # it presses, and no longer comes upon anything
    assert all(abs(bearing) < 0.6 for bearing in truth.contact_bearings_rad)
    assert truth.contact_bearings_rad
    # Backwards it comes free: contact ends, and its directions with it.
    for _ in range(50):
        simulator.step(Velocity(-0.3, 0.0))
    assert simulator.truth().contact_bearings_rad == ()


def test_a_fault_notices_what_is_sensed_before_it() -> None:
    class Noting(Fault):
        def __init__(self) -> None:
            self.noticed, self.sensed = [], []

        def notice(self, observation: Observation) -> None:
            self.noticed.append(observation.stamp_ns)

        def sense(self, observation: Observation) -> Observation:
            self.sensed.append(observation.stamp_ns)
            return observation

    fault = Noting()
    simulator = FaultySimulator(
        fault, plain_room(), load_profile(), 3, camera_hz=0.0, start_pose=_START
    )
    _drive_until_it_begins(simulator)
    simulator.step(_DRIVE)
    assert fault.noticed[-1] == simulator.began_ns
    assert fault.sensed == [simulator.stamp_ns - 20_000_000, simulator.stamp_ns]


def test_wheels_that_slip_say_what_they_were_told_while_the_robot_is_held() -> None:
    simulator = _faulty("glass-slip")
    _drive_until_it_begins(simulator)
    for _ in range(100):
        observation = simulator.step(_DRIVE)
    assert simulator.robot_velocity[0] == pytest.approx(0.0, abs=0.02)
    assert observation.wheels[0].linear_velocity_mps == _DRIVE.linear_mps
    for _ in range(50):  # away from it they grip again, with errors of their own
        observation = simulator.step(Velocity(-0.3, 0.0))
    assert observation.wheels[0].linear_velocity_mps == pytest.approx(-0.3, abs=0.02)
    assert observation.wheels[0].linear_velocity_mps != -0.3


def test_a_robot_that_is_held_while_it_turns_does_not_turn() -> None:
    simulator, turn = _faulty("turn-held"), Velocity(0.0, 0.8)
    for _ in range(100):
        simulator.step(_DRIVE)
    assert simulator.began_ns is None
    for _ in range(100):
        observation = simulator.step(turn)
    assert simulator.began_ns is not None
    before = simulator.robot_pose[2]
    for _ in range(100):
        observation = simulator.step(turn)
    assert simulator.robot_pose[2] == pytest.approx(before, abs=0.01)
    assert observation.imu[-1].angular_velocity_rad_s[2] == pytest.approx(0.0, abs=0.05)


def test_a_shove_moves_the_robot_and_the_wheels_feel_nothing() -> None:
    simulator = _faulty("shove-0.6")
    before = simulator.robot_pose
    while simulator.began_ns is None:
        before = simulator.robot_pose
        observation = simulator.step(_DRIVE)
    moved_m = math.dist(simulator.robot_pose[:2], before[:2])
    assert moved_m == pytest.approx(0.6, abs=0.02)
    assert abs(observation.wheels[0].linear_velocity_mps) < 0.3


def test_a_wrong_initial_pose_is_off_by_its_distance_and_is_said_once() -> None:
    simulator = _faulty("initial-pose-0.25")
    while simulator.began_ns is None:
        before = simulator.robot_pose
        simulator.step(_DRIVE)
    said = simulator.take_said()
    assert math.dist(said.pose[:2], before[:2]) == pytest.approx(0.25)
    assert said.pose[2] == pytest.approx(before[2])
    assert simulator.take_said() is None


def test_who_gives_a_wrong_pose_may_turn_it_and_say_how_sure_it_is() -> None:
    simulator = _faulty("initial-pose-turn")
    while simulator.began_ns is None:
        before = simulator.robot_pose
        simulator.step(_DRIVE)
    said = simulator.take_said()
    assert math.remainder(said.pose[2] - before[2], math.tau) == pytest.approx(math.radians(20.0))
    assert math.dist(said.pose[:2], before[:2]) == pytest.approx(0.3)
    np.testing.assert_allclose(np.sqrt(np.diag(said.covariance)), [0.5, 0.5, math.radians(15.0)])
    program = _faulty("initial-pose-zero")
    _drive_until_it_begins(program)
    assert not program.take_said().covariance.any()


def test_a_shove_may_turn_the_robot() -> None:
    simulator = _faulty("shove-turn")
    while simulator.began_ns is None:
        before = simulator.robot_pose
        simulator.step(_DRIVE)
    turned = math.remainder(simulator.robot_pose[2] - before[2], math.tau)
    assert turned == pytest.approx(math.radians(20.0), abs=0.02)


@pytest.mark.parametrize(
    ("name", "imu", "wheels", "cameras"),
    [
        ("imu-silent", 0, 1, ["front", "left", "rear"]),
        ("wheels-silent", 1, 0, ["front", "left", "rear"]),
        ("camera-left-off", 1, 1, ["front", "rear"]),
        ("cameras-off", 1, 1, []),
    ],
)
def test_a_silent_sensor_says_nothing_and_the_others_go_on(
    name: str, imu: int, wheels: int, cameras: list[str]
) -> None:
    sensed = make_fault(name).sense(_observation())
    assert (len(sensed.imu), len(sensed.wheels)) == (imu, wheels)
    assert [frame.camera for frame in sensed.frames] == cameras


def test_frozen_images_have_new_stamps_and_old_pixels() -> None:
    fault, observation = make_fault("images-frozen"), _observation()
    fault.notice(observation)
    frames = tuple(
        replace(frame, stamp_ns=107, image=frame.image + 9) for frame in observation.frames
    )
    sensed = fault.sense(replace(observation, frames=frames))
    assert [frame.stamp_ns for frame in sensed.frames] == [107] * 3
    assert all((frame.image == 0).all() for frame in sensed.frames)
