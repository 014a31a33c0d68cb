"""A user's parameter file, held against all nodes of the launch before one of them starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astra_cli.ros.parameter_files import NODE_CONFIGS
from astra_core.config import settings
from astra_core.errors import ConfigError
from astra_core.parameter_sections import Section, addresses, closest, read_sections
from astra_core.ros.known_parameters import CHOSEN_BY_RCLPY

__all__ = ["check_parameter_file"]


def check_parameter_file(path: Path | str, namespace: str = "") -> tuple[str, ...]:
    """Refuse a file that sets what no node has, or sets it for a node that there is not.

    Args:
        path: The file, as ``params_file`` names it.
        namespace: Of the nodes.

    Returns:
        Remarks, a line each: sections and parameters that are none of Astra's. A robot may have
        one file for all of its nodes.

    Raises:
        ConfigError: Names every parameter and node that was probably meant to be one of Astra's.
    """
    known = {
        f"{namespace.strip('/')}/{name}".strip("/"): {
            *(item.name for item in settings(config)),
            *CHOSEN_BY_RCLPY,
        }
        for name, (config, _) in NODE_CONFIGS.items()
    }
    wrong: list[str] = []
    remarks: list[str] = []
    sections = read_sections(Path(path))
    reached = {name for name in known for s in sections if addresses(s.node, name)}
    for section in sections:
        addressed = [name for name in known if addresses(section.node, name)]
        if addressed:
            _judge(section, addressed, known, wrong, remarks)
        elif _last(section.node) in {_last(name) for name in reached}:
            remarks.append(f"{path}: {section.node} is a node of another robot")
        elif meant := _meant(section.node, list(known)):
            wrong.append(f"no node is called {section.node} (did you mean /{meant}?)")
        else:
            remarks.append(f"{path}: {section.node} is no node of Astra's")
    if wrong:
        raise ConfigError(f"{path}: {'; '.join(wrong)}")
    return tuple(remarks)


def _judge(
    section: Section,
    addressed: Sequence[str],
    known: dict[str, set[str]],
    wrong: list[str],
    remarks: list[str],
) -> None:
    names = set().union(*(known[name] for name in addressed))
    for name in section.names:
        if name in names or name.startswith("qos_overrides."):
            continue
        owners = [f"/{owner}" for owner, has in known.items() if name in has]
        meant = closest(name, names)
        if owners:
            wrong.append(f"{section.node} has no parameter {name!r}, but {', '.join(owners)} has")
        elif meant:
            wrong.append(f"{section.node} has no parameter {name!r} (did you mean {meant!r}?)")
        elif not section.is_for_any_name:
            wrong.append(f"{section.node} has no parameter {name!r}")
        else:
            remarks.append(f"no node of Astra's has the parameter {name!r} of {section.node}")


def _meant(node: str, known: Sequence[str]) -> str:
    """Return the node of Astra's that a section was meant for; empty for somebody else's."""
    last = _last(node)
    by_name = {_last(name): name for name in known}
    near = closest(last, by_name)
    if near or last.startswith("astra"):
        return by_name[near] if near else ", /".join(known)
    return ""


def _last(node: str) -> str:
    return node.rpartition("/")[2]
