"""The house's flow time: 0 is noise, 1 is data; by hand and against the printed slip."""

import pytest
import torch

from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.contract import fake_actions, fake_inputs
from astra_local.planner_net.flow import (
    data_estimate,
    early_times,
    euler_sample,
    path_sample,
    target_velocity,
)
from astra_local.planner_net.heads import Randomness
from astra_local.planner_net.registry import make_head

NOISE = torch.full((1, 1, 2, 3), -1.0)
DATA = torch.full((1, 1, 2, 3), 3.0)


def at(time):
    return torch.full((1, 1), time)


def test_the_path_begins_at_noise_and_ends_at_data():
    assert torch.equal(path_sample(NOISE, DATA, at(0.0)), NOISE)
    assert torch.equal(path_sample(NOISE, DATA, at(1.0)), DATA)
    torch.testing.assert_close(path_sample(NOISE, DATA, at(0.25)), torch.zeros_like(NOISE))


def test_the_estimate_of_the_data_is_the_data_when_the_velocity_is_right():
    velocity = target_velocity(NOISE, DATA)
    for time in (0.0, 0.3, 1.0):
        sample = path_sample(NOISE, DATA, at(time))
        torch.testing.assert_close(data_estimate(sample, velocity, at(time)), DATA)
        # As the paper prints it, it would be the noise.
        torch.testing.assert_close(sample - time * velocity, NOISE)


def test_euler_follows_a_straight_path_exactly_and_knows_the_time():
    times = []

    def velocity(sample, time):
        times.append(float(time[0, 0]))
        return target_velocity(NOISE, DATA)

    torch.testing.assert_close(euler_sample(velocity, NOISE, at(0.0), 4), DATA)
    assert times == [0.0, 0.25, 0.5, 0.75]


def test_euler_by_hand_on_a_growing_field():
    # dx/dt = x from 1 in two steps: 1.5, then 2.25.
    found = euler_sample(lambda x, t: x, torch.ones(1, 1, 2, 3), at(0.0), 2)
    torch.testing.assert_close(found, torch.full((1, 1, 2, 3), 2.25))


def test_euler_from_half_way_goes_half_as_far():
    times = []

    def velocity(sample, time):
        times.append(float(time[0, 0]))
        return target_velocity(NOISE, DATA)

    half = path_sample(NOISE, DATA, at(0.5))
    torch.testing.assert_close(euler_sample(velocity, half, at(0.5), 2), DATA)
    assert times == [0.5, 0.75]


def test_times_lie_early():
    """The share of times up to t is 1 - (1 - t)^2: three quarters lie in the first half."""
    assert early_times(torch.tensor([0.0, 0.75, 0.96])).tolist() == pytest.approx([0.0, 0.5, 0.8])
    assert float(early_times(torch.tensor([1.0 - 2.0**-24]))) < 1.0


def test_the_head_learns_at_early_times():
    head = make_head("flow", PRESETS["debug"])
    randomness = Randomness.draw(2, 3, torch.Generator().manual_seed(1))
    loss = head.training_loss(fake_inputs(), fake_actions(), randomness)
    assert torch.equal(loss.weight, early_times(randomness.time))
