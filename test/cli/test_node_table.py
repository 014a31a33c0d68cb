"""The one table behind launch file and runner."""

import importlib.util
import itertools
import sys
from pathlib import Path

import pytest
import yaml

from astra_cli.node_table import (
    ARGUMENTS,
    NODES,
    commands,
    lifecycle_nodes,
    misspelt_arguments,
    node_parameters,
    resolve_arguments,
)
from astra_core.errors import ConfigError
from astra_core.stack_spec import DEFAULT, StackSpec

ROOT = Path(__file__).resolve().parents[2]
_FIRST_TABLE_SEED = 60_000
STACK = ("stack", "weights", "mllm")


def argv_of(name, **given):
    return next(c.argv for c in commands(given) if c.name == name)


def test_every_row_points_at_something_that_exists():
    entry_points = (ROOT / "setup.py").read_text()
    for spec in NODES:
        assert importlib.util.find_spec(spec.module.split(".")[0]) is not None
        assert (ROOT / (spec.module.replace(".", "/") + ".py")).is_file()
        assert (ROOT / "config" / spec.parameter_file).is_file()
        assert f'"{spec.executable} = {spec.module}:main"' in entry_points
        assert set(spec.parameters.values()) <= {argument.name for argument in ARGUMENTS}


def test_the_lifecycle_owner_is_told_the_same_order():
    text = (ROOT / "config" / "astra_lifecycle.yaml").read_text()
    (parameters,) = yaml.safe_load(text).values()
    assert parameters["ros__parameters"]["nodes"] == lifecycle_nodes()
    assert lifecycle_nodes() == ["astra_local", "astra_global"]


def test_without_simulator_there_is_no_simulator_and_no_simulated_time():
    # The default: who has a robot must not get a simulated one beside it.
    names = [command.name for command in commands({})]
    assert names == ["astra_guard", "astra_local", "astra_global", "astra_lifecycle"]
    assert "use_sim_time:=false" in argv_of("astra_local")
    assert "use_sim_time:=true" in argv_of("astra_local", sim=True)
    assert "astra_sim" in [command.name for command in commands({"sim": True})]
    assert "use_sim_time:=true" in argv_of("astra_local", sim=False, use_sim_time=True)


def test_arguments_become_parameters_of_their_own_type():
    values = resolve_arguments({"scene": "home", "seed": 7, "real_time_factor": 0})
    spec = next(spec for spec in NODES if spec.name == "astra_sim")
    parameters = node_parameters(spec, values)
    assert parameters["scene"] == "home"
    assert parameters["seed"] == 7 and isinstance(parameters["seed"], int)
    assert parameters["publish_ground_truth"] is False


def test_the_seed_of_a_new_user_is_no_seed_of_a_published_table():
    (table_seed,) = [argument.default for argument in ARGUMENTS if argument.name == "seed"]
    text = (ROOT / "config" / "astra_sim.yaml").read_text()
    (parameters,) = yaml.safe_load(text).values()
    assert int(table_seed) == parameters["ros__parameters"]["seed"] < _FIRST_TABLE_SEED


def test_a_folder_with_odd_characters_stays_one_string():
    argv = argv_of("astra_global", map='/tmp/a: b, "c"')
    (text,) = [word for word in argv if word.startswith("map_folder:=")]
    assert yaml.safe_load(text.partition(":=")[2]) == '/tmp/a: b, "c"'
    assert not any(word.startswith("map_folder") for word in argv_of("astra_global"))


