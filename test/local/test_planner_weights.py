"""From a training to a planner of the stack: what is shipped, loaded, and refused."""

import numpy as np
import pytest
import torch
from flat_world import make_rig
from planner_shards import ROBOT, write_folder

from astra_core.device import DeviceConfig
from astra_core.errors import ConfigError, WeightsError
from astra_core.loading import Progress
from astra_core.robot import RobotConfig
from astra_core.stack_spec import StackSpec
from astra_core.weights import load_weights
from astra_local.planner_net.load import load_planner
from astra_local.stack import build_local, build_planner, load_local
from astra_local.train.planner import TRAINING_PRESETS, train_planner
from astra_local.train.planner_export import _data_commands, export_planner
from astra_local.train.planner_states import ShardSource


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    write_folder(folder / "train")
    write_folder(folder / "val", split="validation", seed=50007)
    training = TRAINING_PRESETS["debug"]
    head = train_planner(training, [folder / "train"], [folder / "val"], folder / "out")
    export_planner(head, training, [folder / "train"], folder / "out")
    return head, folder / "out"


def test_what_is_loaded_is_what_was_trained_in_half_precision(trained):
    head, folder = trained
    weights = load_weights(folder, "planner")
    loaded = load_planner(weights, "flow", RobotConfig())
    for name, value in head.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], value.half().float())
    assert not loaded.training


def test_the_card_says_how_it_came_about(trained):
    card = load_weights(trained[1], "planner").card
    assert card.name == "planner-flow"
    assert card.settings == {"head": "flow", "preset": "debug"}
    assert card.data_seeds == {"home": (7, 8)}
    assert card.robot == ROBOT
    assert card.commands[0] == (
        "./astra data generate planner --scene home --conditions standard --way cheap "
        "--seeds 7:8 --states 6 --out train"
    )
    assert "--head flow --steps 2 --seed 0" in card.commands[-1]
    assert card.metrics["validation_states"] == 6.0
    assert set(card.inputs) >= {"occupancy", "known", "distance", "movers", "velocity", "goal"}


def test_seeds_that_follow_each_other_are_one_command():
    sources = [ShardSource("home", "crowded", "cheap", 180, seed) for seed in (5, 6, 9)]
    sources += [ShardSource("home", "standard", "bag", 10, 0)]
    commands = list(_data_commands(sources))
    assert ["--seeds 5:7" in commands[0], "--seeds 9:10" in commands[1]] == [True, True]
    assert commands[2] == "a recording of a robot (home, standard)"


def test_the_stack_drives_by_it(trained):
    spec = StackSpec.parse("classical,planner=flow", weights=f"planner={trained[1]}")
    planner = build_planner(spec, None, np.random.default_rng(0))
    assert planner is not None


def test_models_are_loaded_before_the_cameras_and_for_a_device(trained):
    spec = StackSpec.parse("classical,planner=flow", weights=f"planner={trained[1]}")
    seen = []
    models = load_local(spec, progress=Progress(seen.append))
    assert seen[0] == 0.0 and seen[-1] == 1.0
    assert models.weights == {"planner-flow": load_weights(trained[1], "planner").card.sha256}
    build_local(spec, make_rig(), None, models)
    with pytest.raises(ConfigError, match="cuda:99 is not there"):
        load_local(spec, None, DeviceConfig("cuda:99"))
    with pytest.raises(ConfigError, match="planner=flow computes in float32, dtype is float16"):
        load_local(spec, None, DeviceConfig(dtype="float16"))


def test_weights_of_another_head_or_robot_are_one_sentence(trained):
    weights = load_weights(trained[1], "planner")
    with pytest.raises(WeightsError, match="planner=act needs its own"):
        load_planner(weights, "act", RobotConfig())
    with pytest.raises(WeightsError, match="footprint_radius_m"):
        load_planner(weights, "flow", RobotConfig(footprint_radius_m=0.4))


def test_without_weights_the_stack_says_what_is_missing(tmp_path):
    spec = StackSpec.parse("classical,planner=act", weights=f"planner={tmp_path}")
    with pytest.raises(WeightsError, match=str(tmp_path)):
        build_planner(spec, None, np.random.default_rng(0))
