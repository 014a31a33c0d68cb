"""YAML with limits: how much a text would become is counted before anything is built of it.

Nine lines of aliases of aliases are a billion entries ("billion laughs"), ten thousand brackets a
full stack, and a number in base 60 with a million digits takes minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from astra_core.errors import AstraError
from astra_core.untrusted.files import read_bytes

__all__ = ["parse_yaml", "read_yaml"]

#: libyaml reads a large map in a fraction of the time; the pure Python loader gives the same data.
#: A class of our own, so that what it knows besides is no business of others who use PyYAML.
_Loader: Any = type("_Loader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
# launch_ros writes lists of parameters with this tag, which rcl passes over.
_Loader.add_constructor(
    "tag:yaml.org,2002:python/tuple",
    lambda loader, node: loader.construct_sequence(node, deep=True),
)
_MOST_BYTES = 10_000_000
#: A value each, with every alias counted as what it stands for; some ten seconds to build.
_MOST_VALUES = 200_000
_DEEPEST = 50
#: Of a word without quotes, which may be taken for a number or a date.
_LONGEST_PLAIN = 10_000


class _TooMuch(ValueError):
    """A text that would become too much."""


def read_yaml(path: Path, error: type[AstraError]) -> Any:
    """Return what a YAML file holds; ``None`` for an empty one.

    Raises:
        AstraError: Of the type ``error``: the file cannot be read, or :func:`parse_yaml` refuses.
    """
    return parse_yaml(read_bytes(path, error, _MOST_BYTES), str(path), error)


def parse_yaml(data: bytes | str, where: str, error: type[AstraError]) -> Any:
    """Return what a YAML text holds; ``None`` for an empty one.

    Args:
        data: The text, UTF-8.
        where: What error messages call it, for example the file.
        error: What is raised.

    Raises:
        AstraError: As told: it is not YAML, with line and column, or would become too much.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        _count(text)
        return yaml.load(text, Loader=_Loader)  # a safe loader, see above
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        place = f"line {mark.line + 1} column {mark.column + 1}: " if mark else ""
        problem = getattr(wrong, "problem", None) or str(wrong)
        raise error(f"{where} is not YAML: {place}{' '.join(problem.split())}") from wrong
    except _TooMuch as wrong:
        raise error(f"{where} is too much YAML: {wrong}") from wrong
    except Exception as wrong:
        # PyYAML lets whatever its constructors meet escape: KeyError, AttributeError and more.
        raise error(f"{where} is not YAML: {' '.join(str(wrong).split())[:200]}") from wrong


def _count(text: str) -> None:
    """Refuse a text by its events, of which none is kept: aliases are not expanded here."""
    sizes: dict[str, int] = {}  # of what an anchor names, once it has ended
    anchors: list[str | None] = []
    counts = [0]
    for event in _events(text):
        if isinstance(event, yaml.CollectionStartEvent):
            if len(counts) > _DEEPEST:
                raise _TooMuch(f"{_at(event)}it is nested deeper than {_DEEPEST} levels")
            anchors.append(event.anchor)
            counts.append(0)
            size = 1
        elif isinstance(event, yaml.CollectionEndEvent):
            size, anchor = counts.pop(), anchors.pop()
            if anchor is not None:
                sizes[anchor] = size
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor in anchors:
                raise _TooMuch(f"{_at(event)}*{event.anchor} contains itself")
            size = sizes.get(str(event.anchor), 1)  # an unknown one is the parser's to refuse
        elif isinstance(event, yaml.ScalarEvent):
            if event.implicit[0] and len(event.value) > _LONGEST_PLAIN:
                raise _TooMuch(f"{_at(event)}a word of {len(event.value)} characters: quote it")
            size = 1
            if event.anchor is not None:
                sizes[event.anchor] = 1
        else:
            continue
        counts[-1] += size
        if counts[-1] > _MOST_VALUES:
            raise _TooMuch(f"{_at(event)}it would become more than {_MOST_VALUES} values")


def _events(text: str) -> Iterator[yaml.Event]:
    yield from yaml.parse(text, Loader=_Loader)


def _at(event: yaml.Event) -> str:
    mark = event.start_mark
    return f"line {mark.line + 1} column {mark.column + 1}: " if mark else ""
