"""The masked ESDF loss by hand: what costs, what does not, and where gradients come from."""

import pytest
import torch

from astra_local.planner_net.action import poses_of
from astra_local.planner_net.esdf_loss import (
    EsdfLossConfig,
    Surroundings,
    clearance,
    masked_esdf_loss,
)

CONFIG = EsdfLossConfig(
    footprint_radius_m=0.2, clearance_cap_m=0.25, corridor_m=0.35, penetration_weight=4.0
)
N = 2


def wall_at_y(wall_m, people=None, dtype=torch.float64):
    """Return a world of 4 x 4 m, cells of 0.1 m, whose distance is ``wall_m - y``."""
    y = (torch.arange(40, dtype=dtype) + 0.5) * 0.1 - 2.0
    distance = (wall_m - y)[None, :, None].expand(1, 40, 40).contiguous()
    if people is None:
        people = torch.zeros((1, N, 0, 3), dtype=dtype)
    return Surroundings(distance, (-2.0, -2.0), 0.1, people)


def path(*points):
    return torch.tensor([points], dtype=torch.float64)


def loss(plan, expert, around):
    return masked_esdf_loss(plan[:, None], expert, around, CONFIG)


def test_clearance_is_distance_minus_the_footprint():
    found = clearance(path((0.0, 0.0), (0.5, 0.3))[:, None], wall_at_y(1.0), 0.2)
    torch.testing.assert_close(found, torch.tensor([[[0.8, 0.5]]], dtype=torch.float64))


def test_a_plan_as_clear_as_the_expert_costs_nothing():
    expert = path((0.2, 0.0), (0.4, 0.0))
    assert float(loss(expert, expert, wall_at_y(0.3))) == 0.0


def test_less_clearance_than_the_expert_costs_the_difference():
    # The expert keeps 0.15, the plan 0.05 at its first step and 0.15 at its second.
    expert = path((0.2, 0.0), (0.4, 0.0))
    plan = path((0.2, 0.1), (0.4, 0.0))
    assert float(loss(plan, expert, wall_at_y(0.35))) == pytest.approx(0.1 / 2)


def test_clearance_beyond_the_cap_is_not_asked_for():
    expert = path((0.2, 0.0), (0.4, 0.0))
    plan = path((0.2, 0.3), (0.4, 0.3))
    # 0.5 m of clearance instead of 0.8: the cap is 0.25.
    assert float(loss(plan, expert, wall_at_y(1.0))) == 0.0


def test_outside_the_corridor_value_and_gradient_are_zero():
    expert = path((0.2, 0.0), (0.4, 0.0))
    plan = path((0.2, 0.4), (0.4, 0.4)).requires_grad_()
    # It keeps 0.05 of the 0.25 that the expert keeps, but 0.4 m aside of its way.
    value = loss(plan, expert, wall_at_y(0.65))
    value.sum().backward()
    assert float(value.detach()) == 0.0
    assert torch.equal(plan.grad, torch.zeros_like(plan))


def test_penetration_costs_wherever_it_is():
    expert = path((0.2, 0.0), (0.4, 0.0))
    plan = path((0.2, 1.0), (0.4, 1.0)).requires_grad_()
    value = loss(plan, expert, wall_at_y(0.9))
    # phi = -0.1 - 0.2 at both steps, four times; the way back is away from the wall.
    value.sum().backward()
    assert float(value.detach()) == pytest.approx(4.0 * 0.3)
    torch.testing.assert_close(
        plan.grad, torch.tensor([[[0.0, 2.0], [0.0, 2.0]]], dtype=torch.float64)
    )


def test_people_count_where_they_will_be_at_the_time_of_the_step():
    # Somebody of radius 0.3 stands in the way now and has left it by the second step.
    people = torch.tensor([[[[0.4, 1.0, 0.3]], [[0.4, -1.5, 0.3]]]], dtype=torch.float64)
    around = wall_at_y(1.9, people)
    at_first = clearance(path((0.4, 0.9), (0.4, 0.9))[:, None], around, 0.2)
    assert float(at_first[0, 0, 0]) == pytest.approx(0.1 - 0.3 - 0.2, abs=1e-6)
    assert float(at_first[0, 0, 1]) == pytest.approx(1.0 - 0.2)


def test_nobody_far_away_gives_neither_value_nor_nan():
    people = torch.full((1, N, 3, 3), 100.0, dtype=torch.float64)
    people[..., 2] = 0.0
    plan = path((0.2, 0.0), (0.4, 0.2)).requires_grad_()
    expert = path((0.2, 0.0), (0.4, 0.0))
    with_nobody = loss(plan, expert, wall_at_y(0.5, people))
    assert float(with_nobody.detach()) == float(loss(plan, expert, wall_at_y(0.5)))
    with_nobody.sum().backward()
    assert bool(torch.isfinite(plan.grad).all())


def test_at_the_very_centre_of_a_person_the_gradient_is_finite():
    people = torch.tensor([[[[0.2, 0.0, 0.3]], [[9.0, 9.0, 0.3]]]], dtype=torch.float64)
    plan = path((0.2, 0.0), (0.4, 0.0)).requires_grad_()
    loss(plan, path((0.2, 1.0), (0.4, 1.0)), wall_at_y(1.9, people)).sum().backward()
    assert bool(torch.isfinite(plan.grad).all())


def test_gradcheck_through_reading_and_accumulation():
    people = torch.tensor([[[[0.5, 0.6, 0.3]], [[0.7, 0.45, 0.3]]]], dtype=torch.float64)
    around = wall_at_y(0.42, people)
    expert = path((0.21, 0.01), (0.43, 0.02))
    steps = torch.tensor([[[[0.22, 0.03, 0.21], [0.23, 0.02, 0.1]]]], dtype=torch.float64)

    def of_steps(values):
        return masked_esdf_loss(poses_of(values)[..., :2], expert, around, CONFIG)

    assert float(of_steps(steps).sum()) > 0.0
    assert torch.autograd.gradcheck(of_steps, (steps.requires_grad_(),))


def test_descending_the_loss_moves_a_plan_out_of_the_wall():
    around = wall_at_y(0.3)
    expert = path((0.2, -0.1), (0.4, -0.1))
    plan = path((0.2, 0.2), (0.4, 0.25)).requires_grad_()
    for _ in range(200):
        (gradient,) = torch.autograd.grad(loss(plan, expert, around).sum(), plan)
        plan = (plan - 0.02 * gradient).detach().requires_grad_()
    assert float(clearance(plan[:, None], around, 0.2).min()) > 0.0
