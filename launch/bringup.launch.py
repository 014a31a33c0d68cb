"""Bring up Astra: the node table of ``astra_cli`` as a launch description.

ros2 launch astra bringup.launch.py map:=/maps/home sim:=true scene:=home seed:=7
ros2 launch astra bringup.launch.py map:=/maps/home robot:=/etc/robot.yaml      # on a robot
"""

import os
from pathlib import Path

from ament_index_python.packages import get_package_share_directory
from launch.actions import (
    DeclareLaunchArgument,
    OpaqueFunction,
    SetEnvironmentVariable,
    Shutdown,
)
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from astra_cli.node_table import (
    ARGUMENTS,
    NODES,
    THREAD_ENVIRONMENT,
    NodeSpec,
    node_parameters,
    remaps,
    resolve_arguments,
)
from launch import LaunchContext, LaunchDescription


def generate_launch_description() -> LaunchDescription:
    declared = [
        DeclareLaunchArgument(
            argument.name,
            default_value=argument.default,
            description=argument.description,
            choices=list(argument.choices) or None,
        )
        for argument in ARGUMENTS
    ]
    threads = [
        SetEnvironmentVariable(name, value)
        for name, value in THREAD_ENVIRONMENT.items()
        if name not in os.environ
    ]
    return LaunchDescription([*declared, *threads, OpaqueFunction(function=_nodes)])


def _nodes(context: LaunchContext) -> list[Node]:
    given = {
        argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS
    }
    config = Path(get_package_share_directory("astra")) / "config"
    values = resolve_arguments(given, config)
    return [
        _node(spec, values, config)
        for spec in NODES
        if not spec.condition or values[spec.condition] == "true"
    ]


def _node(spec: NodeSpec, values: dict[str, str], config: Path) -> Node:
    files = [str(config / spec.parameter_file)]
    overrides = [values["params_file"]] if values["params_file"] else []
    return Node(
        package=spec.package,
        executable=spec.executable,
        name=spec.name,
        namespace=values["namespace"],
        # Later entries win: a user's file has the last word.
        parameters=[*files, node_parameters(spec, values), *overrides],
        remappings=remaps(values),
        arguments=["--ros-args", "--log-level", values["log_level"]],
        output="screen",
        # Half a stack must not go on as if nothing were the matter; what it can do without for a
        # moment is started again, and astra_lifecycle brings it up.
        on_exit=Shutdown(reason=f"{spec.name} has ended") if spec.required else None,
        respawn=not spec.required,
        respawn_delay=None if spec.required else 2.0,
        # The nodes stop the robot and then themselves; that may take a moment.
        sigterm_timeout="10",
    )
