"""Two robots in one building: each with its own senses, and in each other's way."""

import math

import numpy as np
import pytest

from astra_core.errors import ConfigError
from astra_core.records import Velocity
from astra_sim.profile import load_profile
from astra_sim.scenes import make_scene
from astra_sim.simulator import Simulator


def simulator(num_robots, **options):
    return Simulator(
        make_scene("home", 7), load_profile("default"), 3, num_robots=num_robots, **options
    )


def readings(observation):
    (wheel,) = observation.wheels
    values = [wheel.linear_velocity_mps, wheel.angular_velocity_rad_s]
    for sample in observation.imu:
        values += [*sample.angular_velocity_rad_s, *sample.linear_acceleration_m_s2]
    return values


def test_the_first_robot_senses_the_same_as_alone():
    with simulator(1, camera_hz=0.0) as alone, simulator(2, camera_hz=0.0) as pair:
        for tick in range(50):
            command = Velocity(0.2, 0.5 if tick < 25 else -0.5)
            first, second = pair.step_all([command, Velocity(0.0, 1.0)])
            assert readings(first) == readings(alone.step(command))
            assert readings(second) != readings(first)
        np.testing.assert_array_equal(alone.truth().pose, pair.truth().pose)
        turned = pair.truth(1)
        assert turned.velocity[1] == pytest.approx(1.0, abs=0.05)
        assert math.dist(turned.pose[:2], pair.truth().pose[:2]) > 1.0


def face_to_face(pair, gap_m):
    """Put the robots opposite each other on free floor; return the distance of their centres."""
    from astra_sim.scenes.floor_plan import floor_plan

    plan, rng = floor_plan(pair.scene), np.random.default_rng(0)
    while True:
        x, y, _ = plan.sample_free_pose(rng, 1.2)
        pair.place((x - gap_m / 2.0, y, 0.0))
        second = pair._robots[1]
        second.base.place(pair.data, (x + gap_m / 2.0, y, math.pi))
        pair._mujoco.mj_forward(pair.model, pair.data)
        if min(pair.truth(number).clearance_m for number in (0, 1)) > 0.2:
            return


def test_they_see_each_other_and_not_themselves():
    with simulator(2) as pair:
        face_to_face(pair, 1.4)
        frames = {frame.camera: frame for frame in pair.expose()}
        depth_m = frames["front"].depth_m
        height, width = depth_m.shape
        # The mast of the other robot stands in the middle of the picture, about a metre away.
        middle = depth_m[height // 2 :, width // 2 - 30 : width // 2 + 30]
        seen = middle[(middle > 0.7) & (middle < 1.4)]
        assert seen.size > 150
        rear = frames["rear"].depth_m
        assert rear[rear > 0].min() > 0.2


def test_bumping_into_each_other_is_a_collision_of_both():
    with simulator(2, camera_hz=0.0) as pair:
        face_to_face(pair, 1.0)
        assert pair.truth().clearance_m < 1.0
        for _ in range(200):
            pair.step_all([Velocity(0.3, 0.0), Velocity(0.0, 0.0)])
        assert pair.truth(0).collision_count >= 1
        assert pair.truth(1).collision_count >= 1
        assert pair.truth(0).touched == ("robot2_hull",)
        assert pair.truth(1).touched == ("robot_hull",)


@pytest.mark.parametrize("number", [0, 17])
def test_numbers_out_of_range_are_refused(number):
    with pytest.raises(ConfigError, match="num_robots"):
        simulator(number)
