"""The node graph, written down once: `launch/bringup.launch.py` and the runner both read it.

Nothing here imports ROS, so that the table can be read where none is installed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from astra_cli.topic_names import read_topics
from astra_core.errors import ConfigError
from astra_core.home_path import home_path
from astra_core.parameter_sections import closest
from astra_core.robot import load_robot
from astra_core.stack_spec import StackSpec
from astra_sim.conditions import CONDITIONS

__all__ = [
    "ARGUMENTS",
    "DEFAULT_CAMERAS",
    "NODES",
    "PAGE_LINE",
    "THREAD_ENVIRONMENT",
    "LaunchArgument",
    "NodeSpec",
    "ProcessCommand",
    "commands",
    "lifecycle_nodes",
    "misspelt_arguments",
    "node_parameters",
    "parameter_remarks",
    "process_arguments",
    "remaps",
    "resolve_arguments",
]

PAGE_LINE = "the page is at"
"""What `astra_viewer` logs before the address of its page."""

THREAD_ENVIRONMENT = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"
)
"""Numeric libraries would start a thread per core in each process; who sets these is obeyed."""


DEFAULT_CAMERAS = ("front", "left", "rear", "right")
"""The cameras where `rig` names none."""

_CONFIG = Path(__file__).resolve().parent.parent / "config"

Value = bool | float | str | list[str]


@dataclass(frozen=True)
class LaunchArgument:
    """One argument of the bring-up, as `ros2 launch ... --show-args` prints it."""

    name: str
    default: str
    description: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class NodeSpec:
    """One process of the graph.

    Attributes:
        name: Node name.
        executable: Entry point installed by the package `astra`.
        module: The same entry point for ``python -m``.
        parameter_file: File in ``config/``.
        parameters: Parameter of the node -> bring-up argument that sets it (where not empty).
        condition: Argument that must be true; empty means always.
        lifecycle_order: Place in the order of activation; ``None`` for a plain node.
        required: Whether everything ends with it. Of the others each may die: the robot stands,
            who waits for a goal is told, and the process is started again.
        package: ROS package.
    """

    name: str
    executable: str
    module: str
    parameter_file: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    condition: str = ""
    lifecycle_order: int | None = None
    required: bool = False
    package: str = "astra"


ARGUMENTS = (
    LaunchArgument("sim", "false", "Start the embedded simulator.", ("true", "false")),
    LaunchArgument("scene", "home", "Family of the simulated scene: home, office, warehouse."),
    LaunchArgument("seed", "7", "Seed of the scene, 0 to 2147483647."),
    LaunchArgument("start_seed", "0", "Seed of sensor noise and of where the robot starts."),
    LaunchArgument(
        "conditions",
        "empty",
        "What has changed in the scene since its tour, and who walks about.",
        tuple(CONDITIONS),
    ),
    LaunchArgument("map", "", "Folder of the map that Astra-Global loads; empty: by load_map."),
    LaunchArgument(
        "rig",
        "",
        "Cameras by name with commas between, as in front,rear; empty: front,left,rear,right.",
    ),
    LaunchArgument(
        "stack",
        "",
        "Which parts run: classical, learned or default, and parts that differ, as in "
        "classical,planner=flow; empty: what config/ says.",
    ),
    LaunchArgument(
        "weights",
        "",
        "Models of learned parts, as in PART=NAME|FOLDER|FILE[,...]; empty: what config/ says.",
    ),
    LaunchArgument(
        "mllm",
        "",
        "The multimodal model that is asked: embedded, transformers:FOLDER or openai:URL,MODEL; "
        "empty: what config/ says.",
    ),
    LaunchArgument(
        "robot", "", "YAML file that describes the robot; empty: robot.yaml beside the others."
    ),
    LaunchArgument("namespace", "", "Namespace of all nodes and topics, for several robots."),
    LaunchArgument(
        "frame_prefix",
        "",
        "Put before the robot's frames, as in r1/; the robots then share /tf. Without it each "
        "namespace has a TF tree of its own.",
    ),
    LaunchArgument(
        "use_sim_time",
        "auto",
        "Follow /clock; auto: when `sim` is true.",
        ("auto", "true", "false"),
    ),
    LaunchArgument("real_time_factor", "1.0", "Upper limit of simulated speed; 0: no limit."),
    LaunchArgument(
        "publish_ground_truth", "false", "Let the simulator tell the truth, for scoring only."
    ),
    LaunchArgument(
        "viewer",
        "false",
        "Serve the viewer page on this machine: map, cameras, plans, and a box for goals.",
        ("true", "false"),
    ),
    LaunchArgument(
        "topics",
        "",
        "A YAML file of the topics that have other names on this robot, as config/topics.yaml.",
    ),
    LaunchArgument("params_file", "", "A YAML file whose parameters override those of config/."),
    LaunchArgument(
        "enclave",
        "",
        "Where the keys of SROS2 are, as in /astra: each node takes the enclave of its name below; "
        "empty: none.",
    ),
    LaunchArgument("log_level", "info", "debug, info, warn or error."),
)

#: Arguments that are paths: bash leaves the ``~`` of ``map:=~/maps/home`` as it is.
_PATHS = ("map", "robot", "topics", "params_file")

#: What both halves of the stack are told, so that they are halves of one.
_STACK = {"stack": "stack", "weights": "weights", "mllm": "mllm"}

NODES = (
    NodeSpec(
        name="astra_sim",
        executable="astra_sim",
        module="astra_sim.ros.node",
        parameter_file="astra_sim.yaml",
        parameters={
            "frame_prefix": "frame_prefix",
            "robot_file": "robot",
            "cameras": "rig",
            "scene": "scene",
            "seed": "seed",
            "start_seed": "start_seed",
            "conditions": "conditions",
            "real_time_factor": "real_time_factor",
            "publish_ground_truth": "publish_ground_truth",
        },
        condition="sim",
        required=True,
    ),
    NodeSpec(
        name="astra_guard",
        executable="astra_guard",
        module="astra_local.ros.guard_node",
        parameter_file="astra_guard.yaml",
        parameters={"frame_prefix": "frame_prefix", "robot_file": "robot"},
    ),
    NodeSpec(
        name="astra_local",
        executable="astra_local",
        module="astra_local.ros.node",
        parameter_file="astra_local.yaml",
        # The simulator's bursts of images are too much for best effort; drivers offer no other.
        parameters={
            "frame_prefix": "frame_prefix",
            **_STACK,
            "robot_file": "robot",
            "cameras.names": "rig",
            "cameras.reliable": "use_sim_time",
            "wheel_topic_reliable": "use_sim_time",
        },
        lifecycle_order=1,
    ),
    NodeSpec(
        name="astra_global",
        executable="astra_global",
        module="astra_global.ros.node",
        parameter_file="astra_global.yaml",
        parameters={
            "frame_prefix": "frame_prefix",
            "robot_file": "robot",
            "map_folder": "map",
            **_STACK,
            "cameras.names": "rig",
            "cameras.reliable": "use_sim_time",
        },
        lifecycle_order=2,
    ),
    NodeSpec(
        name="astra_viewer",
        executable="astra_viewer",
        module="astra_viewer.ros.node",
        parameter_file="astra_viewer.yaml",
        parameters={"frame_prefix": "frame_prefix", "robot_file": "robot", "cameras": "rig"},
        condition="viewer",
    ),
    NodeSpec(
        name="astra_lifecycle",
        executable="astra_lifecycle",
        module="astra_core.ros.lifecycle_node",
        parameter_file="astra_lifecycle.yaml",
    ),
)


@dataclass(frozen=True)
class ProcessCommand:
    """What the runner starts.

    Attributes:
        name: For logs and messages.
        argv: The command line.
        stops_last: Whether it outlives the others at the end: a recorder sees the robot stop.
        restarts: Whether it is started again when it dies, once everything has been up.
    """

    name: str
    argv: tuple[str, ...]
    stops_last: bool = False
    restarts: bool = False


def lifecycle_nodes(nodes: tuple[NodeSpec, ...] = NODES) -> list[str]:
    """Return the names of the managed nodes in order of activation."""
    managed = [node for node in nodes if node.lifecycle_order is not None]
    return [node.name for node in sorted(managed, key=lambda node: node.lifecycle_order or 0)]


def resolve_arguments(
    given: Mapping[str, object], config_folder: Path | None = None
) -> dict[str, str]:
    """Fill in defaults and check the arguments of the bring-up.

    Args:
        given: Values of :data:`ARGUMENTS` by name; missing ones keep their defaults.
        config_folder: Where ``robot.yaml`` lies; ``None`` means the repository's ``config/``.

    Raises:
        ConfigError: An unknown argument, a value that is not among its choices, no stack, or a
            file of topics or of a robot that cannot be used.
    """
    known = {argument.name: argument for argument in ARGUMENTS}
    values = {argument.name: argument.default for argument in ARGUMENTS}
    for name, value in given.items():
        if name not in known:
            raise ConfigError(f"unknown argument {name!r}; known: {', '.join(known)}")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        choices = known[name].choices
        if choices and text not in choices:
            raise ConfigError(f"{name} must be one of {', '.join(choices)}, got {text!r}")
        values[name] = text
    if values["use_sim_time"] == "auto":
        values["use_sim_time"] = values["sim"]
    if values["stack"]:
        # Said here in one line, and not by nodes that do not come up.
        StackSpec.parse(values["stack"], weights=values["weights"], mllm=values["mllm"])
    for name in _PATHS:
        if values[name]:
            values[name] = str(home_path(values[name]))
    if values["topics"]:
        remaps(values)
    robot = Path(values["robot"]) if values["robot"] else (config_folder or _CONFIG) / "robot.yaml"
    values["robot"] = str(robot.absolute())
    if robot.is_file():  # the nodes say that it is missing
        load_robot(values["robot"])
    return values


def misspelt_arguments(names: Iterable[str]) -> tuple[str, ...]:
    """Return a line for each name that is no argument but looks like one: launch says nothing.

    Args:
        names: Of everything that a launch was given, by a parent launch too.
    """
    known = [argument.name for argument in ARGUMENTS]
    strange = {name: closest(name, known) for name in names if name not in known}
    return tuple(
        f"the launch has no argument {name!r} (did you mean {meant!r}?)"
        for name, meant in strange.items()
        if meant
    )


def node_parameters(node: NodeSpec, values: Mapping[str, str]) -> dict[str, Value]:
    """Return the parameters that the arguments set on a node, as values of their own type.

    Args:
        node: A row of the table.
        values: From :func:`resolve_arguments`.
    """
    parameters: dict[str, Value] = {"use_sim_time": values["use_sim_time"] == "true"}
    for parameter, argument in node.parameters.items():
        text = values[argument]
        if argument == "rig" and text:
            parameters[parameter] = _cameras(text)
        elif text:
            parameters[parameter] = _typed(text)
    return parameters


def remaps(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the (from, to) pairs of every node.

    Without a prefix two robots would have frames of the same names, so each namespace gets a tree
    of its own; and each simulator a clock of its own.

    Args:
        values: From :func:`resolve_arguments`.

    Raises:
        ConfigError: The file of topics cannot be used.
    """
    pairs = []
    if not values["frame_prefix"]:
        pairs += [("/tf", "tf"), ("/tf_static", "tf_static")]
    if values["namespace"] and values["sim"] == "true":
        pairs.append(("/clock", "clock"))
    if not values["topics"]:
        return pairs
    own = read_topics(Path(values["topics"]), _cameras(values["rig"]) or DEFAULT_CAMERAS)
    named = [name for name, _ in own]
    return [*own, *(pair for pair in pairs if pair[0] not in named)]


