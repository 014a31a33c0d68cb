"""Results as JSON files: always valid JSON, and one clear line when they cannot be written."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from astra_core.errors import ConfigError
from astra_core.untrusted.json_text import read_json

__all__ = ["check_result", "check_writable", "plain", "write_json"]

#: Every result says so, and only what says so is replaced by the next one.
_MADE_BY, _ASTRA = "made_by", "astra"


def plain(value: Any) -> Any:
    """Return nested plain data; NumPy scalars become Python's, NaN and infinity ``None``.

    Records become mappings, members of an enum their values.

    JSON knows neither NaN nor infinity, and readers refuse a file that holds them.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def check_writable(path: Path | None) -> None:
    """Find out before the work, rather than after it, whether a result can be written.

    Raises:
        ConfigError: It cannot.
    """
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise ConfigError(f"cannot write {path}: it is a folder or not writable")


def check_result(path: Path | None) -> None:
    """Find out before the work whether a result can be written, and what it would replace.

    Raises:
        ConfigError: It cannot, or something else than an earlier result lies there.
    """
    check_writable(path)
    if path is None or not path.exists() or (path.is_file() and not path.stat().st_size):
        return
    try:
        found = read_json(path, ConfigError)
    except ConfigError:
        found = None
    # Results from before they said so have the versions of what made them.
    if isinstance(found, dict) and (found.get(_MADE_BY) == _ASTRA or "versions" in found):
        return
    raise ConfigError(f"{path} is no result of Astra, and stays: move it away or name another file")


def write_json(path: Path | None, data: Mapping[str, Any]) -> None:
    """Write a result, replacing an earlier one in one step; ``None`` writes nothing.

    Raises:
        ConfigError: The file cannot be written, or is something else than an earlier result.
    """
    if path is None:
        return
    check_result(path)
    data = {_MADE_BY: _ASTRA, **plain(data)}
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(data, indent=2, allow_nan=False) + "\n", "utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
