"""Sensor models against their data sheets."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astra_core.errors import ConfigError
from astra_sim.profile import load_profile
from astra_sim.sensors.camera import ColorCamera
from astra_sim.sensors.depth import DepthCamera
from astra_sim.sensors.imu import Imu
from astra_sim.sensors.noise_bank import NoiseBank
from astra_sim.sensors.wheels import WheelEncoders

PROFILE = load_profile()
QUIET = PROFILE.quiet()


def generator(seed=0):
    return np.random.default_rng(seed)


def imu_readings(profile, count, seed=0):
    imu = Imu(profile, 100.0, generator(seed))
    samples = [imu.sample(k, np.zeros(3), np.array([0.0, 0.0, 9.81])) for k in range(count)]
    return np.array([(*s.angular_velocity_rad_s, *s.linear_acceleration_m_s2) for s in samples])


def test_imu_noise_has_the_density_of_the_data_sheet():
    readings = imu_readings(PROFILE.imu, 5000)
    # At 100 Hz a density n gives n * 10 per sample; differences of samples have sqrt(2) of it.
    noise = np.diff(readings, axis=0).std(axis=0) / math.sqrt(2.0)
    assert noise[:3] == pytest.approx([0.00244] * 3, rel=0.05)
    assert noise[3:] == pytest.approx([0.0186] * 3, rel=0.05)


def test_imu_bias_differs_between_robots_and_stays_within_one():
    means = np.array([imu_readings(PROFILE.imu, 200, seed).mean(axis=0) for seed in range(60)])
    assert means[:, :3].std() == pytest.approx(0.0087, rel=0.2)
    readings = imu_readings(PROFILE.imu, 2000)
    drift = readings[1000:].mean(axis=0) - readings[:1000].mean(axis=0)
    assert np.abs(drift[:3]).max() < 0.001


def test_imu_bias_walk_grows_with_the_square_root_of_time():
    walk_only = dataclasses.replace(QUIET.imu, gyro_bias_walk_rad_s2_sqrt_hz=0.001)
    ends = np.array([imu_readings(walk_only, 400, seed)[-1, :3] for seed in range(80)])
    # 4 s: 0.001 * sqrt(4).
    assert ends.std() == pytest.approx(0.002, rel=0.15)


def test_quiet_imu_repeats_the_truth():
    assert np.array_equal(imu_readings(QUIET.imu, 3), [[0, 0, 0, 0, 0, 9.81]] * 3)


@given(st.lists(st.floats(-0.016, 0.016), min_size=1, max_size=60))
def test_encoders_lose_no_distance_to_rounding(steps_m):
    encoders = WheelEncoders(QUIET.wheels, generator())
    read_m = sum(encoders.sample(0, step, 0.0, 0.02).linear_velocity_mps * 0.02 for step in steps_m)
    count_m = 2.0 * math.pi * 0.035 / 2578.33
    assert abs(read_m - sum(steps_m)) <= count_m + 1e-9


def test_encoders_read_whole_counts():
    encoders = WheelEncoders(QUIET.wheels, generator())
    sample = encoders.sample(0, 0.00123, 0.0, 0.02)
    count_m = 2.0 * math.pi * 0.035 / 2578.33
    counts = sample.linear_velocity_mps * 0.02 / count_m
    assert counts == pytest.approx(14.0)  # 0.00123 / 0.0000853 = 14.4


def test_encoders_see_turning_in_place():
    encoders = WheelEncoders(QUIET.wheels, generator())
    turned = sum(encoders.sample(0, 0.0, 0.02, 0.02).angular_velocity_rad_s for _ in range(100))
    assert turned * 0.02 == pytest.approx(2.0, abs=0.002)


def test_a_wrong_track_shows_in_turns_only():
    wrong = dataclasses.replace(QUIET.wheels, track_scale_std=0.05)
    encoders = WheelEncoders(wrong, generator(3))
    track = 1.0 + 0.05 * generator(3).standard_normal(3)[2]
    turned = sum(encoders.sample(0, 0.0, 0.02, 0.02).angular_velocity_rad_s for _ in range(100))
    assert turned * 0.02 == pytest.approx(2.0 * track, abs=0.002)
    driven = sum(encoders.sample(0, 0.01, 0.0, 0.02).linear_velocity_mps for _ in range(100))
    assert driven * 0.02 == pytest.approx(1.0, abs=0.001)


def camera(profile, seed=0):
    return ColorCamera(profile, NoiseBank(generator(seed), channels=3), generator(seed + 1))


@pytest.mark.parametrize("level", [40, 128, 220])
def test_camera_noise_follows_the_data_sheet(level):
    steady = dataclasses.replace(PROFILE.camera, exposure_std=0.0, white_balance_std=0.0)
    image = camera(steady).expose(0, np.full((240, 320, 3), level, np.uint8)).astype(float)
    # Full scale 38 dB: 255 / 79.4; photon variance in proportion; gain 4 over 2x2 pixels cancels.
    photon = level / 255.0 * (255.0 / 10.0 ** (38.0 / 20.0)) ** 2
    read = 4.0 * (4.0 * 255.0 / 10.0 ** (68.0 / 20.0)) ** 2 / 16.0
    expected = math.sqrt(photon + read + 1.0 / 12.0)  # rounding to whole levels
    assert image.mean() == pytest.approx(level, abs=0.1)
    assert image.std() == pytest.approx(expected, rel=0.03)


def test_exposure_and_colour_wander_around_one():
    device = camera(dataclasses.replace(PROFILE.camera, exposure_time_constant_s=0.1))
    grey = np.full((8, 8, 3), 100, np.uint8)
    means = np.array(
        [device.expose(k * 10**9, grey).reshape(-1, 3).mean(axis=0) for k in range(300)]
    )
    assert means.mean() == pytest.approx(100.0, abs=2.0)
    assert means.mean(axis=1).std() == pytest.approx(100.0 * PROFILE.camera.exposure_std, rel=0.3)
    assert (means[:, 0] - means[:, 2]).std() > 1.0


def test_quiet_camera_repeats_the_picture():
    picture = generator().integers(0, 256, (24, 32, 3)).astype(np.uint8)
    assert np.array_equal(camera(QUIET.camera).expose(0, picture), picture)


def test_lost_images_do_not_change_the_others():
    lossy = dataclasses.replace(PROFILE.camera, drop_out_probability=0.5)
    picture = np.full((24, 32, 3), 90, np.uint8)
    kept, all_of_them = camera(lossy), camera(PROFILE.camera)
    lost = 0
    for k in range(40):
        image, reference = kept.expose(k, picture), all_of_them.expose(k, picture)
        lost += image is None
        assert image is None or np.array_equal(image, reference)
    assert 8 < lost < 32


def depth_camera(profile, seed=0):
    bank = NoiseBank(generator(seed), grain_px=profile.grain_px)
    return DepthCamera(profile, bank, generator(seed + 1))


@pytest.mark.parametrize("range_m", [1.0, 2.0, 4.0])
def test_depth_noise_grows_with_the_square_of_the_range(range_m):
    exact_scale = dataclasses.replace(PROFILE.depth, scale_std=0.0, drop_out_probability=0.0)
    device = depth_camera(exact_scale)
    wall = np.full((240, 320), range_m, np.float32)
    readings = np.stack([device.measure(wall) for _ in range(10)])
    assert readings.mean() == pytest.approx(range_m, rel=0.001)
    assert readings.std() == pytest.approx(0.0025 * range_m**2, rel=0.08)
    # Within the data sheet's 2 % at 2 m.
    assert 0.0025 * 2.0 < 0.02


def test_depth_outside_the_range_is_unknown():
    wall = np.full((24, 32), 3.0, np.float32)
    wall[:, :8], wall[:, 24:] = 0.1, 9.0
    depth = depth_camera(QUIET.depth).measure(wall)
    assert np.all(depth[:, :8] == 0.0)
    assert np.all(depth[:, 24:] == 0.0)
    assert np.all(depth[:, 9:23] == 3.0)


def test_depth_has_holes_mostly_at_edges():
    scene = np.full((240, 320), 4.0, np.float32)
    scene[:, :160] = 2.0
    device = depth_camera(PROFILE.depth)
    holes = np.mean([device.measure(scene) == 0.0 for _ in range(20)], axis=0).mean(axis=0)
    assert holes[159:161].mean() == pytest.approx(0.5, abs=0.12)
    assert np.delete(holes, slice(156, 164)).mean() == pytest.approx(0.005, abs=0.003)


def test_noise_bank_is_unit_normal_and_grainy_on_request():
    for grain, least, most in ((1, -0.02, 0.02), (4, 0.6, 1.0)):
        noise = NoiseBank(generator(), grain_px=grain).window(480, 640)
        assert noise.mean() == pytest.approx(0.0, abs=0.02)
        assert noise.std() == pytest.approx(1.0, abs=0.03)
        neighbours = np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]
        assert least < neighbours < most


def test_the_profile_is_the_one_of_the_published_tables():
    # Whoever changes a value of profiles/default.yaml makes every published table void, and says
    # so by changing this hash. docs/results.md prints the one that its tables were made with.
    assert load_profile().sha256 == "04772684e84c"


def test_profile_hash_depends_on_values_only(tmp_path):
    source = (tmp_path / "copy.yaml").resolve()
    default = load_profile().sha256
    import astra_sim.profile as module

    text = (module._FOLDER / "default.yaml").read_text(encoding="utf-8")
    source.write_text("# another comment\n" + text, encoding="utf-8")
    assert load_profile(source).sha256 == default
    source.write_text(text.replace("maximum_m: 8.0", "maximum_m: 7.0"), encoding="utf-8")
    assert load_profile(source).sha256 != default
    assert len(default) == 12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("maximum_m: 8.0", "maximun_m: 8.0"), "maximum_m"),
        (("maximum_m: 8.0", ""), "maximum_m"),
        (("maximum_m: 8.0", "maximum_m: far"), "float"),
        (("grain_px: 4", "grain_px: 0"), "at least"),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path, change, message):
    import astra_sim.profile as module

    text = (module._FOLDER / "default.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_profile(path)


def test_unknown_profile_is_refused():
    with pytest.raises(ConfigError, match="no_such_profile"):
        load_profile("no_such_profile")
