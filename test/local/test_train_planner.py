"""Training a planner end to end on two cores: two steps of the debug preset, then on."""

import json
from dataclasses import replace

import pytest
import torch
from planner_shards import write_folder

from astra_local.planner_net.registry import HEADS
from astra_local.train.planner import (
    ESDF_WEIGHTS,
    TRAINING_PRESETS,
    _pools,
    train_planner,
    with_options,
)
from astra_local.train.planner_states import PlannerDataset, shards_in


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    write_folder(folder / "train")
    write_folder(folder / "train", way="true", count=3)
    write_folder(folder / "val", split="validation", seed=50007)
    return folder


@pytest.mark.parametrize("name", sorted(HEADS))
def test_two_steps_then_on(shards, tmp_path, name):
    debug = with_options(TRAINING_PRESETS["debug"], head=name)
    data = [shards / "train"], [shards / "val"]
    train_planner(debug, *data, tmp_path / "two")
    assert json.loads((tmp_path / "two" / "training.json").read_text())["steps"] == 2
    pictures = sorted(path.name for path in (tmp_path / "two" / "pictures").iterdir())
    assert pictures == ["000002.png"]
    lines = (tmp_path / "two" / "metrics.jsonl").read_text().splitlines()
    validation = [json.loads(line) for line in lines if "validation" in line]
    assert validation[-1]["states"] == 6
    # The same two steps, then two more, in another folder: they begin alike.
    four = with_options(debug, steps=4)
    head = train_planner(four, *data, tmp_path / "four")
    resumed = train_planner(four, *data, tmp_path / "four")
    for key, value in head.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[key])


def test_without_the_esdf_loss_another_head_is_learned(shards, tmp_path):
    debug = TRAINING_PRESETS["debug"]
    data = [shards / "train"], [shards / "val"]
    heads = [
        train_planner(with_options(debug, esdf_weight=weight), *data, tmp_path / f"{weight}")
        for weight in (0.0, 10.0)
    ]
    states = [head.state_dict() for head in heads]
    assert any(not torch.equal(states[0][key], states[1][key]) for key in states[0])


def test_the_last_third_sees_only_what_the_stack_perceives(shards):
    data = PlannerDataset(shards_in([shards / "train"]), "train")
    pools = _pools(data, 0)
    assert len(pools[False]) == 9
    assert set(data.way[pools[True]]) == {"true"}
    assert len(pools[True]) == 3


def test_options_change_what_they_name():
    debug = TRAINING_PRESETS["debug"]
    assert with_options(debug, steps=None, head=None) == debug
    changed = with_options(debug, steps=9, seed=4, batch=7)
    assert changed == replace(debug, batch=7, loop=replace(debug.loop, steps=9, seed=4))


def test_every_head_brings_its_own_weight_of_the_esdf_loss():
    tiny = TRAINING_PRESETS["tiny"]
    for head, weight in ESDF_WEIGHTS.items():
        assert with_options(tiny, head=head).esdf_weight == weight
        assert with_options(tiny, head=head, esdf_weight=0.0).esdf_weight == 0.0
