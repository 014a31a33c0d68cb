"""Steps and poses by hand: each step is in the frame of the pose before it."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st

from astra_local.planner_net.action import denormalized, normalized, poses_of, steps_of


def test_a_quarter_turn_makes_ahead_left():
    steps = torch.tensor([[1.0, 0.0, math.pi / 2], [2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    expected = torch.tensor(
        [[1.0, 0.0, math.pi / 2], [1.0, 2.0, math.pi / 2], [0.0, 2.0, math.pi / 2]]
    )
    torch.testing.assert_close(poses_of(steps), expected, atol=1e-6, rtol=0.0)


def test_the_turn_of_a_step_comes_after_its_way():
    # Had the turn come first, the robot would stand at (0, 1).
    poses = poses_of(torch.tensor([[1.0, 0.0, math.pi / 2]]))
    torch.testing.assert_close(poses[0, :2], torch.tensor([1.0, 0.0]))


@given(st.integers(0, 2**31))
def test_steps_and_poses_undo_each_other(seed):
    steps = torch.randn((2, 3, 16, 3), generator=torch.Generator().manual_seed(seed)).double()
    steps[..., 2] *= 0.5
    torch.testing.assert_close(steps_of(poses_of(steps)), steps)


def test_turns_are_taken_the_short_way():
    poses = torch.tensor([[0.0, 0.0, 3.1], [0.0, 0.0, -3.1]])
    turn = float(steps_of(poses)[1, 2])
    assert math.isclose(turn, 2.0 * math.pi - 6.2, abs_tol=1e-5)


def test_a_network_sees_steps_of_about_unit_size():
    full_speed = torch.tensor([[0.12, 0.0, 0.0]])
    torch.testing.assert_close(normalized(full_speed), torch.tensor([[1.0, 0.0, 0.0]]))
    steps = torch.randn(5, 16, 3)
    torch.testing.assert_close(denormalized(normalized(steps)), steps, atol=1e-6, rtol=1e-5)
