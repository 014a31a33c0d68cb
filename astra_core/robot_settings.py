"""Settings that the robot decides: filled in from it, and refused where they contradict it.

The guard, the planner, the route planner and the map builder each have the robot's radius among
their settings, because each has to work alone. Declared with :func:`robot_setting`, such a field
is a copy with a known original::

    robot_radius_m: float = robot_setting("footprint_radius_m", "Radius of the robot.")

:func:`for_robot` fills all of them in, however deep they lie in a config; :func:`require_robot`
refuses a config in which one of them says otherwise.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from astra_core.config import from_mapping, read_yaml, setting, settings
from astra_core.errors import ConfigError
from astra_core.robot import RobotConfig

__all__ = [
    "Bound",
    "RobotLink",
    "for_robot",
    "load_for_robot",
    "require_robot",
    "robot_links",
    "robot_setting",
]

ConfigT = TypeVar("ConfigT")

_KEY = "robot"


class Bound(enum.Enum):
    """How a setting and the field of the robot that decides it must compare."""

    SAME = "must be the same as"
    AT_MOST = "must not be above"
    AT_LEAST = "must not be below"


@dataclass(frozen=True)
class RobotLink:
    """What ties a setting to the robot.

    Attributes:
        field: Of :class:`~astra_core.robot.RobotConfig`.
        bound: What is refused.
        derive: Makes the setting from the value of the field.
    """

    field: str
    bound: Bound = Bound.SAME
    derive: Callable[[float], Any] = float

    def value(self, robot: RobotConfig) -> Any:
        """Return what the setting is for a robot where nobody says otherwise."""
        return self.derive(getattr(robot, self.field))

    def allows(self, value: Any, robot: RobotConfig) -> bool:
        """Return whether a value agrees with a robot; of several numbers the last one counts."""
        number = value[-1] if isinstance(value, tuple) else value
        needed = getattr(robot, self.field)
        if self.bound is Bound.AT_MOST:
            return bool(number <= needed)
        if self.bound is Bound.AT_LEAST:
            return bool(number >= needed)
        return bool(number == needed)


def robot_setting(
    field: str,
    description: str,
    *,
    bound: Bound = Bound.SAME,
    derive: Callable[[float], Any] = float,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    """Declare a field of a config that the robot decides; its default is that of the default robot.

    Args:
        field: Name of the deciding field of :class:`~astra_core.robot.RobotConfig`.
        description: One sentence for people.
        bound: What counts as a contradiction.
        derive: Makes the setting from the value of the robot's field; the same by default.
        minimum: Smallest number allowed (inclusive).
        maximum: Largest number allowed (inclusive).
    """
    link = RobotLink(field, bound, derive)
    plain = setting(link.value(RobotConfig()), description, minimum=minimum, maximum=maximum)
    return dataclasses.field(default=plain.default, metadata={**plain.metadata, _KEY: link})


def for_robot(config: ConfigT, robot: RobotConfig) -> ConfigT:
    """Return a config with everything in it that the robot decides filled in from the robot.

    Args:
        config: Instance of a config dataclass; a :class:`~astra_core.robot.RobotConfig` inside
            is replaced as a whole.
        robot: The robot.
    """
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(config):  # type: ignore[arg-type]
        value = getattr(config, field.name)
        if isinstance(value, RobotConfig):
            changes[field.name] = robot
        elif dataclasses.is_dataclass(value):
            changes[field.name] = for_robot(value, robot)
        elif _KEY in field.metadata:
            changes[field.name] = field.metadata[_KEY].value(robot)
    return dataclasses.replace(config, **changes)  # type: ignore[type-var]


def load_for_robot(cls: type[ConfigT], path: Path, robot: RobotConfig) -> ConfigT:
    """Read a config from a YAML file; what the robot decides and the file leaves out is filled in.

    Args:
        cls: A config dataclass, all fields with defaults.
        path: The file.
        robot: The robot.

    Raises:
        ConfigError: The file cannot be used, or contradicts the robot.
    """
    data = read_yaml(path)
    from_mapping(cls, data, str(path))  # a file that is wrong in itself is told so as it stands
    filled = for_robot(cls(), robot)
    links = robot_links(filled)
    ours = {item.name: item.default for item in settings(filled) if item.name in links}
    config = from_mapping(cls, {**ours, **data}, str(path))
    require_robot(config, robot, str(path))
    return config


def robot_links(config: Any) -> dict[str, RobotLink]:
    """Return what the robot decides in a config, by dotted name.

    Args:
        config: A config dataclass, class or instance.
    """
    instance = config() if isinstance(config, type) else config
    return {name: link for name, _, link in _linked(instance)}


def require_robot(
    config: Any,
    robot: RobotConfig,
    where: str,
    source: str = "the robot",
    *,
    lower: Collection[str] = (),
) -> None:
    """Refuse a config that contradicts the robot.

    Args:
        config: Instance of a config dataclass.
        robot: What it must agree with.
        where: How error messages call the config: the name of the node or of the file.
        source: How they call the robot, for example "the robot file /etc/robot.yaml".
        lower: Dotted names that may be below the robot's value: limits that somebody has lowered
            on purpose.

    Raises:
        ConfigError: Says which setting, its value, and what the robot says.
    """
    for name, value, link in _linked(config):
        if name in lower and value <= link.value(robot):
            continue
        if not link.allows(value, robot):
            shown = list(value) if isinstance(value, tuple) else value
            raise ConfigError(
                f"{where}: {name} is {shown} and {link.bound.value} {link.field} of {source}, "
                f"{getattr(robot, link.field)}: leave it out, or correct the robot"
            )


def _linked(config: Any, prefix: str = "") -> Iterator[tuple[str, Any, RobotLink]]:
    for field in dataclasses.fields(config):
        name, value = f"{prefix}{field.name}", getattr(config, field.name)
        if isinstance(value, RobotConfig):
            for own in dataclasses.fields(value):
                yield f"{name}.{own.name}", getattr(value, own.name), RobotLink(own.name)
        elif dataclasses.is_dataclass(value):
            yield from _linked(value, f"{name}.")
        elif _KEY in field.metadata:
            yield name, value, field.metadata[_KEY]
