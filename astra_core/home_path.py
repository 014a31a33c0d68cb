"""``~`` in paths that no shell has seen: in launch arguments, parameters, ``--option=~/file``."""

from __future__ import annotations

from pathlib import Path

from astra_core.errors import ConfigError

__all__ = ["home_path"]


def home_path(path: Path | str) -> Path:
    """Return a path with ``~`` and ``~user`` at its beginning as what they stand for.

    Raises:
        ConfigError: There is no such user, or this one has no home.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ConfigError(f"{path}: {error}: write the whole path") from error