def parameter_remarks(values: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a person should know of the ``params_file``, a line each; needs ROS.

    Args:
        values: From :func:`resolve_arguments`.

    Raises:
        ConfigError: It is missing, sets what no node has, or sets it for a node that there is not.
    """
    path = values["params_file"]
    if not path:
        return ()
    if not Path(path).is_file():  # launch_ros would warn of it and start the nodes without it
        raise ConfigError(f"params_file: there is no file {path}")
    from astra_cli.ros.parameter_check import check_parameter_file

    return check_parameter_file(Path(path), values["namespace"])


def process_arguments(node: NodeSpec, values: Mapping[str, str]) -> list[str]:
    """Return what stands after ``--ros-args`` for the process as a whole: enclave, log level.

    Args:
        node: A row of the table.
        values: From :func:`resolve_arguments`.
    """
    enclave = values["enclave"].strip("/")
    chosen = ["--enclave", f"/{enclave}/{node.name}"] if enclave else []
    return [*chosen, "--log-level", values["log_level"]]


def commands(
    given: Mapping[str, object],
    config_folder: Path | None = None,
    nodes: tuple[NodeSpec, ...] = NODES,
) -> list[ProcessCommand]:
    """Turn the table into command lines, in starting order.

    Args:
        given: Values of :data:`ARGUMENTS` by name; missing ones keep their defaults.
        config_folder: Where the parameter files lie; ``None`` means the repository's ``config/``.
        nodes: The table.

    Raises:
        ConfigError: See :func:`resolve_arguments`.
    """
    folder = config_folder or _CONFIG
    values = resolve_arguments(given, folder)
    parameter_remarks(values)
    return [
        ProcessCommand(node.name, tuple(_argv(node, values, folder)), restarts=not node.required)
        for node in nodes
        if not node.condition or values[node.condition] == "true"
    ]


def _argv(node: NodeSpec, values: Mapping[str, str], folder: Path) -> list[str]:
    argv = [sys.executable, "-m", node.module, "--ros-args", "-r", f"__node:={node.name}"]
    if values["namespace"]:
        argv += ["-r", f"__ns:=/{values['namespace'].strip('/')}"]
    for source, target in remaps(values):
        argv += ["-r", f"{source}:={target}"]
    argv += ["--params-file", str(folder / node.parameter_file)]
    for name, value in node_parameters(node, values).items():
        argv += ["-p", f"{name}:={json.dumps(value)}"]
    if values["params_file"]:
        # Last, so that a user's file has the last word.
        argv += ["--params-file", values["params_file"]]
    return [*argv, *process_arguments(node, values)]


def _cameras(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _typed(text: str) -> bool | float | str:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
