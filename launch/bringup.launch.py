"""Bring up Astra: the node table of ``astra_cli`` as a launch description.

ros2 launch astra bringup.launch.py map:=/maps/home sim:=true scene:=home seed:=7
ros2 launch astra bringup.launch.py map:=/maps/home robot:=/etc/robot.yaml      # on a robot
"""

import os
import sys
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
    misspelt_arguments,
    node_parameters,
    parameter_remarks,
    process_arguments,
    remaps,
    resolve_arguments,
)
from astra_cli.ros_domain import PROFILE_VARIABLES, ROBOT_PROFILE
from astra_core.errors import EXIT_CANNOT_WORK
from astra_viewer.door import TOKEN_VARIABLE, new_token
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
    profile = OpaqueFunction(function=_middleware_profile)
    return LaunchDescription([*declared, *threads, profile, OpaqueFunction(function=_nodes)])


def _middleware_profile(context: LaunchContext) -> list[SetEnvironmentVariable]:
    """Give Fast DDS room for pictures: by its defaults half of those sent best effort are lost."""
    del context
    if any(os.environ.get(name) for name in PROFILE_VARIABLES):
        return []
    profile = Path(get_package_share_directory("astra")) / "config" / ROBOT_PROFILE
    return [SetEnvironmentVariable(name, str(profile)) for name in PROFILE_VARIABLES]


def _nodes(context: LaunchContext) -> list[Node]:
    given = {
        argument.name: LaunchConfiguration(argument.name).perform(context) for argument in ARGUMENTS
    }
    config = Path(get_package_share_directory("astra")) / "config"
    values = resolve_arguments(given, config)
    strange = misspelt_arguments(getattr(context, "launch_configurations", ()))
    for remark in (*strange, *parameter_remarks(values)):
        sys.stderr.write(f"{remark}\n")
    page_token = {TOKEN_VARIABLE: os.environ.get(TOKEN_VARIABLE) or new_token()}
    return [
        _node(spec, values, config, page_token)
        for spec in NODES
        if not spec.condition or values[spec.condition] == "true"
    ]


def _after(spec: NodeSpec, returncode: int) -> list[Shutdown]:
    """Return what follows the end of a process; a process that respawns needs nothing more."""
    if not spec.required and returncode != EXIT_CANNOT_WORK:
        return []
    return [Shutdown(reason=f"{spec.name} has ended with code {returncode}")]


def _node(spec: NodeSpec, values: dict[str, str], config: Path, page_token: dict[str, str]) -> Node:
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
        arguments=["--ros-args", *process_arguments(spec, values)],
        output="screen",
        # Without the one there is nothing to do; the others are started again, and
        # astra_lifecycle brings them up. Who says itself that it cannot work ends the launch.
        on_exit=lambda event, context: _after(spec, event.returncode),
        respawn=not spec.required,
        respawn_delay=None if spec.required else 2.0,
        # Chosen here, so that a viewer that is started again has the same.
        additional_env=page_token if spec.condition == "viewer" else {},
        # The nodes stop the robot and then themselves; that may take a moment.
        sigterm_timeout="10",
    )
