"""Same seed, same commands, same bytes; and nothing of the truth in what is sensed."""

from __future__ import annotations

import hashlib
import math

import numpy as np
from plain_scene import plain_room

from astra_core.observation import Observation
from astra_core.records import Velocity
from astra_sim.profile import load_profile
from astra_sim.simulator import Simulator

PROFILE = load_profile()
TICKS = 40


def digest(observations: list[Observation]) -> str:
    hasher = hashlib.sha256()
    for observation in observations:
        hasher.update(repr((observation.stamp_ns, observation.imu, observation.wheels)).encode())
        for frame in observation.frames:
            hasher.update(f"{frame.camera} {frame.stamp_ns}".encode())
            hasher.update(frame.image.tobytes())
            if frame.depth_m is not None:
                hasher.update(frame.depth_m.tobytes())
    return hasher.hexdigest()


def commands():
    for tick in range(TICKS):
        yield Velocity(0.3 + 0.1 * math.sin(tick), 0.5 * math.cos(0.3 * tick))


def run(seed=7, look_at_truth=True, **options):
    options.setdefault("start_pose", (0.0, -0.5, 0.3))
    with Simulator(plain_room(), PROFILE, seed, **options) as simulator:
        observations, truths = [], []
        for command in commands():
            observations.append(simulator.step(command))
            if look_at_truth:
                truths.append(simulator.truth())
        # Where it really is, whether or not the truth is sealed.
        return observations, truths, simulator.data.qpos.copy()


def test_same_seed_and_commands_give_identical_bytes():
    first, second = run()[0], run()[0]
    assert digest(first) == digest(second)
    assert sum(len(observation.frames) for observation in first) == 4 * 8


def test_another_seed_gives_other_noise_and_the_same_motion():
    (first, _, pose), (second, _, other_pose) = run(7), run(8)
    assert digest(first) != digest(second)
    assert np.array_equal(pose, other_pose)


def test_sealed_truth_is_nan_and_changes_nothing_else():
    open_run, sealed_run = run(), run(seal_truth=True)
    assert digest(open_run[0]) == digest(sealed_run[0])
    assert np.array_equal(open_run[2], sealed_run[2])
    for truth in sealed_run[1]:
        numbers = [
            truth.stamp_ns,
            *truth.pose,
            *truth.velocity,
            truth.collision,
            truth.collision_count,
            truth.clearance_m,
            truth.path_length_m,
        ]
        assert all(math.isnan(number) for number in numbers)
        assert truth.touched == ()
    assert all(np.isfinite(truth.pose).all() for truth in open_run[1])


def test_asking_for_the_truth_changes_nothing():
    assert digest(run(look_at_truth=False)[0]) == digest(run(look_at_truth=True)[0])


def test_imu_and_wheels_do_not_depend_on_the_cameras():
    with_cameras, without = run()[0], run(camera_hz=0.0)[0]
    assert [o.imu for o in with_cameras] == [o.imu for o in without]
    assert [o.wheels for o in with_cameras] == [o.wheels for o in without]


def test_images_do_not_depend_on_the_depth_sensor():
    for a, b in zip(run()[0], run(depth=False)[0], strict=True):
        for frame, other in zip(a.frames, b.frames, strict=True):
            assert np.array_equal(frame.image, other.image)
            assert other.depth_m is None


def test_start_pose_is_drawn_from_the_seed():
    options = {"camera_hz": 0.0, "start_pose": None}
    first, second, third = (run(seed, **options)[1][0].pose for seed in (7, 7, 8))
    assert np.array_equal(first, second)
    assert not np.allclose(first, third)
