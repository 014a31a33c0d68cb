"""Writes what is made from code: ``config/`` (defaults, URDF, rviz2 displays), a table of topics.

    python -m astra_cli.ros.parameter_files            # after a default or a description changed

A robot's own values belong into files of its own, given as ``params_file`` and ``topics``.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

from astra_cli.ros.rviz_config import rviz_config
from astra_cli.topic_names import CAMERA_FIELD, renameable
from astra_cli.topic_table import topics_page
from astra_core.config import Setting, settings
from astra_core.robot import RobotConfig
from astra_core.robot_settings import robot_links
from astra_core.ros.lifecycle_config import LifecycleConfig
from astra_global.ros.config import GlobalNodeConfig
from astra_local.ros.config import LocalNodeConfig
from astra_local.ros.guard_config import GuardNodeConfig
from astra_sim.rig import default_rig
from astra_sim.robot import DriveBaseConfig
from astra_sim.ros.config import SimNodeConfig
from astra_sim.ros.robot_description import robot_urdf
from astra_viewer.ros.config import ViewerConfig

__all__ = [
    "NODE_CONFIGS",
    "config_files",
    "main",
    "parameter_file",
    "robot_yaml",
    "ros_page",
    "topics_yaml",
]

NODE_CONFIGS: dict[str, tuple[type, str]] = {
    "astra_sim": (SimNodeConfig, "The simulator."),
    "astra_local": (LocalNodeConfig, "Astra-Local: odometry, occupancy, planner."),
    "astra_guard": (GuardNodeConfig, "The guard, the only publisher of cmd_vel."),
    "astra_global": (GlobalNodeConfig, "Astra-Global: localization, goals, routes, missions."),
    "astra_viewer": (ViewerConfig, "The viewer page."),
    "astra_lifecycle": (LifecycleConfig, "The lifecycle owner."),
}
_WIDTH = 100
_TOPICS_BEGIN = "<!-- topics: made by astra_cli/ros/parameter_files.py -->"
_TOPICS_END = "<!-- end of topics -->"


def parameter_file(name: str) -> str:
    """Return the text of the parameter file of a node: every setting with its default.

    What the robot decides is left out: it stands in ``robot.yaml``, and only there.
    """
    config, intro = NODE_CONFIGS[name]
    lines = [
        f"# {intro} Every setting with its default; made by astra_cli/ros/parameter_files.py.",
        *_from_robot(config),
        f"/**/{name}:",
        "  ros__parameters:",
    ]
    group: list[str] = []
    decided = robot_links(config)
    for item in settings(config):
        if item.name in decided:
            continue
        *path, key = item.name.split(".")
        shared = next(
            (n for n, (a, b) in enumerate(zip(group, path, strict=False)) if a != b),
            min(len(group), len(path)),
        )
        for depth in range(shared, len(path)):
            lines.append(f"{_indent(depth)}{path[depth]}:")
        group = path
        lines += _entry(item, key, _indent(len(path)))
    return "\n".join(lines) + "\n"


def robot_yaml() -> str:
    """Return the text of ``config/robot.yaml``: the robot that Astra comes with."""
    lines = [
        "# The robot, once for all nodes and for the map builder. Made by",
        "# astra_cli/ros/parameter_files.py; describe yours in a copy and give it as robot:=FILE.",
    ]
    for item in settings(RobotConfig):
        lines += _entry(item, item.name, "")
    return "\n".join(lines) + "\n"


def topics_yaml() -> str:
    """Return the text of ``config/topics.yaml``: every topic under its own name."""
    lines = [
        "# Topics by Astra's names; made by astra_cli/ros/parameter_files.py. What your robot",
        "# calls otherwise goes with its name into a file of your own, given as topics:=FILE.",
        "# {camera} stands for each camera of rig:=...; one by its name, as in",
        "# camera/front/image_raw, goes before. Compressed images follow their image_raw.",
    ]
    for name, about in renameable().items():
        key = f'"{name}"' if CAMERA_FIELD in name else name
        line, comment = f"{key}: {key}", f"# {about}"
        lines += [f"{line}  {comment}"] if len(line + comment) < _WIDTH - 1 else [comment, line]
    return "\n".join(lines) + "\n"


def config_files() -> dict[str, str]:
    """Return the text of every generated file in ``config/`` by its name."""
    files = {f"{name}.yaml": parameter_file(name) for name in NODE_CONFIGS}
    files["robot.yaml"] = robot_yaml()
    files["topics.yaml"] = topics_yaml()
    rig = default_rig()
    files["astra.urdf"] = robot_urdf(rig, DriveBaseConfig())
    files["astra.rviz"] = rviz_config("map", rig.names)
    files["astra_odom.rviz"] = rviz_config("odom", rig.names)
    return files


def ros_page(text: str) -> str:
    """Return ``docs/ros.md`` with the present topic table."""
    before, _, rest = text.partition(_TOPICS_BEGIN)
    after = rest.partition(_TOPICS_END)[2]
    return f"{before}{_TOPICS_BEGIN}\n{topics_page()}{_TOPICS_END}{after}"


def main() -> int:
    """Write all files; say which changed."""
    root = Path(__file__).resolve().parents[2]
    page = root / "docs" / "ros.md"
    texts = {root / "config" / name: text for name, text in config_files().items()}
    texts[page] = ros_page(page.read_text(encoding="utf-8"))
    for path, text in texts.items():
        changed = not path.is_file() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name}: {'written' if changed else 'unchanged'}\n")
    return 0


def _from_robot(config: type) -> list[str]:
    """Return a comment that names what the robot decides."""
    names = [name for name in robot_links(config) if ".robot." not in name]
    if not names:
        return []
    text = f"Filled in from robot.yaml: {', '.join(names)}"
    return [f"# {line}" for line in textwrap.wrap(text, _WIDTH - 2)]


def _entry(item: Setting, key: str, indent: str) -> list[str]:
    comment = item.description.rstrip(".")
    if item.choices:
        comment += f" ({' | '.join(item.choices)})"
    line = f"{indent}{key}: {_yaml(item.default)}"
    if item.default == () or item.default is None:
        # A ROS parameter file can hold neither an empty list nor nothing.
        line = f"{indent}# {key}:"
    if len(line) + len(comment) + 4 <= _WIDTH:
        return [f"{line}  # {comment}"]
    wrapped = textwrap.wrap(comment, _WIDTH - len(indent) - 2)
    return [*(f"{indent}# {part}" for part in wrapped), line]


def _indent(depth: int) -> str:
    return "    " + "  " * depth


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(_yaml(item) for item in value)}]"
    if isinstance(value, str):
        return f'"{value}"'
    text = repr(value)
    if isinstance(value, float) and "e" in text and "." not in text:
        # YAML 1.1 reads 1e-06 as a word.
        mantissa, exponent = text.split("e")
        return f"{mantissa}.0e{exponent}"
    return text


if __name__ == "__main__":
    sys.exit(main())
