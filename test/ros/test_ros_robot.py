"""A node's parameters and its robot file: filled in, refused, and read anew."""

import sys

import pytest

pytest.importorskip("rclpy")

import rclpy
from rclpy.parameter import Parameter

from astra_core.errors import ConfigError
from astra_core.ros.robot import RobotParameters
from astra_global.ros.config import GlobalNodeConfig
from astra_local.ros.config import LocalNodeConfig
from astra_local.ros.guard_config import GuardNodeConfig

WIDE = "footprint_radius_m: 0.3\nheight_m: 0.6\nmax_linear_mps: 1.0\n"


@pytest.fixture
def wide(tmp_path):
    path = tmp_path / "wide.yaml"
    path.write_text(WIDE)
    return path


@pytest.fixture
def read(domain_id):
    context = rclpy.Context()
    rclpy.init(context=context, domain_id=domain_id)
    nodes = []

    def read(config, *arguments):
        argv = ["--ros-args", *(word for text in arguments for word in ("-p", text))]
        node = rclpy.create_node("some_node", context=context, cli_args=argv)
        nodes.append(node)
        parameters = RobotParameters(node, config)
        return node, parameters, parameters.read()

    yield read
    for node in nodes:
        node.destroy_node()
    context.try_shutdown()


def test_a_robot_file_fills_every_node(wide, read):
    _, _, guard = read(GuardNodeConfig, f"robot_file:={wide}")
    assert (guard.guard.footprint_radius_m, guard.guard.max_linear_mps) == (0.3, 1.0)
    _, parameters, local = read(LocalNodeConfig, f"robot_file:={wide}")
    assert local.pipeline.robot == parameters.robot
    assert local.pipeline.robot.footprint_radius_m == 0.3
    assert local.pipeline.occupancy.layer_edges_m == pytest.approx((0.05, 0.25, 0.5, 0.7))
    node, _, stack = read(GlobalNodeConfig, f"robot_file:={wide}")
    assert stack.pipeline.route.robot_radius_m == stack.pipeline.approach.robot_radius_m == 0.3
    assert stack.pipeline.mission.max_speed_mps == 1.0
    # `ros2 param get` tells what is in force.
    assert node.get_parameter("pipeline.route.robot_radius_m").value == 0.3


@pytest.mark.parametrize(
    ("config", "name", "value"),
    [
        (GuardNodeConfig, "guard.footprint_radius_m", 0.22),
        (GuardNodeConfig, "guard.max_linear_mps", 0.6),
        (LocalNodeConfig, "pipeline.robot.max_linear_mps", 0.6),
        (LocalNodeConfig, "pipeline.robot.footprint_radius_m", 0.31),
        (LocalNodeConfig, "pipeline.odometry.wheel_track_m", 0.25),
        (GlobalNodeConfig, "pipeline.route.robot_radius_m", 0.22),
        (GlobalNodeConfig, "pipeline.approach.robot_radius_m", 0.22),
        (GlobalNodeConfig, "pipeline.mission.max_speed_mps", 1.2),
    ],
)
def test_a_copy_that_differs_is_refused(config, name, value, wide, read):
    with pytest.raises(ConfigError, match=f"some_node: {name} is {value} .* {wide}"):
        read(config, f"robot_file:={wide}", f"{name}:={value}")


def test_without_a_file_the_robot_is_the_one_that_astra_comes_with(read):
    _, parameters, config = read(GuardNodeConfig)
    assert config == GuardNodeConfig() and parameters.robot.footprint_radius_m == 0.22
    said = r"guard\.max_linear_mps is 0\.5 .* config/robot\.yaml, 0\.6"
    with pytest.raises(ConfigError, match=said):
        read(GuardNodeConfig, "guard.max_linear_mps:=0.5")


def test_copies_that_agree_and_calmer_missions_are_accepted(wide, read):
    arguments = ("pipeline.route.robot_radius_m:=0.3", "pipeline.mission.max_speed_mps:=0.4")
    _, _, config = read(GlobalNodeConfig, f"robot_file:={wide}", *arguments)
    assert config.pipeline.mission.max_speed_mps == 0.4


def test_a_node_that_is_configured_again_forgets_the_robot_before(wide, read):
    node, parameters, _ = read(
        GlobalNodeConfig, f"robot_file:={wide}", "pipeline.mission.max_speed_mps:=0.4"
    )
    node.set_parameters([Parameter("robot_file", value="")])
    config = parameters.read()
    assert config.pipeline.route.robot_radius_m == 0.22
    assert config.pipeline.mission.max_speed_mps == 0.4  # somebody's wish
    assert parameters.robot.footprint_radius_m == 0.22


def test_a_robot_file_that_cannot_be_used_is_named(tmp_path, read):
    path = tmp_path / "odd.yaml"
    path.write_text("radius: 0.3")
    with pytest.raises(ConfigError, match=r"odd\.yaml: unknown setting 'radius'"):
        read(LocalNodeConfig, f"robot_file:={path}")


def test_a_guard_that_is_told_otherwise_does_not_start(processes, until):
    argv = (sys.executable, "-m", "astra_local.ros.guard_node")
    guard = processes(("astra_guard", (*argv, "--ros-args", "-p", "guard.footprint_radius_m:=0.2")))
    until(lambda: guard._children[0].returncode() is not None, "its end")
    assert guard._children[0].returncode() == 2
    said = guard.log_file("astra_guard").read_text()
    assert "guard.footprint_radius_m is 0.2 and must be the same as footprint_radius_m" in said
    assert "Traceback" not in said
