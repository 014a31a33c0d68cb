"""Names of the robot's frames, for several robots in one TF tree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol, TypeVar

from astra_core.config import setting

__all__ = ["frame_prefix", "prefixed"]


class _HasPrefix(Protocol):
    frame_prefix: str


ConfigT = TypeVar("ConfigT", bound=_HasPrefix)


def frame_prefix() -> Any:
    """Return the setting, the same for every node."""
    return setting(
        "", "Put before the frames of the robot, as in `r1/`, where several robots share /tf."
    )


def prefixed(config: ConfigT, *frames: str) -> ConfigT:
    """Return the config with ``frame_prefix`` before the frames in the named fields.

    The frame of the map has none: it is what the robots share.
    """
    prefix = config.frame_prefix.lstrip("/")
    names = {name: f"{prefix}{getattr(config, name)}" for name in frames}
    return replace(config, **names)  # type: ignore[type-var]
