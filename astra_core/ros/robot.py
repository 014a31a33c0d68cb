"""The robot of a node: read from the file that its parameter ``robot_file`` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rclpy.node import Node

from astra_core.config import setting, settings
from astra_core.robot import RobotConfig, load_robot
from astra_core.robot_settings import for_robot, require_robot, robot_links
from astra_core.ros.parameters import read_config

__all__ = ["RobotParameters", "robot_file"]

ConfigT = TypeVar("ConfigT")

_OWN_ROBOT = "the robot in config/robot.yaml"


def robot_file() -> Any:
    """Declare the setting ``robot_file`` of a node's config."""
    return setting("", "YAML file that describes the robot; empty: the one that Astra comes with.")


@dataclass(frozen=True)
class _RobotFile:
    robot_file: str = robot_file()


class RobotParameters(Generic[ConfigT]):
    """Reads the parameters of a node, filled in from its robot.

    What the robot decides need not be set at any node. Where it is set all the same, it must
    agree with the robot: two descriptions of one robot are one too many.

    Attributes:
        robot: The robot of the last :meth:`read`.
    """

    def __init__(self, node: Node, config: type[ConfigT]) -> None:
        """Read nothing yet.

        Args:
            node: The node.
            config: Its config dataclass, with a field ``robot_file``.
        """
        self._node, self._config = node, config
        self._filled: dict[str, Any] = {}
        self._source = _OWN_ROBOT
        self.robot = RobotConfig()

    def read(self) -> ConfigT:
        """Declare all parameters, read them, and return the config they make.

        Raises:
            ConfigError: The robot file cannot be used, a parameter cannot be, or one contradicts
                the robot.
        """
        path = read_config(self._node, _RobotFile).robot_file
        self.robot = load_robot(path)
        self._source = f"the robot file {path}" if path else _OWN_ROBOT
        defaults = for_robot(self._config(), self.robot)
        self._forget_last_robot()
        config = read_config(self._node, defaults)
        self.check(config)
        links = robot_links(defaults)
        self._filled = {s.name: s.default for s in settings(defaults) if s.name in links}
        return config

    def check(self, config: ConfigT, lower: frozenset[str] = frozenset()) -> None:
        """Refuse a config that contradicts the robot.

        Args:
            config: With other values than those that were read.
            lower: Names of limits that may be below the robot's.

        Raises:
            ConfigError: Says what contradicts.
        """
        require_robot(config, self.robot, self._node.get_name(), self._source, lower=lower)

    def _forget_last_robot(self) -> None:
        """Withdraw what the robot before had filled in: it was no wish of anybody's."""
        for name, filled in self._filled.items():
            value = self._node.get_parameter(name).value
            if (tuple(value) if isinstance(filled, tuple) else value) == filled:
                self._node.undeclare_parameter(name)
