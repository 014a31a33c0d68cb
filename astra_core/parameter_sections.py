"""ROS parameter files as far as it matters who is addressed: sections, names, wildcards."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astra_core.config import read_yaml
from astra_core.errors import ConfigError

__all__ = ["Section", "addresses", "closest", "read_sections"]

_VALUES = "ros__parameters"
_NEAR = 0.75


@dataclass(frozen=True)
class Section:
    """What a file sets for the nodes of one name.

    Attributes:
        node: Full name of the node, with the wildcards ``*`` (one part of a name) and ``**`` (any).
        names: Of the parameters, with dots.
    """

    node: str
    names: tuple[str, ...]

    @property
    def is_for_any_name(self) -> bool:
        """Return whether nodes of any name are meant, each of which may lack some parameters."""
        return self.node.rpartition("/")[2] in ("*", "**")


def read_sections(path: Path) -> list[Section]:
    """Return the sections of a parameter file.

    Raises:
        ConfigError: It cannot be read, or is none.
    """
    data = read_yaml(path)
    if not isinstance(data, Mapping):
        raise ConfigError(f"{path}: expected sections of nodes, got {type(data).__name__}")
    return list(_sections(path, "", data))


def addresses(pattern: str, node: str) -> bool:
    """Return whether a section's name, with wildcards, is that of a node by its full name."""
    return _match(pattern.strip("/").split("/"), node.strip("/").split("/"))


def closest(name: str, known: Collection[str]) -> str:
    """Return the known name that was probably meant; empty where none is near.

    The last part counts by itself: the way to it is what people forget.
    """
    found = difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)
    if found:
        return found[0]
    by_end = {item.rpartition(".")[2]: item for item in known}
    ends = difflib.get_close_matches(name.rpartition(".")[2], by_end, n=1, cutoff=_NEAR)
    return by_end[ends[0]] if ends else ""


def _sections(path: Path, prefix: str, data: Mapping[str, Any]) -> Iterator[Section]:
    for key, value in data.items():
        name = f"{prefix}/{str(key).strip('/')}"
        if key == _VALUES:
            raise ConfigError(f"{path}: {_VALUES} stands above the name of a node")
        if not isinstance(value, Mapping):
            raise ConfigError(
                f"{path}: {key!r} is neither a node nor a namespace: parameters stand below "
                f"`{_VALUES}:` (two underscores) of their node"
            )
        if _VALUES not in value:
            yield from _sections(path, name, value)
            continue
        values = value[_VALUES]
        if not isinstance(values, Mapping):
            raise ConfigError(f"{path}: {name} has no parameters below {_VALUES}")
        yield Section(name, tuple(_names("", values)))
        rest = {key: inner for key, inner in value.items() if key != _VALUES}
        yield from _sections(path, name, rest)


def _names(prefix: str, values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _names(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}"


def _match(pattern: list[str], parts: list[str]) -> bool:
    if not pattern or not parts:
        return not parts and all(part == "**" for part in pattern)
    if pattern[0] == "**":
        return _match(pattern[1:], parts) or _match(pattern, parts[1:])
    return pattern[0] in ("*", parts[0]) and _match(pattern[1:], parts[1:])
