"""A learned score: hazards by hand, what is believed in, and a training that learns them."""

import math
from dataclasses import replace

import pytest
import torch
from planner_shards import write_folder

from astra_core.errors import ConfigError, WeightsError
from astra_core.robot import RobotConfig
from astra_core.weights import load_weights
from astra_local.planner_net.config import PRESETS
from astra_local.planner_net.contract import fake_actions, fake_inputs
from astra_local.planner_net.load import load_planner
from astra_local.planner_net.picker import PickerWeights
from astra_local.planner_net.registry import make_head
from astra_local.planner_net.touch_score import survival_loss, touch_chance
from astra_local.train.loop import LoopConfig
from astra_local.train.planner import TRAINING_PRESETS
from astra_local.train.planner_export import export_planner, export_score
from astra_local.train.planner_picks import chosen_weights, judge_picks
from astra_local.train.planner_score import ScoreTraining, train_score
from astra_local.train.planner_states import PlannerDataset, shards_in

DEBUG = ScoreTraining(batch=4, answers=2, loop=LoopConfig(2, warmup_steps=1, validate_every=2))


def logits(*chances):
    return torch.tensor([math.log(p / (1 - p)) for p in chances])


def test_the_chance_of_touching_anything_by_hand():
    # Two steps, standing and people: nothing happens with (1 - 1/2)(1 - 1/3)(1 - 1/4)(1 - 1/5).
    hazards = logits(1 / 2, 1 / 3, 1 / 4, 1 / 5).reshape(1, 1, 2, 2)
    assert float(touch_chance(hazards)) == pytest.approx(1.0 - 1.0 / 5.0)


def test_after_the_first_touch_nothing_counts():
    hazards = logits(0.1, 0.2, 0.3, 0.4, 0.5, 0.6).reshape(1, 1, 3, 2)
    touches = torch.tensor([[False, False], [True, False], [True, False]])[None, None]
    # Standing: 0.9 of nothing, then 0.3 of a touch; people: never.
    wanted = -math.log(0.9 * 0.3 * 0.8 * 0.6 * 0.4)
    assert float(survival_loss(hazards, touches)) == pytest.approx(wanted)
    later = touches.clone()
    later[0, 0, 2, 0] = False
    assert float(survival_loss(hazards, later)) == pytest.approx(wanted)


def test_the_trunk_is_not_trained_by_the_score():
    head = make_head("flow", PRESETS["debug"])
    score = head.add_score()
    scene = head.encode(fake_inputs())
    score(scene, fake_actions()[:, None]).sum().backward()
    assert all(p.grad is None for p in head.trunk.parameters())
    assert all(p.grad is not None for p in score.parameters())
    assert head.encode(scene) is scene


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    write_folder(folder / "train")
    write_folder(folder / "val", split="validation", seed=50007)
    return folder


def test_a_score_is_trained_kept_and_loaded_with_its_head(shards, tmp_path):
    data, validation = [shards / "train"], [shards / "val"]
    head = make_head("flow", PRESETS["debug"])
    before = {key: value.clone() for key, value in head.state_dict().items()}
    (tmp_path / "metrics.jsonl").write_text('{"kind": "validation", "collision_percent": 8.0}\n')
    card = export_planner(head, TRAINING_PRESETS["debug"], data, tmp_path)
    train_score(head, DEBUG, data, validation, tmp_path / "score")
    for key, value in before.items():
        assert torch.equal(value, head.state_dict()[key])
    weights = load_weights(card, "planner")
    scored = export_score(head, weights.card, DEBUG, data, tmp_path / "score")
    again = load_weights(scored, "planner")
    assert again.card.name == "planner-flow"
    assert again.card.metrics["validation_collision_percent"] == 8.0
    assert "validation_learned_percent" in again.card.metrics
    assert any("--stage score" in command for command in again.card.commands)
    loaded = load_planner(again, "flow", RobotConfig())
    scene = loaded.encode(fake_inputs())
    chance = touch_chance(loaded.score(scene, fake_actions()[:, None]))
    torch.testing.assert_close(
        chance, touch_chance(head.score(head.encode(fake_inputs()), fake_actions()[:, None])),
        atol=1e-3, rtol=1e-2,
    )  # fmt: skip
    # Without the word in the card the tensors are of nobody.
    with pytest.raises(WeightsError, match=r"unexpected tensor 'score\."):
        load_planner(replace(again, card=weights.card), "flow", RobotConfig())


def test_one_answer_needs_no_score(shards, tmp_path):
    head = make_head("act", PRESETS["debug"])
    with pytest.raises(ConfigError, match="one answer"):
        train_score(head, DEBUG, [shards / "train"], [shards / "val"], tmp_path)


def test_picks_lie_between_chance_and_the_truth(shards):
    head = make_head("flow", PRESETS["debug"])
    states = PlannerDataset(shards_in([shards / "val"]), "validation")
    found = judge_picks(head, states, footprint_radius_m=0.22)
    assert found.states == len(states)
    assert found.best_percent <= min(found.rule_percent, found.first_percent)
    assert math.isnan(found.learned_percent)
    head.add_score()
    assert math.isfinite(judge_picks(head, states, footprint_radius_m=0.22).learned_percent)
    assert isinstance(chosen_weights(head, states, footprint_radius_m=0.22), PickerWeights)
