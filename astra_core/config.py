"""Settings: frozen dataclasses are the only home of defaults.

A field is declared with :func:`setting`, which adds description, unit and range. YAML files and
ROS parameters are checked against the same declaration, so a typo is an error and not a default.
"""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from astra_core.errors import ConfigError
from astra_core.unit_ranges import widest
from astra_core.untrusted import yaml_text

__all__ = [
    "Setting",
    "from_mapping",
    "load_yaml",
    "read_yaml",
    "setting",
    "settings",
    "to_mapping",
]

ConfigT = TypeVar("ConfigT")


def setting(
    default: Any,
    description: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare one field of a config dataclass.

    Args:
        default: Its default; the unit is the suffix of the field's name.
        description: One sentence for people.
        minimum: Smallest number allowed (inclusive); ``None``: the fence of the unit, see
            :func:`astra_core.unit_ranges.widest`.
        maximum: Largest number allowed (inclusive); ``None``: the same.
        choices: Strings allowed; empty means any.
    """
    metadata = {
        "description": description,
        "minimum": minimum,
        "maximum": maximum,
        "choices": choices,
    }
    return dataclasses.field(default=default, metadata=metadata)


@dataclasses.dataclass(frozen=True)
class Setting:
    """One declared setting, with its dotted name inside nested configs."""

    name: str
    type: type
    default: Any
    description: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


def settings(config: type | Any, prefix: str = "") -> Iterator[Setting]:
    """Walk a config dataclass (class or instance), nested ones with dotted names.

    Yields:
        Every setting, with the instance's value as default where an instance is given.
    """
    cls = config if isinstance(config, type) else type(config)
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        kind = hints[field.name]
        name = f"{prefix}{field.name}"
        if dataclasses.is_dataclass(kind):
            nested = kind if isinstance(config, type) else getattr(config, field.name)
            yield from settings(nested, prefix=f"{name}.")
            continue
        if not isinstance(config, type):
            default = getattr(config, field.name)
        elif field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        else:
            default = field.default
        yield Setting(
            name,
            typing.get_origin(kind) or kind,
            default,
            field.metadata.get("description", ""),
            *_range(kind, field),
            field.metadata.get("choices", ()),
        )


def from_mapping(cls: type[ConfigT], data: Mapping[str, Any], where: str = "settings") -> ConfigT:
    """Build a config from plain nested data; what is not named keeps its default.

    Args:
        cls: A config dataclass.
        data: Nested mapping, or one with dotted keys.
        where: How error messages call the source, for example a file name.

    Raises:
        ConfigError: An unknown key (the closest known one is suggested), a wrong type, a value
            out of range.
    """
    if not isinstance(data, Mapping):
        raise ConfigError(f"{where}: expected named settings, got {type(data).__name__}")
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    for key, value in data.items():
        head, _, tail = str(key).partition(".")
        if head not in fields:
            close = difflib.get_close_matches(head, fields, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; known: {', '.join(fields)}"
            raise ConfigError(f"{where}: unknown setting {head!r}{hint}")
        if tail:
            nested.setdefault(head, {})[tail] = value
        elif dataclasses.is_dataclass(hints[head]):
            if not isinstance(value, Mapping):
                raise ConfigError(f"{where}.{head}: expected named settings, got {value!r}")
            nested.setdefault(head, {}).update(value)
        else:
            values[head] = _checked(value, hints[head], fields[head], f"{where}.{head}")
    for head, inner in nested.items():
        if not dataclasses.is_dataclass(hints[head]):
            raise ConfigError(f"{where}.{head}: is a single value, not a group")
        values[head] = from_mapping(hints[head], inner, f"{where}.{head}")
    try:
        return cls(**values)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error


def load_yaml(cls: type[ConfigT], path: Path) -> ConfigT:
    """Read a config from a YAML file.

    Raises:
        ConfigError: The file is missing, is not YAML, or :func:`from_mapping` refuses it.
    """
    return from_mapping(cls, read_yaml(path), str(path))


def read_yaml(path: Path) -> Any:
    """Return what a YAML file of settings holds, not checked yet; an empty one is no settings.

    Raises:
        ConfigError: The file is missing or is not YAML.
    """
    data = yaml_text.read_yaml(path, ConfigError)
    return {} if data is None else data


def to_mapping(config: Any) -> dict[str, Any]:
    """Return nested plain data of a config instance, the inverse of :func:`from_mapping`."""
    return dataclasses.asdict(config)


def _checked(value: Any, kind: Any, field: dataclasses.Field[Any], where: str) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        options = [option for option in typing.get_args(kind) if option is not type(None)]
        if value is None:
            return None
        kind, origin = options[0], typing.get_origin(options[0])
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{where}: expected a list, got {value!r}")
        inner = typing.get_args(kind)[0]
        return tuple(_checked(item, inner, field, where) for item in value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise ConfigError(f"{where}: expected {kind.__name__}, got {value!r}")
    minimum, maximum = _range(kind, field)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # "not >=" instead of "<" so that NaN is refused too.
        if minimum is not None and not value >= minimum:
            raise ConfigError(f"{where}: must be at least {minimum}, got {value}")
        if maximum is not None and not value <= maximum:
            raise ConfigError(f"{where}: must be at most {maximum}, got {value}")
    choices = field.metadata.get("choices", ())
    if choices and value not in choices:
        raise ConfigError(f"{where}: must be one of {', '.join(choices)}, got {value!r}")
    return value


def _range(kind: Any, field: dataclasses.Field[Any]) -> tuple[float | None, float | None]:
    """Return the smallest and the largest number allowed; ``None`` where the field holds none."""
    minimum, maximum = field.metadata.get("minimum"), field.metadata.get("maximum")
    if not {int, float} & {kind, *typing.get_args(kind)}:
        return minimum, maximum
    limit = widest(field.name)
    return -limit if minimum is None else minimum, limit if maximum is None else maximum
