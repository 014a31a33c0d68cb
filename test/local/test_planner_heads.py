"""All heads: shapes, chance that is passed in, answers that do not see each other, equal sizes."""

import pytest
import torch

from astra_core.errors import ConfigError
from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.contract import fake_actions, fake_inputs
from astra_local.planner_net.decoder import people_gap
from astra_local.planner_net.diffusion_head import schedule
from astra_local.planner_net.heads import Randomness
from astra_local.planner_net.registry import HEADS, make_head

NAMES = sorted(HEADS)


def draw(batch=2, answers=3, seed=0):
    return Randomness.draw(batch, answers, torch.Generator().manual_seed(seed))


@pytest.fixture(params=NAMES)
def head(request):
    return make_head(request.param, PRESETS["debug"], seed=1).eval()


def test_names_are_the_parts_of_a_stack():
    assert NAMES == ["act", "diffusion", "flow", "vae"]
    with pytest.raises(ConfigError, match="choose one of"):
        make_head("mppi", PRESETS["debug"])


def test_answers_and_losses_have_the_shapes_of_the_contract(head):
    inputs, randomness = fake_inputs(), draw()
    assert head.sample(inputs, randomness.noise).shape == (2, 3, 16, 3)
    loss = head.training_loss(inputs, fake_actions(), randomness)
    assert loss.estimate.shape == (2, 3, 16, 3)
    assert loss.weight.shape == (2, 3)
    assert 0.0 <= float(loss.weight.min()) <= float(loss.weight.max()) <= 1.0
    loss.imitation.backward()
    assert all(bool(torch.isfinite(p.grad).all()) for p in head.parameters() if p.grad is not None)


def test_every_weight_is_learned(head):
    loss = head.training_loss(fake_inputs(), fake_actions(), draw())
    (loss.imitation + loss.estimate.square().mean()).backward()
    assert [name for name, p in head.named_parameters() if p.grad is None] == []


@torch.no_grad()
def test_equal_noise_gives_equal_answers(head):
    inputs, noise = fake_inputs(), draw().noise
    assert torch.equal(head.sample(inputs, noise), head.sample(inputs, noise))


@torch.no_grad()
def test_answers_differ_with_noise_only_where_the_head_is_multimodal(head):
    answers = head.sample(fake_inputs(), draw().noise)
    differ = not torch.allclose(answers[:, 0], answers[:, 1])
    assert differ is head.is_multimodal


@torch.no_grad()
def test_answers_do_not_see_each_other(head):
    inputs, noise = fake_inputs(), draw().noise
    together = head.sample(inputs, noise)
    alone = torch.cat([head.sample(inputs, noise[:, k : k + 1]) for k in range(3)], dim=1)
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_states_of_a_batch_do_not_see_each_other(head):
    inputs, noise = fake_inputs(batch=2), draw().noise
    single = type(inputs)(*(getattr(inputs, name)[1:] for name in inputs.__dataclass_fields__))
    torch.testing.assert_close(
        head.sample(inputs, noise)[1:], head.sample(single, noise[1:]), atol=1e-5, rtol=1e-4
    )


@torch.no_grad()
def test_beginning_at_noise_is_sampling(head):
    inputs, noise = fake_inputs(), draw().noise
    # Diffusion's noise is never without a trace of the data, here 0.
    found = head.sample_near(inputs, noise, torch.zeros_like(noise), torch.zeros(2, 3))
    torch.testing.assert_close(found, head.sample(inputs, noise))


@torch.no_grad()
@pytest.mark.parametrize("name", ["flow", "diffusion"])
def test_beginning_near_a_plan_ends_near_it(name):
    head = make_head(name, PRESETS["debug"], seed=1).eval()
    inputs, noise = fake_inputs(), draw().noise
    plan = fake_actions()[:, None].expand_as(noise)
    begin = torch.tensor([[0.0, 0.5, 0.999], [0.999, 0.0, 0.5]])
    away = (head.sample_near(inputs, noise, plan, begin) - plan).abs().mean(dim=(-1, -2))
    assert float(away[begin > 0.9].max()) < 0.02
    assert float(away[begin < 0.1].min()) > 0.1
    assert bool((away[begin == 0.5] > away[begin > 0.9]).all())


@pytest.mark.parametrize("preset", ["tiny", "base"])
def test_heads_are_of_equal_size(preset):
    sizes = {
        name: sum(p.numel() for p in make_head(name, PRESETS[preset]).parameters())
        for name in NAMES
    }
    assert max(sizes.values()) < 1.2 * min(sizes.values()), sizes


def test_weights_depend_on_the_seed_and_leave_the_global_chance_alone():
    torch.manual_seed(3)
    before = torch.rand(1)
    torch.manual_seed(3)
    one = make_head("flow", PRESETS["debug"], seed=5).state_dict()
    assert torch.equal(torch.rand(1), before)
    same, other = (make_head("flow", PRESETS["debug"], seed=s).state_dict() for s in (5, 6))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


def test_people_are_read_where_they_will_be():
    inputs = fake_inputs(batch=1, movers=1)
    inputs.movers[0, 0] = torch.tensor([1.0, 0.0, 0.0, 0.5, 0.3])
    xy = torch.zeros(1, 1, 16, 2)
    gap = people_gap(xy, inputs)
    # After 0.2 s at (1, 0.1), after 3.2 s at (1, 1.6).
    assert float(gap[0, 0, 0]) == pytest.approx((1.0 + 0.01) ** 0.5 - 0.3)
    assert float(gap[0, 0, -1]) == pytest.approx((1.0 + 1.6**2) ** 0.5 - 0.3)


@torch.no_grad()
def test_a_mover_changes_the_plan_and_nobody_does_not():
    head = make_head("flow", PRESETS["debug"], seed=1)
    inputs, noise = fake_inputs(batch=1, movers=2), draw(1).noise
    with_somebody = head.sample(inputs, noise)
    nobody = inputs.movers[:, -1:].clone()
    inputs.movers[:, :1] = nobody
    without = head.sample(inputs, noise)
    assert not torch.allclose(with_somebody, without)


def test_the_schedule_of_diffusion_goes_from_noise_to_data():
    signal, amount = schedule(torch.tensor([0.0, 0.5, 1.0]))
    torch.testing.assert_close(signal**2 + amount**2, torch.ones(3))
    assert float(signal[0]) < 0.03
    assert float(signal[2]) > 0.999
    assert bool((signal[1:] > signal[:-1]).all())
