"""Errors that stay: which wheel, which camera, which robot, and for how long."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from astra_core import se3
from astra_core.camera import Camera, CameraIntrinsics, CameraRig
from astra_sim.profile import load_profile
from astra_sim.sensors.depth import DepthCamera
from astra_sim.sensors.imu import Imu
from astra_sim.sensors.noise_bank import NoiseBank
from astra_sim.sensors.rig_cameras import RigCameras
from astra_sim.sensors.wheels import WheelEncoders

PROFILE = load_profile()
QUIET = PROFILE.quiet()
DT_S = 0.02


def generator(seed=0):
    return np.random.default_rng(seed)


def driven(encoders, steps, step_m):
    """Return metres and radians that encoders report of a straight drive."""
    samples = [encoders.sample(0, step_m, 0.0, DT_S) for _ in range(steps)]
    return (
        sum(sample.linear_velocity_mps for sample in samples) * DT_S,
        sum(sample.angular_velocity_rad_s for sample in samples) * DT_S,
    )


def test_a_larger_right_wheel_pretends_a_turn_to_the_left():
    unequal = dataclasses.replace(QUIET.wheels, mismatch_std=0.02)
    mismatch = 0.02 * generator(5).standard_normal(3)[1]
    metres, radians = driven(WheelEncoders(unequal, generator(5)), 100, 0.01)
    assert metres == pytest.approx(1.0, abs=0.001)
    # The right wheel counts mismatch metres more than the left one in each metre.
    assert radians == pytest.approx(mismatch / unequal.track_m, abs=0.001)
    assert abs(mismatch) > 0.005


def test_a_wrong_radius_shows_in_the_distance_only():
    wrong = dataclasses.replace(QUIET.wheels, common_scale_std=0.05)
    error = 0.05 * generator(1).standard_normal(3)[0]
    metres, radians = driven(WheelEncoders(wrong, generator(1)), 100, 0.01)
    assert metres == pytest.approx(1.0 + error, abs=0.001)
    assert radians == pytest.approx(0.0, abs=0.001)
    assert abs(error) > 0.01


@pytest.mark.parametrize("step_m", [0.005, -0.02])
def test_slip_wanders_with_the_way_and_keeps_its_size(step_m):
    slippery = dataclasses.replace(QUIET.wheels, slip_std=0.05, counts_per_turn=1e7)
    lag = round(slippery.slip_length_m / abs(step_m))
    ratios = []
    for seed in range(200):
        encoders = WheelEncoders(slippery, generator(seed))
        samples = [encoders.sample(0, step_m, 0.0, DT_S) for _ in range(3 * lag + 1)]
        forward = np.array([sample.linear_velocity_mps for sample in samples[::lag]])
        aside = np.array([sample.angular_velocity_rad_s for sample in samples[::lag]])
        half_track = 0.5 * slippery.track_m
        left, right = forward - half_track * aside, forward + half_track * aside
        ratios += [side * DT_S / step_m - 1.0 for side in (left, right)]
    slip = np.array(ratios)  # at 0, 1, 2 and 3 slip lengths, of 400 wheels
    assert slip.std(axis=0) == pytest.approx([0.05] * 4, rel=0.12)
    # After one slip length 1 / e of it is left.
    again = np.mean(slip[:, :-1] * slip[:, 1:]) / 0.05**2
    assert again == pytest.approx(math.exp(-1.0), abs=0.1)


def test_encoders_count_what_is_complete():
    count_m = 2.0 * math.pi * 0.035 / 2578.33
    sample = WheelEncoders(QUIET.wheels, generator()).sample(0, 14.9 * count_m, 0.0, DT_S)
    assert sample.linear_velocity_mps * DT_S / count_m == pytest.approx(14.0)


def test_a_depth_camera_is_wrong_by_the_same_share_everywhere():
    wrong = dataclasses.replace(QUIET.depth, scale_std=0.05)
    share = 1.0 + 0.05 * generator(8).standard_normal()
    device = DepthCamera(wrong, NoiseBank(generator()), generator(8))
    scene = np.full((24, 32), 1.0, np.float32)
    scene[12:] = 1.01  # less than an edge
    for _ in range(2):
        assert device.measure(scene) == pytest.approx(scene * share, rel=1e-6)
    assert abs(share - 1.0) > 0.01
    # The range of the device is that of its readings.
    for true_m, known in ((wrong.minimum_m, share >= 1.0), (wrong.maximum_m, share <= 1.0)):
        wall = np.full((24, 32), true_m, np.float32)
        assert (device.measure(wall) > 0.0).all() == known


def test_the_gyro_comes_first_and_bias_stays_between_samples():
    biased = dataclasses.replace(QUIET.imu, gyro_bias_rad_s=0.1, accel_bias_m_s2=1.0)
    bias = np.repeat([0.1, 1.0], 3) * generator(2).standard_normal(6)
    expected = np.arange(1.0, 7.0) + bias
    imu = Imu(biased, 100.0, generator(2))
    for stamp in range(2):
        sample = imu.sample(stamp, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]))
        assert sample.stamp_ns == stamp
        assert sample.angular_velocity_rad_s == pytest.approx(expected[:3])
        assert sample.linear_acceleration_m_s2 == pytest.approx(expected[3:])


class Renderer:
    """Draws the same grey and the same wall for every camera."""

    def draw(self, data, index, depth):
        grey = np.full((24, 32, 3), 100, np.uint8)
        return grey, (np.full((24, 32), 2.0, np.float32) if depth else None)


def rig_cameras(profile=PROFILE, *, depth=True, drop_out=0.0):
    k = CameraIntrinsics.from_horizontal_fov(32, 24, math.radians(90.0))
    names = ("front", "left", "rear")
    rig = CameraRig(tuple(Camera(name, k, se3.from_xyz_rpy((0, 0, 1))) for name in names))
    return RigCameras(rig, profile, np.random.SeedSequence(3), depth, drop_out)


def test_every_camera_has_its_own_errors_and_those_stay():
    calibrated_badly = dataclasses.replace(
        PROFILE, depth=dataclasses.replace(QUIET.depth, scale_std=0.05)
    )
    cameras = rig_cameras(calibrated_badly)
    first = [frame.depth_m.mean() for frame in cameras.expose(Renderer(), None, 0)]
    again = [frame.depth_m.mean() for frame in cameras.expose(Renderer(), None, 10**9)]
    assert first == again
    assert len(set(first)) == 3


def test_colour_does_not_depend_on_whether_depth_is_measured():
    with_depth, without = rig_cameras(), rig_cameras(depth=False)
    for stamp in (0, 10**9):
        pairs = zip(
            with_depth.expose(Renderer(), None, stamp),
            without.expose(Renderer(), None, stamp),
            strict=True,
        )
        for one, other in pairs:
            np.testing.assert_array_equal(one.image, other.image)
            assert (one.camera, one.stamp_ns, other.depth_m) == (other.camera, stamp, None)
            assert one.depth_m is not None


def test_losses_of_profile_and_conditions_add_up():
    lossy = dataclasses.replace(
        PROFILE, camera=dataclasses.replace(PROFILE.camera, drop_out_probability=0.2)
    )
    cameras = rig_cameras(lossy, depth=False, drop_out=0.3)
    kept = [len(cameras.expose(Renderer(), None, k * 10**8)) for k in range(200)]
    assert sum(kept) / 600 == pytest.approx(0.5, abs=0.07)
    assert rig_cameras(drop_out=1.0).expose(Renderer(), None, 0) == ()
