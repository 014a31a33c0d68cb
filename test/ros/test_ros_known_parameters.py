"""A parameter that no node has, or that is set for a node that there is not, is named."""

import subprocess
import sys

import pytest

pytest.importorskip("rclpy")
pytest.importorskip("astra_msgs.msg")

import rclpy

from astra_cli.node_table import commands
from astra_cli.ros.parameter_check import check_parameter_file
from astra_core.errors import ConfigError
from astra_core.ros.known_parameters import require_known_parameters
from astra_local.ros.guard_config import GuardNodeConfig


@pytest.fixture
def judge(domain_id):
    """Hold the command line of a guard against its parameters; return its warnings."""
    contexts = []

    def judge(*arguments):
        context = rclpy.Context()
        contexts.append(context)
        argv = ["astra_guard", "-p", "no:cacheprovider", "--ros-args", *arguments]
        rclpy.init(args=argv, context=context, domain_id=domain_id)
        node, warnings = rclpy.create_node("astra_guard", context=context), []
        node.get_logger = lambda: type("Logger", (), {"warning": warnings.append})
        try:
            require_known_parameters(node, GuardNodeConfig, argv)
        finally:
            node.destroy_node()
        return warnings

    yield judge
    for context in contexts:
        context.try_shutdown()


@pytest.fixture
def file(tmp_path):
    def file(text):
        path = tmp_path / "mine.yaml"
        path.write_text(text)
        return str(path)

    return file


def section(node, parameters):
    return f"{node}:\n  ros__parameters: {{{parameters}}}\n"


def test_what_exists_is_taken(judge, file):
    mine = file(section("/**/astra_guard", "rate_hz: 40.0") + section("/**", "use_sim_time: true"))
    assert judge("--params-file", mine, "-p", "guard.peers:=[a]") == []
    assert judge("-p", "astra_guard:rate_hz:=40.0", "-p", "qos_overrides./tf.depth:=3") == []


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("rate_hertz:=3.0", "/astra_guard has no parameter 'rate_hertz' .did you mean 'rate_hz'"),
        ("max_linear_mps:=0.3", "did you mean 'guard.max_linear_mps'"),
        ("nonsense:=1", "no parameter 'nonsense'"),
        ("astra_gaurd:rate_hz:=3.0", "'rate_hz' of 'astra_gaurd'"),
    ],
)
def test_a_typo_on_the_command_line_is_an_error(judge, override, words):
    with pytest.raises(ConfigError, match=words):
        judge("-p", override)


def test_a_typo_in_its_own_section_is_an_error(judge, file):
    with pytest.raises(ConfigError, match=r"did you mean 'guard\.max_linear_mps'"):
        judge("--params-file", file(section("astra_guard", "guard.max_linear: 0.3")))


def test_what_is_set_for_all_nodes_may_be_meant_for_another(judge, file):
    assert judge("--params-file", file(section("/**", "cameras.names: [front]"))) == []
    (warning,) = judge("--params-file", file(section("/**", "rate_hertz: 3.0")))
    assert "'rate_hertz' (did you mean 'rate_hz'?)" in warning


def test_a_section_for_another_namespace_is_warned_of(judge, file):
    (warning,) = judge("--params-file", file(section("/r1/astra_guard", "rate_hz: 40.0")))
    assert "/r1/astra_guard, but this is /astra_guard" in warning


def test_a_process_says_it_in_a_line_and_does_not_start(domain_id):
    argv = [sys.executable, "-m", "astra_local.ros.guard_node", "--ros-args"]
    for argument, words in (
        ("rate_hertz:=3.0", "/astra_guard has no parameter 'rate_hertz'"),
        ("rate_hz=3.0", "Couldn't parse parameter override rule: '-p rate_hz=3.0'"),
    ):
        done = subprocess.run(
            [*argv, "-p", argument],
            capture_output=True,
            text=True,
            timeout=100,
            env=None,
        )
        assert done.returncode == 2
        assert words in done.stderr and "Traceback" not in done.stderr
        assert "/src/" not in done.stderr.rpartition("[FATAL]")[2]


# --- the file of a launch, before any node starts ------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (section("astra_local", "plan_period: 0.1"), "'plan_period' .did you mean 'plan_period_s'"),
        (section("/**", "plan_perod_s: 0.1"), "did you mean 'plan_period_s'"),
        (section("astra_guard", "plan_period_s: 0.1"), "but /astra_local has"),
        (
            section("astra_locl", "plan_period_s: 0.1"),
            "called /astra_locl .did you mean /astra_local",
        ),
        (section("/r1/astra_local", "plan_period_s: 0.1"), "did you mean /astra_local"),
        (section("astra_planner", "x: 1"), "no node is called /astra_planner"),
        (section("astra_guard", "foo: 1"), "/astra_guard has no parameter 'foo'"),
    ],
)
def test_a_launch_does_not_begin_with_a_typo(file, text, words):
    path = file(text)
    with pytest.raises(ConfigError, match=words):
        check_parameter_file(path)
    with pytest.raises(ConfigError, match=words):
        commands({"params_file": path})


def test_the_rest_of_a_robot_may_stand_in_the_same_file(file):
    path = file(
        section("astra_local", "plan_period_s: 0.1")
        + section("slam_toolbox", "resolution: 0.05")
        + section("/**", "use_sim_time: false")
    )
    assert check_parameter_file(path) == (f"{path}: /slam_toolbox is no node of Astra's",)
    two = file(
        section("/r1/astra_local", "color: true") + section("/r2/astra_local", "color: true")
    )
    assert check_parameter_file(two, "r1") == (
        f"{two}: /r2/astra_local is a node of another robot",
    )
