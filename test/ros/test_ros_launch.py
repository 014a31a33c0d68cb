"""The launch file: with the real ``launch`` where it is installed, with stand-ins elsewhere."""

import importlib.util
import itertools
import sys
import types
from pathlib import Path

import pytest
import yaml

pytest.importorskip("ament_index_python")

from astra_cli.node_table import ARGUMENTS, NODES, commands
from astra_core.errors import ConfigError

FILE = Path(__file__).resolve().parents[2] / "launch" / "bringup.launch.py"
INSTALLED = Path("/share/astra/config")


class Recorded:
    """Stands in for a launch action: remembers how it was made."""

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs


class Configuration(Recorded):
    def perform(self, context):
        return context[self.args[0]]


@pytest.fixture
def bringup(monkeypatch):
    """Return the launch file as a module, over stand-ins for launch and launch_ros."""
    kinds = {
        "launch": {"LaunchContext": dict, "LaunchDescription": Recorded},
        "launch.actions": {
            name: type(name, (Recorded,), {})
            for name in (
                "DeclareLaunchArgument",
                "OpaqueFunction",
                "SetEnvironmentVariable",
                "Shutdown",
            )
        },
        "launch.substitutions": {"LaunchConfiguration": Configuration},
        "launch_ros": {},
        "launch_ros.actions": {"Node": type("Node", (Recorded,), {})},
    }
    for name, content in kinds.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(
        "ament_index_python.packages.get_package_share_directory", lambda _: str(INSTALLED.parent)
    )
    spec = importlib.util.spec_from_file_location("bringup_under_test", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def nodes_of(module, **given):
    (description,) = module.generate_launch_description().args
    function = description[-1].kwargs["function"]
    context = {argument.name: argument.default for argument in ARGUMENTS} | given
    return {node.kwargs["name"]: node.kwargs for node in function(context)}


def test_every_argument_is_declared_and_described(bringup):
    (description,) = bringup.generate_launch_description().args
    declared = {
        action.args[0]: action.kwargs
        for action in description
        if type(action).__name__ == "DeclareLaunchArgument"
    }
    for name in ("sim", "scene", "seed", "map", "namespace", "use_sim_time", "params_file"):
        assert declared[name]["description"]
    assert set(declared) == {argument.name for argument in ARGUMENTS}


def test_the_token_of_the_page_is_made_by_each_launch_and_told_to_the_viewer_only(
    bringup, monkeypatch
):
    monkeypatch.delenv("ASTRA_PAGE_TOKEN", raising=False)
    tokens = set()
    for _ in range(2):
        nodes = nodes_of(bringup, sim="true", viewer="true", map="/maps/home", seed="7")
        given = {name: node["additional_env"] for name, node in nodes.items()}
        tokens.add(given.pop("astra_viewer")["ASTRA_PAGE_TOKEN"])
        assert not any(given.values())
    assert len(tokens) == 2
    monkeypatch.setenv("ASTRA_PAGE_TOKEN", "mine" * 8)
    nodes = nodes_of(bringup, viewer="true", map="/maps/home")
    assert nodes["astra_viewer"]["additional_env"] == {"ASTRA_PAGE_TOKEN": "mine" * 8}


def test_the_nodes_are_those_of_the_table(bringup):
    nodes = nodes_of(bringup, sim="true", viewer="true", map="/maps/home", seed="7")
    assert list(nodes) == [spec.name for spec in NODES]
    assert nodes["astra_sim"]["executable"] == "astra_sim"
    first, overrides = nodes["astra_sim"]["parameters"]
    assert first == str(INSTALLED / "astra_sim.yaml")
    assert overrides["seed"] == 7 and overrides["use_sim_time"] is True
    assert nodes["astra_global"]["parameters"][1]["map_folder"] == "/maps/home"


def told(argv):
    """Return what a command line of the runner tells a node: parameters, remaps, files."""
    parameters, remaps, files = {}, set(), []
    for flag, value in itertools.pairwise(argv):
        if flag == "-p":
            name, _, text = value.partition(":=")
            parameters[name] = yaml.safe_load(text)
        elif flag == "-r" and not value.startswith("__"):
            remaps.add(tuple(value.split(":=")))
        elif flag == "--params-file":
            files.append(Path(value).name)
    return parameters, remaps, files


@pytest.mark.parametrize(
    "given",
    [
        {"sim": "true", "viewer": "true", "map": "/maps/home", "seed": "12", "scene": "office"},
        {"sim": "true", "namespace": "r1", "rig": "front,rear", "conditions": "standard"},
        {"namespace": "r1", "frame_prefix": "r1/", "use_sim_time": "true"},
        {"params_file": "mine.yaml", "map": "/maps/my home", "robot": "/etc/robot.yaml"},
    ],
)
def test_launch_and_runner_tell_every_node_the_same(bringup, given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").touch()
    nodes = nodes_of(bringup, **given)
    processes = {command.name: command.argv for command in commands(given, INSTALLED)}
    assert list(nodes) == list(processes)
    for name, kwargs in nodes.items():
        parameters, remaps, files = told(processes[name])
        first, overrides, *mine = kwargs["parameters"]
        assert overrides == parameters, name
        assert set(kwargs["remappings"]) == remaps, name
        assert [Path(file).name for file in (first, *mine)] == files, name
        module = next(spec.module for spec in NODES if spec.name == name)
        assert module in processes[name]
        assert ("__ns:=/r1" in processes[name]) == (kwargs["namespace"] == "r1")


def test_on_a_robot_there_is_no_simulator(bringup, tmp_path):
    mine = tmp_path / "mine.yaml"
    mine.touch()
    nodes = nodes_of(bringup, params_file=str(mine), namespace="r1")
    assert "astra_sim" not in nodes
    assert "astra_viewer" not in nodes
    local = nodes["astra_local"]
    assert local["parameters"][1] == {
        "use_sim_time": False,
        "robot_file": str(INSTALLED / "robot.yaml"),
        "cameras.reliable": False,
        "wheel_topic_reliable": False,
    }
    assert local["parameters"][-1] == str(mine)
    assert local["namespace"] == "r1"
    assert ("/tf", "tf") in local["remappings"]


def test_the_launch_ends_with_any_process_that_it_cannot_do_without(bringup):
    nodes = nodes_of(bringup, sim="true")
    stack = {"astra_guard", "astra_local", "astra_global", "astra_lifecycle"}
    assert {name for name, kwargs in nodes.items() if kwargs["respawn"]} == stack

    def ends(name, returncode):
        actions = nodes[name]["on_exit"](types.SimpleNamespace(returncode=returncode), None)
        assert all(name in action.kwargs["reason"] for action in actions)
        return [type(action).__name__ for action in actions] == ["Shutdown"]

    killed, crashed, cannot_work = -9, 1, 2
    assert ends("astra_sim", killed)
    assert not any(ends(name, killed) or ends(name, crashed) for name in stack)
    assert all(ends(name, cannot_work) for name in stack)


def test_numeric_libraries_get_one_thread_unless_the_user_says_otherwise(bringup, monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    (description,) = bringup.generate_launch_description().args
    actions = [a.args for a in description if type(a).__name__ == "SetEnvironmentVariable"]
    assert actions == [("OPENBLAS_NUM_THREADS", "1"), ("MKL_NUM_THREADS", "1")]


@pytest.mark.parametrize(
    "variable", ["FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"]
)
def test_fast_dds_gets_room_for_pictures_unless_the_user_says_otherwise(
    bringup, monkeypatch, variable
):
    for name in ("FASTDDS_DEFAULT_PROFILES_FILE", "FASTRTPS_DEFAULT_PROFILES_FILE"):
        monkeypatch.delenv(name, raising=False)
    (description,) = bringup.generate_launch_description().args
    functions = [a.kwargs["function"] for a in description if type(a).__name__ == "OpaqueFunction"]
    assert len(functions) == 2  # before the nodes, which come last

    given = dict(action.args for action in functions[0]({}))
    assert given[variable] == str(INSTALLED / "fastdds_robot.xml")
    assert (FILE.parents[1] / "config" / "fastdds_robot.xml").is_file()
    monkeypatch.setenv(variable, "/etc/mine.xml")
    assert functions[0]({}) == []


def test_topics_with_other_names_reach_every_node(bringup, tmp_path):
    file = tmp_path / "topics.yaml"
    file.write_text("imu: /imu/data\n")
    nodes = nodes_of(bringup, topics=str(file))
    assert all(("imu", "/imu/data") in node["remappings"] for node in nodes.values())


def test_a_typo_in_the_users_file_ends_the_launch_and_the_rest_is_said(bringup, tmp_path, capsys):
    file = tmp_path / "mine.yaml"
    file.write_text("slam_toolbox:\n  ros__parameters: {resolution: 0.05}\n")
    nodes_of(bringup, params_file=str(file))
    assert "/slam_toolbox is no node of Astra's" in capsys.readouterr().err
    file.write_text("astra_guard:\n  ros__parameters: {rate_hertz: 50.0}\n")
    with pytest.raises(ConfigError, match="rate_hertz"):
        nodes_of(bringup, params_file=str(file))


def test_without_the_users_file_nothing_starts(bringup, tmp_path):
    with pytest.raises(ConfigError, match=r"there is no file .*mine\.yaml"):
        nodes_of(bringup, params_file=str(tmp_path / "mine.yaml"))


def test_the_real_launch_accepts_the_file():
    launch = pytest.importorskip("launch")
    if not hasattr(launch, "LaunchService"):
        pytest.skip("another package is called launch here")
    pytest.importorskip("launch_ros")
    from launch.launch_description_sources import PythonLaunchDescriptionSource

    from launch import LaunchContext

    source = PythonLaunchDescriptionSource(str(FILE))
    description = source.get_launch_description(LaunchContext())
    names = {argument.name for argument in description.get_launch_arguments()}
    assert names == {argument.name for argument in ARGUMENTS}