def test_namespace_and_user_file_reach_every_node(tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.touch()
    for command in commands({"namespace": "/robot1/", "params_file": mine}):
        assert "__ns:=/robot1" in command.argv
        files = [b for a, b in itertools.pairwise(command.argv) if "params-file" in a]
        assert files[-1] == str(mine) and len(files) == 2
        assert "/tf:=tf" in command.argv
        assert command.argv[0] == sys.executable


def test_a_rig_reaches_everybody_who_has_cameras():
    given = {"sim": True, "viewer": True, "rig": "front, rear"}
    words = [word for command in commands(given) for word in command.argv]
    assert words.count('cameras.names:=["front", "rear"]') == 2
    assert words.count('cameras:=["front", "rear"]') == 2
    assert not any("cameras.names" in word for word in argv_of("astra_local"))


def test_both_halves_of_the_stack_are_told_the_same_parts():
    spec = StackSpec.parse(
        "planner=flow,coarse=mllm", weights="planner=7", mllm="openai:http://a/v1,m"
    )
    for node in ("astra_local", "astra_global"):
        words = argv_of(node, **spec.arguments())
        told = dict(word.split(":=", 1) for word in words if word.split(":=")[0] in STACK)
        told = {name: yaml.safe_load(text) for name, text in told.items()}
        assert told == spec.arguments()
    words = [word for command in commands({}) for word in command.argv]
    assert not any(word.startswith(f"{name}:=") for word in words for name in STACK)


@pytest.mark.parametrize("node", ["astra_local.yaml", "astra_global.yaml"])
def test_where_nothing_is_said_the_default_stack_runs(node):
    (parameters,) = yaml.safe_load((ROOT / "config" / node).read_text()).values()
    told = {name: parameters["ros__parameters"][name] for name in STACK}
    assert StackSpec.parse(told["stack"], weights=told["weights"], mllm=told["mllm"]) == DEFAULT


def test_a_stack_that_does_not_exist_starts_nothing():
    with pytest.raises(ConfigError, match="did you mean flow"):
        commands({"stack": "classical,planner=flwo"})
    with pytest.raises(ConfigError, match="planner=mppi has no weights"):
        commands({"stack": "classical", "weights": "planner=tiny"})


def test_the_robot_file_reaches_everybody_who_needs_it():
    given = {"robot": "/tmp/mine.yaml", "sim": True, "viewer": True}
    told = [c.name for c in commands(given) if 'robot_file:="/tmp/mine.yaml"' in c.argv]
    assert told == ["astra_sim", "astra_guard", "astra_local", "astra_global", "astra_viewer"]
    (own,) = [word for word in argv_of("astra_guard") if word.startswith("robot_file:=")]
    assert own == f'robot_file:="{ROOT / "config" / "robot.yaml"}"'
    assert f'robot_file:="{Path.cwd() / "a.yaml"}"' in argv_of("astra_local", robot="a.yaml")


def test_a_robot_that_cannot_be_starts_nothing(tmp_path):
    robot = tmp_path / "robot.yaml"
    robot.write_text("footprint_radius: 0.3\n")
    with pytest.raises(ConfigError, match="did you mean 'footprint_radius_m'"):
        commands({"robot": robot})
    robot.write_text("footprint_radius_m: 0.3\n")
    assert any(f'robot_file:="{robot}"' in word for word in commands({"robot": robot})[0].argv)


def test_robots_with_a_prefix_share_tf_and_others_do_not():
    alone = argv_of("astra_local", sim=True, namespace="r1")
    assert "/tf:=tf" in alone and "/clock:=clock" in alone
    shared = argv_of("astra_local", namespace="r1", frame_prefix="r1/")
    assert "/tf:=tf" not in shared and "/clock:=clock" not in shared
    assert 'frame_prefix:="r1/"' in shared


def test_unknown_arguments_and_values_are_refused():
    with pytest.raises(ConfigError, match="unknown argument 'sceen'; known: sim, scene"):
        commands({"sceen": "home"})
    with pytest.raises(ConfigError, match="sim must be one of true, false, got 'maybe'"):
        commands({"sim": "maybe"})


def test_every_argument_is_described():
    for argument in ARGUMENTS:
        assert argument.description.endswith(".")


def test_misspelt_arguments_of_a_launch_are_named_and_those_of_others_are_not():
    lines = misspelt_arguments(["map", "sene", "params_fil", "launch-prefix", "rviz"])
    assert lines == (
        "the launch has no argument 'sene' (did you mean 'scene'?)",
        "the launch has no argument 'params_fil' (did you mean 'params_file'?)",
    )
