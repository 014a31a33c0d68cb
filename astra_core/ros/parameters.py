"""ROS parameters from config dataclasses: declared, described and ranged by walking the fields."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterTypeException
from rclpy.node import Node
from rclpy.parameter import Parameter

from astra_core.config import Setting, from_mapping, settings
from astra_core.errors import ConfigError

__all__ = ["accept_changes", "read_config", "refuse_changes"]

ConfigT = TypeVar("ConfigT")

_AT_START = "read once, when the node starts; stop the node and start it with the other value"


def read_config(node: Node, config: type[ConfigT] | ConfigT, prefix: str = "") -> ConfigT:
    """Declare the parameters of a config on a node and return the config they make.

    Parameters are read here and at no other time: a managed node reads them whenever it is
    configured, any other node once, when it starts. See :func:`refuse_changes` for the rest.

    Args:
        node: The node; parameters that are declared already are only read.
        config: A config dataclass, or an instance whose values are the defaults; nested ones get
            dotted names, as in YAML.
        prefix: Put before every name, with its dot.

    Raises:
        ConfigError: A value has the wrong type, is out of range, or contradicts another.
    """
    values = {}
    for item in settings(config):
        name = prefix + item.name
        if not node.has_parameter(name):
            try:
                node.declare_parameter(name, _default(item), _descriptor(item))
            except (InvalidParameterTypeException, ValueError) as error:
                raise ConfigError(f"parameter {name}: {error}") from error
            except Exception as error:  # rclpy has several for a value out of range
                if type(error).__module__ != "rclpy.exceptions":
                    raise
                raise ConfigError(f"parameter {name}: {error}") from error
        values[item.name] = _value(node, name, item)
    cls = config if isinstance(config, type) else type(config)
    return from_mapping(cls, values, where=node.get_name())


def accept_changes(
    node: Node,
    config: type[ConfigT],
    apply: Callable[[ConfigT], None],
    is_dynamic: Callable[[str], bool],
    check: Callable[[ConfigT], None] = lambda config: None,
) -> None:
    """Let some parameters be set while the node works; what cannot be is refused with a reason.

    Several that are set at once are judged together, and take effect together or not at all.

    Args:
        node: The node, after :func:`read_config`.
        config: The config dataclass that was read.
        apply: Called with the new config after the parameters have been set.
        is_dynamic: Tells by its name whether a parameter takes effect at once.
        check: Raises ConfigError where the new config contradicts something else.
    """
    items = tuple(settings(config))

    def on_set(parameters: Sequence[Parameter]) -> SetParametersResult:
        wanted = {p.name: _plain(p.value) for p in parameters if is_dynamic(p.name)}
        if not wanted or not all(node.has_parameter(name) for name in wanted):
            return SetParametersResult(successful=True)
        values = {item.name: _value(node, item.name, item) for item in items} | wanted
        try:
            check(from_mapping(config, values, where=node.get_name()))
        except ConfigError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    def after_set(parameters: Sequence[Parameter]) -> None:
        if any(is_dynamic(parameter.name) for parameter in parameters):
            apply(read_config(node, config))

    node.add_on_set_parameters_callback(on_set)
    node.add_post_set_parameters_callback(after_set)


def refuse_changes(
    node: Node,
    why: Callable[[], str],
    is_dynamic: Callable[[str], bool] = lambda name: False,
) -> None:
    """Refuse to set parameters while that would have no effect, instead of reporting success.

    Declaring parameters stays possible. ``use_sim_time`` can never be set: rclpy would heed it,
    and every stamp and timer of the node would leap to another clock while the robot drives.

    Args:
        node: The node.
        why: Returns why parameters cannot be set now, for the one who tries; empty when they can.
        is_dynamic: Tells by its name whether a parameter can always be set; see
            :func:`accept_changes`.
    """

    def on_set(parameters: Sequence[Parameter]) -> SetParametersResult:
        if any(item.name == "use_sim_time" for item in parameters):
            return SetParametersResult(successful=False, reason=f"use_sim_time: {_AT_START}")
        reason = why()
        # rclpy asks for declarations too, before the parameter exists.
        names = [
            item.name
            for item in parameters
            if not is_dynamic(item.name) and node.has_parameter(item.name)
        ]
        if not reason or not names:
            return SetParametersResult(successful=True)
        return SetParametersResult(successful=False, reason=f"{', '.join(names)}: {reason}")

    node.add_on_set_parameters_callback(on_set)


def _default(item: Setting) -> Any:
    return list(item.default) if isinstance(item.default, tuple) else item.default


def _descriptor(item: Setting) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(
        description=item.description,
        # Whole numbers are accepted for floats (and lists by their elements): from_mapping checks.
        dynamic_typing=item.type in (float, tuple) or item.default is None,
    )
    if item.choices:
        descriptor.additional_constraints = f"one of: {', '.join(item.choices)}"
    if item.minimum is None or item.maximum is None:
        return descriptor
    if item.type is int:
        low, high = int(item.minimum), int(item.maximum)
        descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
    elif item.type is float:
        low_f, high_f = float(item.minimum), float(item.maximum)
        descriptor.floating_point_range = [FloatingPointRange(from_value=low_f, to_value=high_f)]
    return descriptor


def _value(node: Node, name: str, item: Setting) -> Any:
    parameter = node.get_parameter(name)
    if parameter.type_ == Parameter.Type.NOT_SET:
        return None
    value = parameter.value
    return _plain(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, array)) else value
