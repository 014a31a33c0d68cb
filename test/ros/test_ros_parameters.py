"""Parameters come from the config dataclasses, and the files in config/ name exactly those."""

import math
from pathlib import Path

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import rclpy
import yaml

from astra_cli.ros.parameter_files import NODE_CONFIGS, config_files, ros_page
from astra_core import errors
from astra_core.config import settings
from astra_core.errors import AstraError, ConfigError
from astra_core.robot import RobotConfig, load_robot
from astra_core.robot_settings import robot_links
from astra_core.ros.parameters import read_config, refuse_changes
from astra_local.ros.guard_config import GuardNodeConfig
from astra_msgs.action import Navigate

CONFIG = Path(__file__).resolve().parents[2] / "config"
CONFIGS = {name: config for name, (config, _) in NODE_CONFIGS.items()}


@pytest.fixture
def make_node(domain_id):
    context = rclpy.Context()
    nodes = []

    def make(name, *arguments):
        argv = ["--ros-args", *arguments] if arguments else []
        rclpy.init(context=context, domain_id=domain_id)
        nodes.append(rclpy.create_node(name, context=context, cli_args=argv))
        return nodes[-1]

    yield make
    for node in nodes:
        node.destroy_node()
    context.try_shutdown()


def flat(data, prefix=""):
    for key, value in data.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


@pytest.mark.parametrize("name", CONFIGS)
def test_yaml_keys_equal_fields(name):
    ((key, content),) = yaml.safe_load((CONFIG / f"{name}.yaml").read_text()).items()
    assert key == f"/**/{name}"  # in any namespace
    # ROS parameter files cannot hold empty lists: such settings stand there as comments. What the
    # robot decides stands in robot.yaml.
    declared = {item.name for item in settings(CONFIGS[name]) if item.default != ()}
    declared -= robot_links(CONFIGS[name]).keys()
    assert {key for key, _ in flat(content["ros__parameters"])} == declared


def test_the_robot_file_holds_the_whole_robot():
    assert yaml.safe_load((CONFIG / "robot.yaml").read_text()).keys() == {
        item.name for item in settings(RobotConfig)
    }
    assert load_robot(CONFIG / "robot.yaml") == load_robot() == RobotConfig()


@pytest.mark.parametrize("name", CONFIGS)
def test_every_setting_is_described(name):
    assert [item.name for item in settings(CONFIGS[name]) if not item.description] == []


@pytest.mark.parametrize("name", CONFIGS)
def test_every_number_has_a_range_and_its_default_lies_within(name):
    for item in settings(CONFIGS[name]):
        values = item.default if isinstance(item.default, tuple) else (item.default,)
        numbers = [v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
        if numbers or item.type in (int, float):
            assert -math.inf < item.minimum <= item.maximum < math.inf, item.name
            assert all(item.minimum <= number <= item.maximum for number in numbers), item.name


@pytest.mark.parametrize("name", CONFIGS)
def test_a_node_describes_its_parameters(name, make_node):
    node = make_node(name)
    read_config(node, CONFIGS[name])
    first = next(iter(settings(CONFIGS[name])))
    assert node.describe_parameter(first.name).description == first.description


def test_generated_files_are_up_to_date():
    stale = [n for n, text in config_files().items() if (CONFIG / n).read_text() != text]
    assert stale == [], "run `python -m astra_cli.ros.parameter_files`"
    page = (CONFIG.parent / "docs" / "ros.md").read_text()
    assert page == ros_page(page), "run `python -m astra_cli.ros.parameter_files`"
    assert "`global/pose` |" in page


@pytest.mark.parametrize("name", CONFIGS)
def test_files_repeat_the_defaults_of_the_dataclasses(name, make_node):
    node = make_node(name, "--params-file", str(CONFIG / f"{name}.yaml"))
    assert read_config(node, CONFIGS[name]) == CONFIGS[name]()


def test_whole_numbers_are_accepted_for_floats(make_node):
    node = make_node("astra_guard", "-p", "guard.max_linear_mps:=1", "-p", "rate_hz:=100")
    config = read_config(node, GuardNodeConfig)
    assert config.guard.max_linear_mps == 1.0 and isinstance(config.guard.max_linear_mps, float)
    assert config.rate_hz == 100.0


def test_lists_become_tuples(make_node):
    node = make_node("astra_guard", "-p", "guard.peers:=['a', 'b']")
    assert read_config(node, GuardNodeConfig).guard.peers == ("a", "b")


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ("rate_hz:=0.0", "rate_hz"),
        ("rate_hz:=.nan", "rate_hz"),
        ("cmd_vel_stamped:=1", "cmd_vel_stamped"),
        ("guard.max_linear_mps:=fast", "max_linear_mps"),
        ("guard.max_linear_mps:=-1.0", "max_linear_mps"),
        ("guard.max_linear_mps:=50.0", "max_linear_mps"),
        ("guard.heartbeat_timeout_s:=60.0", "heartbeat_timeout_s"),
    ],
)
def test_wrong_values_are_refused_by_name(override, named, make_node):
    node = make_node("astra_guard", "-p", override)
    with pytest.raises(ConfigError, match=named):
        read_config(node, GuardNodeConfig)


def test_reading_again_takes_the_newest_values(make_node):
    node = make_node("astra_guard")
    assert read_config(node, GuardNodeConfig).rate_hz == 50.0
    node.set_parameters([rclpy.parameter.Parameter("rate_hz", value=20.0)])
    assert read_config(node, GuardNodeConfig).rate_hz == 20.0


def test_a_change_without_effect_is_refused_with_the_reason(make_node):
    node = make_node("astra_guard")
    why = ["read once, when the node starts"]
    refuse_changes(node, lambda: why[0])
    assert read_config(node, GuardNodeConfig).rate_hz == 50.0  # declaring is no change
    parameter = rclpy.parameter.Parameter("rate_hz", value=20.0)
    (answer,) = node.set_parameters([parameter])
    assert not answer.successful
    assert answer.reason == "rate_hz: read once, when the node starts"
    assert node.get_parameter("rate_hz").value == 50.0
    why[0] = ""
    (answer,) = node.set_parameters([parameter])
    assert answer.successful and node.get_parameter("rate_hz").value == 20.0


def test_error_codes_are_those_of_the_action():
    constants = {
        name: getattr(Navigate.Result, name)
        for name in dir(Navigate.Result)
        if name.isupper() and isinstance(getattr(Navigate.Result, name), int)
    }
    raised = {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, AstraError) and kind is not AstraError
    }
    # What the action names is what a mission can fail with.
    assert {code for code in constants.values() if 100 <= code < 400} <= raised
    assert constants["NOT_LOCALIZED"] == errors.NotLocalized.code
    assert constants["PREEMPTED"] == errors.MissionPreempted.code
    assert constants["STUCK"] == errors.RobotStuck.code
