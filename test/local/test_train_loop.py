"""The training loop: interrupted and resumed it ends with the same weights, to the last bit."""

import json

import pytest
import torch
from torch import nn

from astra_core.errors import ConfigError
from astra_local.net.ema import Ema
from astra_local.train.loop import Averaged, LoopConfig, StepRandom, Trainer


def network():
    torch.manual_seed(0)
    return nn.Linear(3, 2)


def loss_for(net, stop_at=None):
    def loss_of(step, chance):
        if step == stop_at:
            raise KeyboardInterrupt
        x = torch.randn((4, 3), generator=chance.generator)
        target = torch.from_numpy(chance.rng.normal(size=(4, 2))).float()
        loss = (net(x) - target).square().mean()
        return loss, {"loss": float(loss.detach())}

    return loss_of


def train(folder, config, stop_at=None, facts=None):
    net = network()
    trainer = Trainer(net, config, folder, facts or {"data": "some"})
    trainer.run(loss_for(net, stop_at))
    return trainer


CONFIG = LoopConfig(7, warmup_steps=2, checkpoint_s=0.0, report_every=1)


def test_a_run_that_was_interrupted_ends_like_one_that_was_not(tmp_path):
    whole = train(tmp_path / "whole", CONFIG)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "broken", CONFIG, stop_at=4)
    rest = train(tmp_path / "broken", CONFIG)
    assert rest.step == whole.step == 7
    for name, value in whole.network.state_dict().items():
        assert torch.equal(value, rest.network.state_dict()[name])
        assert torch.equal(whole.ema.average[name], rest.ema.average[name])


def test_a_finished_run_is_not_trained_further(tmp_path):
    before = {k: v.clone() for k, v in train(tmp_path, CONFIG).network.state_dict().items()}
    again = train(tmp_path, CONFIG, stop_at=0)
    assert all(torch.equal(before[k], v) for k, v in again.network.state_dict().items())


def test_another_training_does_not_go_on_in_this_folder(tmp_path):
    train(tmp_path, CONFIG)
    with pytest.raises(ConfigError, match="data"):
        train(tmp_path, CONFIG, facts={"data": "other"})
    with pytest.raises(ConfigError, match="loop"):
        train(tmp_path, LoopConfig(8, warmup_steps=2))


def test_a_damaged_checkpoint_is_said_and_kept(tmp_path):
    train(tmp_path, CONFIG)
    (tmp_path / "checkpoint.pt").write_bytes(b"no")
    with pytest.raises(ConfigError, match=r"checkpoint\.pt"):
        train(tmp_path, CONFIG)
    assert (tmp_path / "checkpoint.pt").read_bytes() == b"no"


def test_a_loss_that_is_no_number_ends_the_training(tmp_path):
    net = network()
    trainer = Trainer(net, CONFIG, tmp_path, {})
    before = {k: v.clone() for k, v in net.state_dict().items()}
    with pytest.raises(ConfigError, match="not finite"):
        trainer.run(lambda step, chance: (net(torch.full((1, 3), float("nan"))).sum(), {}))
    assert all(torch.equal(before[k], v) for k, v in net.state_dict().items())


def test_steps_have_their_own_chance():
    one, same, other = (StepRandom.of(3, step) for step in (5, 5, 6))
    assert one.rng.integers(1 << 30) == same.rng.integers(1 << 30)
    assert StepRandom.of(3, 5).rng.integers(1 << 30) != other.rng.integers(1 << 30)
    draws = [torch.rand(1, generator=StepRandom.of(3, step).generator) for step in (5, 5, 6)]
    assert draws[0] == draws[1] != draws[2]


def test_the_learning_rate_grows_then_falls_to_a_hundredth():
    config = LoopConfig(110, learning_rate=1.0, warmup_steps=10)
    assert config.rate_at(0) == pytest.approx(0.1)
    assert config.rate_at(10) == pytest.approx(1.0)
    assert config.rate_at(60) == pytest.approx(0.505)
    assert config.rate_at(110) == pytest.approx(0.01)


def test_the_average_by_hand():
    net = nn.Linear(1, 1, bias=False)
    nn.init.constant_(net.weight, 1.0)
    ema = Ema(net, decay=0.9)
    nn.init.constant_(net.weight, 2.0)
    ema.update(net)
    # The first decay is 2 / 11.
    assert float(ema.average["weight"]) == pytest.approx(2.0 - 2.0 / 11.0)
    with Averaged(net, ema):
        assert float(net.weight.detach()) == pytest.approx(2.0 - 2.0 / 11.0)
    assert float(net.weight.detach()) == 2.0


def test_validation_sees_averaged_weights_and_is_kept(tmp_path):
    net = network()
    trainer = Trainer(net, LoopConfig(4, warmup_steps=1, validate_every=2), tmp_path, {})
    seen = []

    def validate(step):
        averaged = all(torch.equal(v, trainer.ema.average[k]) for k, v in net.state_dict().items())
        seen.append((step, averaged))
        return {"figure": float(step)}

    trainer.run(loss_for(net), validate)
    assert seen == [(2, True), (4, True)]
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [line["figure"] for line in lines if line["kind"] == "validation"] == [2.0, 4.0]


def test_tensorboard_shows_what_is_kept_also_over_an_interruption(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, CONFIG, stop_at=4)
    train(tmp_path, CONFIG)
    files = [str(path) for path in (tmp_path / "tensorboard").iterdir()]
    assert len(files) == 2
    curves = [accumulator.EventAccumulator(file).Reload() for file in files]
    events = [event for curve in curves for event in curve.Scalars("train/loss")]
    lines = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    kept = [(line["step"], line["loss"]) for line in lines if "loss" in line]
    shown = sorted((event.step, event.value) for event in events)
    assert shown == [(step, pytest.approx(loss)) for step, loss in kept]
    assert [step for step, _ in kept] == [1, 2, 3, 4, 5, 6, 7]
