"""The parameters that say of what a node is made, the same for every node of the stack."""

from __future__ import annotations

from typing import Any, Protocol

from astra_core.config import setting
from astra_core.device import DTYPES, DeviceConfig
from astra_core.stack_spec import StackSpec

__all__ = [
    "device_config",
    "device_setting",
    "dtype_setting",
    "mllm_setting",
    "stack_setting",
    "stack_spec",
    "weights_setting",
]


class _HasStack(Protocol):
    stack: str
    weights: str
    mllm: str


class _HasDevice(Protocol):
    device: str
    dtype: str


def stack_setting() -> Any:
    """Return the setting of the parts."""
    return setting(
        "default",
        "Which parts run: classical, learned or default, and parts that differ, as in "
        "`classical,planner=flow`.",
    )


def weights_setting() -> Any:
    """Return the setting of the models in the parts."""
    return setting(
        "", "Models of learned parts: PART=NAME|FOLDER|FILE[,...]; empty: those that Astra brings."
    )


def mllm_setting() -> Any:
    """Return the setting of the multimodal model."""
    return setting(
        "",
        "The multimodal model that parts called mllm ask: embedded, transformers:FOLDER or "
        "openai:URL,MODEL.",
    )


def device_setting() -> Any:
    """Return the setting of the device."""
    return setting(
        DeviceConfig.device,
        "Where learned parts compute: cpu, cuda, cuda:N, or auto (a GPU where there is one).",
    )


def dtype_setting() -> Any:
    """Return the setting of the type."""
    return setting(DeviceConfig.dtype, "Numbers that learned parts compute with.", choices=DTYPES)


def device_config(config: _HasDevice) -> DeviceConfig:
    """Return what the parameters of a node say.

    Raises:
        ConfigError: There is no device or type of such a name.
    """
    return DeviceConfig(config.device, config.dtype)


def stack_spec(config: _HasStack) -> StackSpec:
    """Return what the parameters of a node say.

    Raises:
        ConfigError: They name something that does not exist.
    """
    return StackSpec.parse(config.stack, weights=config.weights, mllm=config.mllm)
