"""Parameters that were set for a node but do not exist: a typo is an error and not a default."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from rclpy.node import Node

from astra_core.config import settings
from astra_core.errors import ConfigError
from astra_core.parameter_sections import Section, addresses, closest, read_sections

__all__ = ["CHOSEN_BY_RCLPY", "require_known_parameters"]

#: What every node of rclpy has besides its own.
CHOSEN_BY_RCLPY = ("use_sim_time", "start_type_description_service")
_QOS = "qos_overrides."


def require_known_parameters(node: Node, config: type, argv: Sequence[str] | None = None) -> None:
    """Refuse what was set for a node, by command line or file, and is no parameter of it.

    What a file sets for nodes of any name (``/**``) may be meant for others: it is only warned of
    where it looks like one of this node's. So is a section for a node of nearly this name.

    Args:
        node: The node, just made.
        config: Its config dataclass.
        argv: The command line; ``None`` is that of the process.

    Raises:
        ConfigError: Names each of them, with what may have been meant.
    """
    argv = _ros_arguments(sys.argv if argv is None else argv)
    known = {item.name for item in settings(config)} | set(CHOSEN_BY_RCLPY)
    files = _files(argv)
    sections = [section for found in files.values() for section in found]
    for_any = {name for s in sections if s.is_for_any_name for name in s.names}
    set_ = [name for name in node._parameter_overrides if not name.startswith(_QOS)]
    unknown = [name for name in set_ if name not in known]
    told = [_told(name, known) for name in unknown if name not in for_any]
    told += _misaddressed(node, argv)
    if told:
        raise ConfigError(f"{node.get_fully_qualified_name()} has no {'; no '.join(told)}")
    for name in unknown:
        if closest(name, known):
            node.get_logger().warning(f"there is no {_told(name, known)}")
    for path, found in files.items():
        _warn_of_neighbours(node, path, found)


def _ros_arguments(argv: Sequence[str]) -> list[str]:
    """Return what stands between ``--ros-args`` and ``--``: ``-p`` is a flag of others, too."""
    told, is_ros = [], False
    for item in argv:
        if item in ("--ros-args", "--"):
            is_ros = item == "--ros-args"
        elif is_ros:
            told.append(item)
    return told


def _told(name: str, known: set[str]) -> str:
    meant = closest(name, known)
    return f"parameter {name!r}" + (f" (did you mean {meant!r}?)" if meant else "")


def _misaddressed(node: Node, argv: Sequence[str]) -> list[str]:
    """Return the parameters of a command line that name another node: rcl drops them."""
    names = (node.get_name(), node.get_fully_qualified_name())
    told = []
    for flag, value in itertools.pairwise(argv):
        owner, colon, name = value.partition(":=")[0].rpartition(":")
        if flag in ("-p", "--param") and colon and owner not in names:
            told.append(f"parameter {name!r} of {owner!r}, which is another name")
    return told


def _files(argv: Sequence[str]) -> dict[str, list[Section]]:
    paths = [value for flag, value in itertools.pairwise(argv) if flag == "--params-file"]
    # rcl has read them already and says itself what it cannot read.
    return {path: read_sections(Path(path)) for path in paths if Path(path).is_file()}


def _warn_of_neighbours(node: Node, path: str, sections: Sequence[Section]) -> None:
    """Warn of a file that sets nothing here but something for a node of the same or a near name."""
    full = node.get_fully_qualified_name()
    if any(addresses(section.node, full) for section in sections):
        return
    for section in sections:
        name = section.node.rpartition("/")[2]
        if name == node.get_name():
            node.get_logger().warning(
                f"{path} sets parameters of {section.node}, but this is {full}: it hears nothing "
                f"of them; {name} in any namespace is /**/{name}"
            )
